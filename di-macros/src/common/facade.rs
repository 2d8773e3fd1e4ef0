//! Which crate an expansion names: `di-axum` or `di-core`, under the name that the user gave it.

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

/// The path of the hidden module that expansions use.
#[derive(Clone)]
pub(crate) struct Facade {
    /// Token by token: a stream would be copied by the compiler, and joined with what stands before and after, each time.
    path: Vec<TokenTree>,
    pub(crate) is_web: bool,
}

impl Facade {
    /// The same inside of a block of items, which begins with [`import`](Self::import): most of an expansion are such paths, and what
    /// is long is parsed, resolved and lowered each time.
    pub(crate) fn imported(&self) -> Self {
        Facade {
            path: tokens(quote!(__di)),
            is_web: self.is_web,
        }
    }

    /// `use ::di_axum::__private as __di;`
    pub(crate) fn import(&self) -> TokenStream {
        quote!(use #self as __di;)
    }

    /// The path as if it stood at this place: the compiler takes an expression's place from its first token.
    pub(crate) fn at(&self, span: Span) -> Self {
        let at = |token: &TokenTree| {
            let mut token = token.clone();
            token.set_span(span);
            token
        };
        Facade {
            path: self.path.iter().map(at).collect(),
            is_web: self.is_web,
        }
    }
}

impl ToTokens for Facade {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.path.iter().cloned());
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
            path: tokens(quote!(::#name::__private)),
            is_web,
        };
    }
    // Neither is a dependency: the compiler then says that `di_axum` cannot be found.
    Facade {
        path: tokens(quote!(::di_axum::__private)),
        is_web: true,
    }
}

fn tokens(path: TokenStream) -> Vec<TokenTree> {
    path.into_iter().collect()
}
