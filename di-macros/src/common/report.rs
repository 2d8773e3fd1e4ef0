//! Errors, collected: everything that is wrong with an item is said at once.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Item, spanned::Spanned};

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

/// The name of an item, or the attribute's place.
pub(crate) fn name_span(item: &Item) -> Span {
    match item {
        Item::Const(item) => item.ident.span(),
        Item::Enum(item) => item.ident.span(),
        Item::Fn(item) => item.sig.ident.span(),
        Item::Impl(item) => item.self_ty.span(),
        Item::Mod(item) => item.ident.span(),
        Item::Static(item) => item.ident.span(),
        Item::Struct(item) => item.ident.span(),
        Item::Trait(item) => item.ident.span(),
        Item::Type(item) => item.ident.span(),
        Item::Union(item) => item.ident.span(),
        _ => Span::call_site(),
    }
}

/// The item, and the errors behind it.
pub(crate) fn with_errors(item: TokenStream, error: &syn::Error) -> TokenStream {
    let mut tokens = item;
    tokens.extend(error.to_compile_error());
    tokens
}

/// Written by the macro, at the user's place: errors stand there, and lints, which are not for what others wrote, do not.
pub(crate) fn written_at(place: Span) -> Span {
    place.resolved_at(Span::call_site())
}
