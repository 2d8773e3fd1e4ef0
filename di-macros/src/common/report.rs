//! Errors, collected: everything that is wrong with an item is said at once.

use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;

/// A sink for errors. Ends in [`check`](Self::check), which says them all.
#[derive(Default)]
pub(crate) struct Report(Option<syn::Error>);

impl Report {
    /// An error at these tokens.
    pub(crate) fn error(&mut self, at: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(at, message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// The value, or nothing and an error in the report.
    pub(crate) fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Fails if anything was reported.
    pub(crate) fn check(self) -> syn::Result<()> {
        match self.0 {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

/// The item, and the errors behind it.
pub(crate) fn with_errors(item: TokenStream, error: &syn::Error) -> TokenStream {
    let mut tokens = item;
    tokens.extend(error.to_compile_error());
    tokens
}
