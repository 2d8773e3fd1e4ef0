//! What the user says about lints, for those that a macro has said by `deprecated`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Meta, Token, punctuated::Punctuated};

use super::{text, written_at};

/// `#[deny(unused)]`, as the level of the lint that says it.
pub(crate) struct Level {
    pub(crate) level: Ident,
    lint: Ident,
}

impl ToTokens for Level {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Level { level, lint } = self;
        tokens.extend(quote!(#level(#lint)));
    }
}

/// The levels of these lints on an item, in order.
pub(crate) fn lint_levels(attrs: &[Attribute], names: &[&str]) -> Vec<Level> {
    let mut levels = Vec::new();
    for attr in attrs {
        let Some(level) = attr.path().get_ident() else {
            continue;
        };
        if !["allow", "warn", "deny", "forbid"].contains(&level.to_string().as_str()) {
            continue;
        }
        let lints = attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        for lint in lints.into_iter().flatten() {
            if names.contains(&text(lint.path()).as_str()) {
                let last = lint.path().segments.last();
                let place = last.map_or_else(Span::call_site, |last| last.ident.span());
                levels.push(Level {
                    level: Ident::new(&level.to_string(), Span::call_site()),
                    lint: Ident::new("deprecated", written_at(place)),
                });
            }
        }
    }
    levels
}
