//! `#[handler] async fn invite(users: &Users<'_>, Json(body): Json<Invite>) -> ..`: an axum handler whose references
//! are injected.

mod attr;
mod expand;
mod lifetimes;
mod model;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{FnArg, Item, ItemFn};

use crate::common::{
    facade, name_span, refuse_placeholders, types_of, warn_of_blocking_calls, with_errors,
};

pub(crate) fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut item = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Fn(item)) => item,
        Ok(other) => {
            let message = "`#[handler]` belongs on an async fn";
            let error = syn::Error::new(name_span(&other), message);
            return with_errors(other.to_token_stream(), &error);
        }
        Err(error) => return with_errors(item, &error),
    };
    let di = facade();
    let has_said = refuse_placeholders(types_of(&mut item.sig));
    let handler = only_once(&mut item)
        .and_then(|()| attr::Args::parse(args))
        .and_then(|args| model::Handler::parse(&item, args));
    let warnings = match item.sig.asyncness {
        Some(_) => warn_of_blocking_calls(&item.block, &item.attrs),
        None => TokenStream::new(),
    };
    let stripped = strip(item);
    match handler {
        Ok(_) if has_said => expand::stub(&stripped, &di),
        Ok(handler) => {
            let mut named = lifetimes::name_request(&handler, stripped);
            lifetimes::free_streams(&mut named.sig.output);
            let handler = expand::handler(&handler, &named, &di);
            quote!(#handler #warnings)
        }
        Err(_) if has_said => expand::stub(&stripped, &di),
        Err(error) => with_errors(expand::stub(&stripped, &di), &error),
    }
}

fn only_once(item: &mut ItemFn) -> syn::Result<()> {
    let is_handler = |attr: &syn::Attribute| {
        let last = attr.path().segments.last();
        last.is_some_and(|last| last.ident == "handler")
    };
    match item.attrs.iter().position(is_handler) {
        Some(i) => Err(syn::Error::new_spanned(
            item.attrs.remove(i),
            "`#[handler]` is given twice: keep one of them",
        )),
        None => Ok(()),
    }
}

/// The fn as the compiler may see it.
fn strip(mut item: ItemFn) -> ItemFn {
    item.sig.variadic = None;
    for input in &mut item.sig.inputs {
        if let FnArg::Typed(typed) = input {
            typed.attrs.retain(|attr| !crate::injectable::is_mark(attr));
        }
    }
    item
}
