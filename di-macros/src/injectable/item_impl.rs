//! `#[injectable(..)] impl Mailer { fn new(..) -> Self }`: a constructor; and a bare `#[injectable]`, whose fns are
//! providers.

use quote::{format_ident, quote_spanned};
use syn::{
    Attribute, GenericParam, Generics, ImplItem, ImplItemFn, ItemImpl, Signature, Type,
    spanned::Spanned,
};

use super::{
    attr::{Args, is_injectable},
    expand,
    item_fn::{Place, provider, returned},
    model::{Node, Target},
    params,
};
use crate::common::{Facade, Report, peel, text};

/// The nodes of the block; marks are taken off it.
pub(crate) fn parse(
    item: &mut ItemImpl,
    scope: syn::Result<Args>,
    di: &Facade,
) -> syn::Result<Vec<Node>> {
    let nodes = scope.and_then(|scope| nodes(item, scope, di));
    for item in &mut item.items {
        if let ImplItem::Fn(item) = item {
            item.attrs
                .retain(|attr| !is_injectable(attr) && !is_constructor(attr));
            params::strip(&mut item.sig);
        }
    }
    nodes
}

/// The signature of a fn in a block.
pub(crate) fn signature(item: &mut ImplItem) -> Option<&mut Signature> {
    match item {
        ImplItem::Fn(item) => Some(&mut item.sig),
        _ => None,
    }
}

/// Whether the block is one node, with a constructor, and not several providers.
pub(crate) fn is_node(item: &ItemImpl) -> bool {
    !item.items.iter().any(|item| match item {
        ImplItem::Fn(item) => item.attrs.iter().any(is_injectable),
        _ => false,
    })
}

fn nodes(item: &ItemImpl, scope: Args, di: &Facade) -> syn::Result<Vec<Node>> {
    if let Some((path, _)) = &item.trait_ {
        return Err(syn::Error::new_spanned(
            path,
            "`#[injectable(..)]` belongs on an inherent `impl` block, the one with the constructor",
        ));
    }
    let fns: Vec<&ImplItemFn> = item
        .items
        .iter()
        .filter_map(|item| match item {
            ImplItem::Fn(item) => Some(item),
            _ => None,
        })
        .collect();
    let providers: Vec<_> = fns
        .iter()
        .filter(|item| item.attrs.iter().any(is_injectable))
        .collect();
    match (&scope.scope, providers.first()) {
        (None, Some(_)) => {
            let mut report = Report::default();
            for constructor in fns.iter().filter(|f| f.attrs.iter().any(is_constructor)) {
                report.error(
                    &constructor.sig.ident,
                    "a constructor among providers: give this fn a scope of its own, `#[injectable(singleton)]`, or the \
                     block, `#[injectable(singleton)] impl`, if there is no other provider in it",
                );
            }
            let nodes = providers
                .iter()
                .filter_map(|f| report.take(associated(item, f, di)))
                .collect();
            report.check()?;
            Ok(nodes)
        }
        (Some(_), Some(first)) => Err(syn::Error::new(
            first.sig.ident.span(),
            "the block's own scope makes it one node with one constructor; for several providers, write a bare \
             `#[injectable]` on the block and a scope on each fn",
        )),
        (_, None) => constructor(item, &fns, scope, di).map(|node| vec![node]),
    }
}

fn constructor(
    item: &ItemImpl,
    fns: &[&ImplItemFn],
    scope: Args,
    di: &Facade,
) -> syn::Result<Node> {
    scope.required(item.self_ty.span())?;
    let marked: Vec<_> = fns
        .iter()
        .filter(|item| item.attrs.iter().any(is_constructor))
        .collect();
    if let [_, second, ..] = marked[..] {
        return Err(syn::Error::new(
            second.sig.ident.span(),
            "a second `#[constructor]`: a type is constructed in one way, keep one of them",
        ));
    }
    let is_new = |item: &&&ImplItemFn| item.sig.ident == "new";
    let Some(found) = marked.first().copied().or_else(|| fns.iter().find(is_new)) else {
        return Err(syn::Error::new_spanned(
            &item.self_ty,
            "no constructor: name it `new`, or mark it `#[constructor]`",
        ));
    };
    let self_ty = &*item.self_ty;
    let mut node = provider(
        &found.sig,
        scope,
        Some(self_ty),
        Place {
            target: Target::Own(self_ty.clone()),
            generics: expand::without_lifetimes(&item.generics),
            path: call(self_ty, &found.sig),
            lifetimes: expand::lifetimes(&item.generics),
            anchor: item.impl_token.span,
        },
        di,
    )?;
    node.name = type_name(self_ty);
    node.value = Some(self_ty.clone());
    node.constructor = Some(text(&found.sig.ident));
    Ok(node
        .torn_down_by_own_fn(self_ty)
        .with_body(&found.block, &found.attrs))
}

/// An associated fn as a provider, found as `Type::name`.
fn associated(item: &ItemImpl, found: &ImplItemFn, di: &Facade) -> syn::Result<Node> {
    let ident = &found.sig.ident;
    let scope = Args::of_attributes(&found.attrs, ident)?;
    let self_ty = &*item.self_ty;
    let target = Target::Associated {
        ident: format_ident!("provider_{}", ident),
        of: self_ty.clone(),
    };
    let generics = merge(
        expand::without_lifetimes(&item.generics),
        &found.sig.generics,
    )?;
    let path = call(self_ty, &found.sig);
    let place = Place {
        target,
        generics,
        path,
        lifetimes: expand::lifetimes(&item.generics),
        anchor: item.impl_token.span,
    };
    let node = provider(&found.sig, scope, Some(self_ty), place, di)?;
    Ok(node.with_body(&found.block, &found.attrs))
}

/// The block's generics; an associated provider has none of its own.
fn merge(block: Generics, own: &Generics) -> syn::Result<Generics> {
    match own
        .params
        .iter()
        .find(|param| !matches!(param, GenericParam::Lifetime(_)))
    {
        Some(param) => Err(syn::Error::new_spanned(
            param,
            "an associated provider cannot be generic itself: write a free fn, or move the parameter to the `impl` block",
        )),
        None => Ok(block),
    }
}

/// The fn's path. What the compiler says about the value stands at the type that is returned.
fn call(self_ty: &Type, sig: &Signature) -> proc_macro2::TokenStream {
    let (self_ty, ident) = (expand::elided(self_ty), &sig.ident);
    quote_spanned!(returned(sig)=> <#self_ty>::#ident)
}

fn type_name(ty: &Type) -> String {
    match peel(ty) {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map(|last| last.ident.to_string())
            .unwrap_or_default(),
        other => text(other),
    }
}

fn is_constructor(attr: &Attribute) -> bool {
    attr.path()
        .segments
        .last()
        .is_some_and(|last| last.ident == "constructor")
}
