//! What a node asks for and what it builds, as the parameters of its recipe's trait.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    expand::{hash, lifetime},
    model::{Node, Param, Source, Target},
};
use crate::common::{Facade, at};

/// `(Use<..>, Use<..>,)`
pub(crate) fn deps(params: &[Param], di: &Facade) -> TokenStream {
    flat(params.iter().map(|param| match &param.source {
        Source::Inject(dependency) => dependency.use_type(di),
        Source::Extract(ty) => {
            quote!(#di::Use<#di::Extracted, #di::FromRequest<#ty>, #di::FromRequest<#ty>>)
        }
    }))
}

/// `(a, (b, ()))`
pub(crate) fn nested(items: impl DoubleEndedIterator<Item = TokenStream>) -> TokenStream {
    items
        .rev()
        .fold(quote!(()), |tail, head| quote!((#head, #tail)))
}

/// `(a, b,)`, as lists of dependencies and arguments are: one type for the compiler, where a nested one is a type for each.
pub(crate) fn flat(items: impl Iterator<Item = TokenStream>) -> TokenStream {
    quote!((#(#items,)*))
}

/// The types that the node's recipe names, as the parameters of its trait. The impl is then as visible as the least visible of
/// them: a `pub` node may have private dependencies, where an associated type alone would leak them (E0446).
pub(super) fn seal(node: &Node, di: &Facade) -> TokenStream {
    let built = built(node, di);
    let deps = deps(&node.params, di);
    quote!(#deps, #built)
}

/// What is built, as a type that names what a provider returns; the recipe of a type is for that type already. Not its projections to value
/// and error: the compiler does not look into those for the least visible type.
fn built(node: &Node, di: &Facade) -> TokenStream {
    let built = match &node.target {
        Target::Own(_) => node.constructor.as_ref().map(|name| {
            let name = hash(name);
            quote!(<#di::Own<#name>>)
        }),
        _ => {
            let ty = node.built.as_ref().unwrap_or(&node.output);
            let ty = at(ty, &lifetime("'static"));
            Some(quote!(<#ty>))
        }
    };
    if node.scope == "transient" && !node.is_lent() {
        quote!(#di::Moved #built)
    } else {
        quote!(#di::Seen #built)
    }
}
