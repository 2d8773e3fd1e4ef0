//! The options of an entry: `#[qualifier(Primary)] Pool`.

use proc_macro2::Span;
use syn::{Attribute, Type, parse::ParseStream};

/// The options in front of an entry.
#[derive(Default)]
pub(super) struct Options {
    pub(super) qualifier: Option<Type>,
    first: Option<Span>,
}

impl Options {
    pub(super) fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut options = Options::default();
        for attr in input.call(Attribute::parse_outer)? {
            options.first.get_or_insert(attr.pound_token.span);
            if !attr.path().is_ident("qualifier") {
                let message = "unknown option; an entry may have `#[qualifier(Name)]`";
                return Err(syn::Error::new_spanned(attr.path(), message));
            }
            if options.qualifier.replace(attr.parse_args()?).is_some() {
                return Err(syn::Error::new_spanned(
                    attr,
                    "a second qualifier: a value has one",
                ));
            }
        }
        Ok(options)
    }

    pub(super) fn none_on(&self, what: &str) -> syn::Result<()> {
        match self.first {
            Some(span) => Err(syn::Error::new(span, format!("{what} takes no options"))),
            None => Ok(()),
        }
    }
}
