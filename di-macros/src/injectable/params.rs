//! The parameters of a constructor fn.

use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::{FnArg, Signature, Type, spanned::Spanned};

use super::{
    attr::{Mark, is_mark, mark},
    model::{Param, Source},
};
use crate::common::{
    Dependency, Facade, Report, find_impl_trait, has_lifetimes, replace_self, text,
};

/// The most dependencies that a constructor may have; `di_core::graph::MAX_DEPS`.
const MAX: usize = 32;

/// The parameters of a fn, with `Self` written out.
pub(crate) fn parse(
    sig: &Signature,
    self_ty: Option<&Type>,
    di: &Facade,
) -> syn::Result<Vec<Param>> {
    let mut report = Report::default();
    let mut params = Vec::new();
    for (i, input) in sig.inputs.iter().enumerate() {
        match input {
            FnArg::Receiver(receiver) => report.error(
                receiver,
                "a constructor takes no `self`: there is no value yet that it could be called on",
            ),
            FnArg::Typed(typed) => {
                if let Some(param) = report.take(param(i, typed, self_ty, di)) {
                    params.push(param);
                }
            }
        }
    }
    if let Some(variadic) = &sig.variadic {
        report.error(variadic, "a constructor has a fixed number of parameters");
    }
    report.check()?;
    limit(params.len(), sig.ident.span())?;
    Ok(params)
}

pub(crate) fn limit(count: usize, at: Span) -> syn::Result<()> {
    if count <= MAX {
        return Ok(());
    }
    let message = format!(
        "{count} dependencies; at most {MAX} are possible. Group some of them in an injectable struct"
    );
    Err(syn::Error::new(at, message))
}

fn param(
    i: usize,
    typed: &syn::PatType,
    self_ty: Option<&Type>,
    di: &Facade,
) -> syn::Result<Param> {
    let ty = match self_ty {
        Some(self_ty) => &replace_self(&typed.ty, self_ty),
        None => &*typed.ty,
    };
    let source = match mark(&typed.attrs)? {
        Mark::Inject => Source::Inject(Dependency::of(ty, None)?),
        Mark::Qualified(qualifier) => Source::Inject(Dependency::of(ty, Some(qualifier))?),
        Mark::Extract(span) if !di.is_web => {
            return Err(syn::Error::new(
                span,
                "`#[extract]` needs the crate `di-axum`: `di-core` knows no requests",
            ));
        }
        Mark::Extract(_) if has_lifetimes(ty) || find_impl_trait(ty).is_some() => {
            return Err(syn::Error::new_spanned(
                &typed.ty,
                "an extractor gives a value of its own: write its type by value, without `&`, `'_` or `impl`",
            ));
        }
        Mark::Extract(_) => Source::Extract(ty.clone()),
        Mark::Default(span) => return Err(plain(span)),
        Mark::Value(value) => return Err(plain(value.span())),
    };
    Ok(Param {
        name: text(&typed.pat),
        local: local(i),
        source,
    })
}

fn plain(at: Span) -> syn::Error {
    syn::Error::new(
        at,
        "`default` and `value` are for fields of a struct; in a constructor, write the value in its body",
    )
}

/// The name of a parameter in the expansion; invisible to the user's expressions.
pub(crate) fn local(i: usize) -> Ident {
    format_ident!("dep{i}", span = Span::mixed_site())
}

/// The signature as the compiler may see it. It has its own word on `...`, which is said by then.
pub(crate) fn strip(sig: &mut Signature) {
    sig.variadic = None;
    for input in &mut sig.inputs {
        if let FnArg::Typed(typed) = input {
            typed.attrs.retain(|attr| !is_mark(attr));
        }
    }
}
