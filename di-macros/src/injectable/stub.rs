//! The node of an item whose real one cannot be written: who lists it or asks for it then gets no second error.

use proc_macro2::Span;
use quote::quote;
use syn::{Generics, Ident, ItemFn, ItemImpl, ItemStruct, ReturnType, Type, spanned::Spanned};

use super::{
    attr::Args,
    expand,
    item_fn::{find_self, has_size, held, is_result},
    model::{Node, Target},
};
use crate::common::{find_impl_trait, find_type, has_lifetimes, peel};

pub(crate) fn of_struct(item: &ItemStruct, scope: Option<&Args>) -> Node {
    of_type(&item.ident, &item.generics, scope)
}

/// Of what is none, such as an enum.
pub(crate) fn of_type(ident: &Ident, generics: &Generics, scope: Option<&Args>) -> Node {
    let (_, arguments, _) = generics.split_for_impl();
    let ty: Type = syn::parse_quote!(#ident #arguments);
    node(Target::Own(ty.clone()), generics, ty, scope)
}

/// Of a block with a constructor; none of one for a trait, or for what is no named type.
pub(crate) fn of_impl(item: &ItemImpl, scope: Option<&Args>) -> Option<Node> {
    let ty = &*item.self_ty;
    let is_named = matches!(peel(ty), Type::Path(_));
    (is_named && item.trait_.is_none()).then(|| Node {
        constructor: Some(String::new()),
        ..node(Target::Own(ty.clone()), &item.generics, ty.clone(), scope)
    })
}

/// Of a provider; none where it is not known what it provides.
pub(crate) fn of_fn(item: &ItemFn, scope: Option<&Args>) -> Option<Node> {
    let ReturnType::Type(_, output) = &item.sig.output else {
        return None;
    };
    let target = Target::Marker {
        ident: item.sig.ident.clone(),
    };
    // Of what has an error already nothing more is to be said.
    let is_named = find_impl_trait(output).is_none()
        && find_self(&item.sig).is_none()
        && find_type(output, |ty| matches!(ty, Type::Verbatim(_))).is_none();
    // As what it should have returned: `Pool` for `&Pool` and `Arc<Pool>`. What has no size, nothing returns.
    let output = held(output)
        .filter(|inner| has_size(inner))
        .unwrap_or(output);
    is_named.then(|| Node {
        is_fallible: is_result(output),
        ..node(target, &item.sig.generics, output.clone(), scope)
    })
}

fn node(target: Target, generics: &Generics, output: Type, scope: Option<&Args>) -> Node {
    let is_lazy = scope.is_some_and(|scope| scope.lazy.is_some());
    let written = scope.and_then(|scope| scope.scope.as_ref());
    let scope = match written {
        Some(scope) if scope != "singleton" => scope.to_string(),
        _ if has_lifetimes(&output) => "request".to_string(),
        _ => "singleton".to_string(),
    };
    let now = expand::elided(&output);
    // What holds it then gets no second error.
    let is_lazy = scope == "singleton" && written.is_some() && is_lazy;
    Node {
        scope: Ident::new(&scope, Span::call_site()),
        target,
        generics: expand::without_lifetimes(generics),
        lifetimes: Vec::new(),
        // By which the judge knows it.
        name: String::new(),
        params: Vec::new(),
        span: output.span(),
        anchor: output.span(),
        elides: false,
        built: None,
        construct: quote!(::core::option::Option::<#now>::None.unwrap()),
        output,
        value: None,
        constructor: None,
        is_fallible: false,
        is_async: false,
        is_blocking: false,
        is_lazy,
        is_assembled: false,
        teardown: None,
        warnings: proc_macro2::TokenStream::new(),
    }
}
