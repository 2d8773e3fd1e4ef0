//! What may be named in a list: keys, providers, and what a trait is bound to.

use proc_macro2::Span;
use syn::{Path, Type, spanned::Spanned};

use super::model::NodeType;
use crate::{
    common::{find_type, peel, shared, text, unqualified},
    injectable::hash,
};

/// A trait object is bound to a type; a provider's name begins in lower case.
pub(super) fn check_bound(to: &Type, trait_name: &str) -> syn::Result<()> {
    check_key(to)?;
    if let Type::TraitObject(_) = peel(to) {
        let of = unqualified(to.clone()).name();
        let message = match of == trait_name {
            true => format!(
                "[DI002] a cycle: `{of}` -> `{of}`\n  help: bind it to the type that implements it, `{of} = Type`"
            ),
            false => format!(
                "`{trait_name}` is bound to a type, and `{of}` is a trait object: bind it to the type that `{of}` is bound to"
            ),
        };
        return Err(syn::Error::new_spanned(to, message));
    }
    let Type::Path(path) = peel(to) else {
        return Ok(());
    };
    let Some(last) = path.path.segments.last() else {
        return Ok(());
    };
    let word = last.ident.to_string();
    if !word.starts_with(char::is_lowercase) || PRIMITIVES.contains(&word.as_str()) {
        return Ok(());
    }
    let message = format!(
        "`{word}` is named as a provider is, but a trait is bound to a type: list `Type = {word}`, and bind \
         `{trait_name} = Type`"
    );
    Err(syn::Error::new_spanned(to, message))
}

const PRIMITIVES: [&str; 17] = [
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16",
    "u32", "u64", "u128", "usize",
];

/// `connect` is a provider fn, `Pools::primary` an associated one.
pub(super) fn provider_node(provider: &Type) -> syn::Result<NodeType> {
    let Type::Path(path) = peel(provider) else {
        return Err(syn::Error::new_spanned(
            provider,
            "expected the path of a provider: a fn with `#[injectable(..)]` that returns the type on the left",
        ));
    };
    let segments = &path.path.segments;
    let Some(last) = segments.last() else {
        return Err(syn::Error::new_spanned(
            provider,
            "expected the path of a provider",
        ));
    };
    let hash = hash(&text(&last.ident));
    if let (Some(qself), 0) = (&path.qself, segments.len() - 1) {
        return Ok(NodeType::Associated {
            of: (*qself.ty).clone(),
            hash,
        });
    }
    let owner = segments
        .iter()
        .rev()
        .nth(1)
        .map(|owner| owner.ident.to_string());
    if owner.is_some_and(|owner| owner.starts_with(char::is_uppercase)) {
        let mut of = path.path.clone();
        of.segments.pop();
        of.segments.pop_punct();
        return Ok(NodeType::Associated {
            of: syn::parse_quote!(#of),
            hash,
        });
    }
    Ok(NodeType::Type(provider.clone()))
}

/// What others can ask for is a type by its name.
pub(super) fn check_key(ty: &Type) -> syn::Result<()> {
    if let Some(hidden) = find_type(ty, |ty| matches!(ty, Type::Macro(_))) {
        let message = "a type is listed by its name, and a macro hides it: whether it borrows is not known here";
        return Err(syn::Error::new_spanned(hidden, message));
    }
    match peel(ty) {
        Type::Reference(reference) => {
            let inner = text(&reference.elem);
            let message = format!("list the type itself, `{inner}`; who asks for it writes `&`");
            Err(syn::Error::new_spanned(ty, message))
        }
        Type::ImplTrait(_) | Type::Infer(_) | Type::Never(_) => Err(syn::Error::new_spanned(
            ty,
            "expected the name of a type, or `dyn Trait = Type`",
        )),
        other => match shared(other) {
            Some(inner) => {
                let inner = text(inner);
                let message =
                    format!("list the type itself, `{inner}`; who asks for it writes `Arc`");
                Err(syn::Error::new_spanned(ty, message))
            }
            None => Ok(()),
        },
    }
}

/// Where the type's own name stands.
pub(super) fn type_span(ty: &Type) -> Span {
    match peel(ty) {
        Type::Path(path) => last_span(&path.path),
        Type::TraitObject(object) => object
            .bounds
            .iter()
            .find_map(|bound| match bound {
                syn::TypeParamBound::Trait(bound) => Some(last_span(&bound.path)),
                _ => None,
            })
            .unwrap_or_else(|| ty.span()),
        other => other.span(),
    }
}

pub(super) fn last_span(path: &Path) -> Span {
    path.segments
        .last()
        .map_or_else(|| path.span(), |last| last.ident.span())
}
