//! Types that have no name: `impl Trait`, `_`, and others.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::{
    Type,
    spanned::Spanned,
    visit::{self, Visit},
    visit_mut::{self, VisitMut},
};

/// The first `impl Trait` in a type.
pub(crate) fn find_impl_trait(ty: &Type) -> Option<&Type> {
    find_type(ty, |ty| matches!(ty, Type::ImplTrait(_)))
}

/// The first type in a type, or itself, that is such a one.
pub(crate) fn find_type(ty: &Type, is: fn(&Type) -> bool) -> Option<&Type> {
    struct Find<'ast> {
        is: fn(&Type) -> bool,
        found: Option<&'ast Type>,
    }
    impl<'ast> Visit<'ast> for Find<'ast> {
        fn visit_type(&mut self, ty: &'ast Type) {
            if self.found.is_none() && (self.is)(ty) {
                self.found = Some(ty);
            }
            visit::visit_type(self, ty);
        }
        // In `[T; EXPR]`, what is in the expression is no part of the type.
        fn visit_expr(&mut self, _: &'ast syn::Expr) {}
    }
    let mut find = Find { is, found: None };
    find.visit_type(ty);
    find.found
}

/// The first `Self`, also in an expression.
pub(crate) fn find_self(tokens: TokenStream) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if ident == "Self" => Some(ident),
        TokenTree::Group(group) => find_self(group.stream()),
        _ => None,
    })
}

/// Says of each `_` in these types that it is no name. The error takes its place: the compiler, which has something to
/// say about it too, then says nothing. Whether there was one.
pub(crate) fn refuse_placeholders<'a>(types: impl Iterator<Item = &'a mut Type>) -> bool {
    struct Refuse(bool);
    impl VisitMut for Refuse {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            if let Type::Infer(_) = ty {
                self.0 = true;
                let message =
                    "`_` is not known here: write the type's name, by which others ask for it";
                let error = quote_spanned!(ty.span()=> ::core::compile_error! { #message });
                *ty = Type::Verbatim(error);
            } else {
                visit_mut::visit_type_mut(self, ty);
            }
        }
        fn visit_expr_mut(&mut self, _: &mut syn::Expr) {}
    }
    let mut refuse = Refuse(false);
    types.for_each(|ty| refuse.visit_type_mut(ty));
    refuse.0
}

/// The types in a signature.
pub(crate) fn types_of(sig: &mut syn::Signature) -> impl Iterator<Item = &mut Type> {
    let inputs = sig.inputs.iter_mut().filter_map(|input| match input {
        syn::FnArg::Typed(typed) => Some(&mut *typed.ty),
        syn::FnArg::Receiver(_) => None,
    });
    let output = match &mut sig.output {
        syn::ReturnType::Type(_, output) => Some(&mut **output),
        syn::ReturnType::Default => None,
    };
    inputs.chain(output)
}
