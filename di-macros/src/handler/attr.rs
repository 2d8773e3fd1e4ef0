//! The arguments of `#[handler(..)]`.

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Token, Type, parenthesized, parse::ParseStream, punctuated::Punctuated};

use crate::common::{Dependency, Held, Key, peel, text};

/// What stands in the parentheses.
#[derive(Default)]
pub(super) struct Args {
    /// `guard(RequireAdmin, ..)`, in the order as written.
    pub(super) guards: Vec<Dependency>,
    /// `blocking`
    pub(super) blocking: Option<Span>,
}

const EXPECTED: &str = "expected `guard(Type, ..)`, request-scoped types that are built before everything else, or `blocking`";

impl Args {
    pub(super) fn parse(args: TokenStream) -> syn::Result<Self> {
        syn::parse::Parser::parse2(Self::list, args)
    }

    fn list(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut args = Args::default();
        let mut has_guard = false;
        while !input.is_empty() {
            let word: Ident = input
                .parse()
                .map_err(|error| syn::Error::new(error.span(), EXPECTED))?;
            let is_given = match word.to_string().as_str() {
                "guard" => {
                    args.guards.extend(guards(&word, input)?);
                    std::mem::replace(&mut has_guard, true)
                }
                "blocking" => args.blocking.replace(word.span()).is_some(),
                other => {
                    let message = match other {
                        "guards" | "gaurd" => {
                            format!("`{other}` is no option; did you mean `guard(..)`?")
                        }
                        "block" | "sync" => {
                            format!("`{other}` is no option; did you mean `blocking`?")
                        }
                        _ => format!("unknown option `{other}`: {EXPECTED}"),
                    };
                    return Err(syn::Error::new(word.span(), message));
                }
            };
            if is_given {
                let message = format!("`{word}` is given twice: keep one of them");
                return Err(syn::Error::new(word.span(), message));
            }
            if !input.is_empty() {
                let comma = input.parse::<Token![,]>();
                comma.map_err(|error| {
                    syn::Error::new(error.span(), format!("expected `,` after `{word}`"))
                })?;
            }
        }
        Ok(args)
    }
}

fn guards(word: &Ident, input: ParseStream<'_>) -> syn::Result<Vec<Dependency>> {
    if !input.peek(syn::token::Paren) {
        let message = "the guards are named in parentheses: write `guard(RequireAdmin)`";
        return Err(syn::Error::new(word.span(), message));
    }
    let content;
    parenthesized!(content in input);
    if content.is_empty() {
        return Err(syn::Error::new(
            word.span(),
            "name a guard: `guard(RequireAdmin)`",
        ));
    }
    let types = Punctuated::<Type, Token![,]>::parse_terminated(&content)?;
    types.into_iter().map(guard).collect()
}

fn guard(ty: Type) -> syn::Result<Dependency> {
    let shown = match peel(&ty) {
        Type::Path(path) if !has_self(path) => {
            return Ok(Dependency {
                held: Held::Guard,
                alias: None,
                key: Key {
                    ty: peel(&ty).clone(),
                    qualifier: None,
                },
            });
        }
        Type::Reference(reference) => text(&reference.elem),
        _ => "RequireAdmin".to_string(),
    };
    let message = format!("a guard is named by its type alone: write `guard({shown})`");
    Err(syn::Error::new_spanned(&ty, message))
}

fn has_self(path: &syn::TypePath) -> bool {
    path.qself.is_some() || path.path.is_ident("Self")
}
