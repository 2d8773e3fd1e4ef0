//! Which crate an expansion names: `di-axum` or `di-core`, under the name that the user gave it.

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

/// The path of the hidden module that expansions use.
#[derive(Clone)]
pub(crate) struct Facade {
    path: TokenStream,
    pub(crate) is_web: bool,
}

impl Facade {
    /// The same inside of a block of items, which begins with [`import`](Self::import): most of an expansion are such paths, and what
    /// is long is parsed, resolved and lowered each time.
    pub(crate) fn imported(&self) -> Self {
        Facade {
            path: quote!(__di),
            is_web: self.is_web,
        }
    }

    /// `use ::di_axum::__private as __di;`
    pub(crate) fn import(&self) -> TokenStream {
        quote!(use #self as __di;)
    }

    /// The path as if it stood at this place: the compiler takes an expression's place from its first token.
    pub(crate) fn at(&self, span: Span) -> TokenStream {
        self.path
            .clone()
            .into_iter()
            .map(|mut token| {
                token.set_span(span);
                token
            })
            .collect()
    }
}

impl ToTokens for Facade {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.path.to_tokens(tokens);
    }
}

/// Finds the crate in the user's Cargo.toml.
pub(crate) fn facade() -> Facade {
    for (package, is_web) in [("di-axum", true), ("di-core", false)] {
        let name = match crate_name(package) {
            Ok(FoundCrate::Itself) => package.replace('-', "_"),
            Ok(FoundCrate::Name(name)) => name,
            Err(_) => continue,
        };
        let name = Ident::new(&name, Span::call_site());
        return Facade {
            path: quote!(::#name::__private),
            is_web,
        };
    }
    // Neither is a dependency: the compiler then says that `di_axum` cannot be found.
    Facade {
        path: quote!(::di_axum::__private),
        is_web: true,
    }
}
