//! Fields that borrow for longer than they can, or do not say for how long.

use quote::quote_spanned;
use syn::{Field, Ident, ItemStruct, Type, spanned::Spanned};

use super::{
    attr::{Args, Mark, mark},
    model::Node,
    stub,
};
use crate::common::{borrowed_forever, has_left_out, peel, text};

/// `pool: &Pool` in a singleton. The compiler would ask for a lifetime, with which the next error comes; this error takes the type's place, so
/// that it says nothing. Whether there was one.
pub(super) fn refuse(item: &mut ItemStruct, scope: Option<&Args>) -> bool {
    let scope = scope.and_then(|scope| scope.scope.as_ref());
    if scope.is_none_or(|scope| scope != "singleton") {
        return false;
    }
    let mut has_said = false;
    for field in &mut item.fields {
        let Type::Reference(reference) = peel(&field.ty) else {
            continue;
        };
        let is_injected = matches!(mark(&field.attrs), Ok(Mark::Inject | Mark::Qualified(_)));
        if !is_injected || reference.lifetime.is_some() || reference.mutability.is_some() {
            continue;
        }
        let message = match is_constant(&reference.elem) {
            true => constant(field, &text(&reference.elem)),
            false => singleton(&item.ident, &field.ty, &reference.elem),
        };
        let error = quote_spanned!(reference.span()=> ::core::compile_error! { #message });
        field.ty = Type::Verbatim(error);
        has_said = true;
    }
    has_said
}

/// The node; a stub where the compiler has something to say of the struct itself: a field with a lifetime that is left out, `pool: &Pool`.
pub(super) fn unless_broken(
    item: &ItemStruct,
    node: syn::Result<Node>,
    scope: Option<&Args>,
) -> syn::Result<Node> {
    let left_out = |field: &Field| has_left_out(&field.ty);
    match item.fields.iter().any(left_out) {
        true => node.map(|_| stub::of_struct(item, scope)),
        false => node,
    }
}

/// `pool: &'static Pool`, which nothing that is injected is.
pub(super) fn check_lifetime(
    item: &ItemStruct,
    field: &Field,
    is_singleton: bool,
) -> syn::Result<()> {
    let Some((lifetime, inner)) = borrowed_forever(&field.ty) else {
        return Ok(());
    };
    let message = if is_constant(inner) {
        constant(field, &text(inner))
    } else if is_singleton {
        singleton(&item.ident, &field.ty, inner)
    } else {
        let declared = item.generics.lifetimes().next();
        let short = declared.map_or_else(|| "'r".to_string(), |param| text(&param.lifetime));
        let inner = text(inner).replace("'static", &short);
        let borrowed = match is_reference(&field.ty) {
            true => format!("&{short} {inner}"),
            false => format!("Lazy<{short}, {inner}>"),
        };
        let declare = match declared {
            Some(_) => String::new(),
            None => format!(", in `struct {}<{short}>`", item.ident),
        };
        format!("what is injected is borrowed for less than `'static`: write `{borrowed}`{declare}")
    };
    Err(syn::Error::new_spanned(lifetime, message))
}

/// Whether what is borrowed is rather a constant than a node.
fn is_constant(ty: &Type) -> bool {
    match peel(ty) {
        Type::Slice(_) | Type::Array(_) => true,
        Type::Path(path) => path.path.is_ident("str"),
        _ => false,
    }
}

fn constant(field: &Field, inner: &str) -> String {
    let name = field.ident.as_ref().map(|name| format!("{}: ", text(name)));
    let name = name.unwrap_or_default();
    format!(
        "a field is injected unless it is marked: for a constant, `#[inject(value = ..)] {name}&'static {inner}`"
    )
}

fn singleton(ident: &Ident, written: &Type, inner: &Type) -> String {
    let shared = if is_reference(written) {
        "Arc"
    } else {
        "LazyArc"
    };
    let (written, inner) = (text(written), text(inner));
    // What is named with a lifetime borrows: no singleton.
    let hold = match inner.contains('\'') {
        true => format!("make `{ident}` `request`, with a lifetime, `struct {ident}<'r>`"),
        false => format!("hold `{shared}<{inner}>`, or make `{ident}` `request`"),
    };
    format!("a singleton lives as long as the app and cannot borrow `{written}`: {hold}")
}

fn is_reference(ty: &Type) -> bool {
    matches!(peel(ty), Type::Reference(_))
}
