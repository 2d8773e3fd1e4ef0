//! `#[injectable(scope)]` and `#[derive(Injectable)]`: a type or a fn becomes a node.
//!
//! One file for each shape of the input; all make the same [`model::Node`], which [`expand`] writes. What is written
//! stands, by hand, in `di-core/tests/expansion.rs`.

mod attr;
mod borrowed;
mod construct;
mod expand;
mod item_fn;
mod item_impl;
mod item_struct;
mod model;
pub(crate) mod params;
mod seal;
mod spelt;
mod stub;

pub(crate) use self::{
    attr::{Mark, is_mark, mark},
    expand::hash,
    model::{Param, Source},
    params::{limit, strip},
    seal::{deps, flat, nested},
    spelt::spelt_params,
};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Item;

use crate::common::{Facade, facade, name_span, refuse_placeholders, types_of, with_errors};

/// `#[injectable(..)]` on a struct, an impl block or a fn.
pub(crate) fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let scope = attr::Args::parse(args);
    let di = facade();
    match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Struct(mut item)) => {
            let known = scope.as_ref().ok().cloned();
            let is_unnamed = refuse_placeholders(item.fields.iter_mut().map(|field| &mut field.ty));
            let has_borrows = borrowed::refuse(&mut item, known.as_ref());
            let node = attr::only_once(&mut item.attrs)
                .and(scope)
                .and_then(|scope| item_struct::parse(&item, scope));
            let node = borrowed::unless_broken(&item, node, known.as_ref());
            item_struct::strip(&mut item);
            let stub = Some(stub::of_struct(&item, known.as_ref()));
            let has_said = is_unnamed || has_borrows;
            finish(item, has_said, node.map(|node| vec![node]), stub, &di)
        }
        Ok(Item::Impl(mut item)) => {
            let known = scope.as_ref().ok().cloned();
            let sigs = item.items.iter_mut().filter_map(item_impl::signature);
            let is_unnamed = refuse_placeholders(sigs.flat_map(types_of));
            let scope = attr::only_once(&mut item.attrs).and(scope);
            let is_node = item_impl::is_node(&item);
            let nodes = item_impl::parse(&mut item, scope, &di);
            let stub = is_node
                .then(|| stub::of_impl(&item, known.as_ref()))
                .flatten();
            finish(item, is_unnamed, nodes, stub, &di)
        }
        Ok(Item::Fn(mut item)) => {
            let known = scope.as_ref().ok().cloned();
            let is_unnamed = refuse_placeholders(types_of(&mut item.sig));
            let node = attr::only_once(&mut item.attrs)
                .and(scope)
                .and_then(|scope| item_fn::parse(&item, scope, &di));
            params::strip(&mut item.sig);
            let stub = stub::of_fn(&item, known.as_ref());
            finish(item, is_unnamed, node.map(|node| vec![node]), stub, &di)
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
            let known = scope.as_ref().ok();
            let stub = stub::of_type(&other.ident, &other.generics, known);
            finish(other, false, Err(error), Some(stub), &di)
        }
        Ok(other) => {
            let message = "`#[injectable(..)]` belongs on a struct, an `impl` block or a fn";
            let error = syn::Error::new(name_span(&other), message);
            with_errors(other.to_token_stream(), &error)
        }
        Err(error) => with_errors(item, &error),
    }
}

/// `#[derive(Injectable)]`: the item stands already, only the impls are written.
pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let di = facade();
    let item = syn::parse2::<syn::DeriveInput>(item).and_then(item_struct::from_derive);
    let item = match item {
        Ok(item) => item,
        Err(error) => return error.to_compile_error(),
    };
    let scope = attr::Args::of_attributes(&item.attrs, &item.ident);
    let known = scope.as_ref().ok().cloned();
    let stub = stub::of_struct(&item, known.as_ref());
    let node = scope.and_then(|scope| item_struct::parse(&item, scope));
    let node = borrowed::unless_broken(&item, node, known.as_ref());
    finish(
        quote!(),
        false,
        node.map(|node| vec![node]),
        Some(stub),
        &di,
    )
}

/// The item and its nodes; or the stub of one, and the errors, unless those stand in the item already.
fn finish(
    item: impl ToTokens,
    has_said: bool,
    nodes: syn::Result<Vec<model::Node>>,
    stub: Option<model::Node>,
    di: &Facade,
) -> TokenStream {
    let mut tokens = item.to_token_stream();
    match nodes {
        Ok(nodes) if !has_said => {
            tokens.extend(nodes.iter().map(|node| expand::node(node, di)));
            tokens
        }
        nodes => {
            tokens.extend(stub.map(|stub| expand::node(&stub, di)));
            match nodes {
                Err(error) if !has_said => with_errors(tokens, &error),
                _ => tokens,
            }
        }
    }
}
