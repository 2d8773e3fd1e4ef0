//! `#[handler] async fn invite(users: &Users<'_>, Json(body): Json<Invite>) -> ..`: an axum handler whose references
//! are injected.

mod expand;
mod model;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Item, ItemFn};

use crate::common::{facade, with_errors};

pub(crate) fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let item = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Fn(item)) => item,
        Ok(other) => {
            let message = "`#[handler]` belongs on an async fn";
            return with_errors(
                other.to_token_stream(),
                &syn::Error::new(Span::call_site(), message),
            );
        }
        Err(error) => return with_errors(item, &error),
    };
    let di = facade();
    let handler = no_arguments(args).and_then(|()| model::Handler::parse(&item));
    let stripped = strip(item);
    match handler {
        Ok(handler) => expand::handler(&handler, &stripped, &di),
        Err(error) => with_errors(stripped.into_token_stream(), &error),
    }
}

fn no_arguments(args: TokenStream) -> syn::Result<()> {
    if args.is_empty() {
        Ok(())
    } else {
        Err(syn::Error::new_spanned(
            args,
            "unknown argument: `#[handler]` takes none",
        ))
    }
}

/// The fn as the compiler may see it.
fn strip(mut item: ItemFn) -> ItemFn {
    for input in &mut item.sig.inputs {
        if let syn::FnArg::Typed(typed) = input {
            typed.attrs.retain(|attr| !crate::injectable::is_mark(attr));
        }
    }
    item
}
