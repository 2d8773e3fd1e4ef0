//! `#[injectable(scope)]` and `#[derive(Injectable)]`: a type or a fn becomes a node.
//!
//! One file for each shape of the input; all make the same [`model::Node`], which [`expand`] writes. What is written
//! stands, by hand, in `di-core/tests/expansion.rs`.

mod attr;
mod expand;
mod item_fn;
mod item_impl;
mod item_struct;
mod model;
mod params;

pub(crate) use self::{
    attr::{Mark, is_mark, mark},
    expand::{hash, nested},
    params::limit,
};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Item;

use crate::common::{facade, with_errors};

/// `#[injectable(..)]` on a struct, an impl block or a fn.
pub(crate) fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let scope = attr::Scope::parse(args);
    let di = facade();
    match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Struct(mut item)) => {
            let node = scope.and_then(|scope| item_struct::parse(&item, scope));
            item_struct::strip(&mut item);
            finish(item, node.map(|node| expand::node(&node, &di)))
        }
        Ok(Item::Impl(mut item)) => {
            let nodes = item_impl::parse(&mut item, scope, &di);
            finish(
                item,
                nodes.map(|nodes| nodes.iter().map(|node| expand::node(node, &di)).collect()),
            )
        }
        Ok(Item::Fn(mut item)) => {
            let node = scope.and_then(|scope| item_fn::parse(&item, scope, &di));
            params::strip(&mut item.sig);
            finish(item, node.map(|node| expand::node(&node, &di)))
        }
        Ok(Item::Trait(other)) => {
            let message = "a trait cannot be constructed: put `#[injectable(..)]` on a type that implements it, and bind \
                           that in the container, `dyn Trait = Type`";
            let error = syn::Error::new_spanned(&other.ident, message);
            with_errors(other.to_token_stream(), &error)
        }
        Ok(Item::Enum(other)) => {
            let message = "an enum has no fields of its own to inject: put `#[injectable(..)]` on an `impl` block with a \
                           constructor, or on a fn that returns it";
            let error = syn::Error::new_spanned(&other.ident, message);
            with_errors(other.to_token_stream(), &error)
        }
        Ok(other) => {
            let message = "`#[injectable(..)]` belongs on a struct, an `impl` block or a fn";
            let error = syn::Error::new(proc_macro2::Span::call_site(), message);
            with_errors(other.to_token_stream(), &error)
        }
        Err(error) => with_errors(item, &error),
    }
}

/// `#[derive(Injectable)]`: the item stands already, only the impls are written.
pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let di = facade();
    let node = syn::parse2::<syn::DeriveInput>(item).and_then(|input| {
        let item = item_struct::from_derive(input)?;
        let scope = attr::Scope::of_attributes(&item.attrs, &item.ident)?;
        item_struct::parse(&item, scope)
    });
    finish(quote!(), node.map(|node| expand::node(&node, &di)))
}

fn finish(item: impl ToTokens, impls: syn::Result<TokenStream>) -> TokenStream {
    let mut tokens = item.to_token_stream();
    match impls {
        Ok(impls) => tokens.extend(impls),
        Err(error) => return with_errors(tokens, &error),
    }
    tokens
}
