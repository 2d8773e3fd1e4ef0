//! What is known about a task or service once its fn is parsed.

use proc_macro2::{Ident, Span};
use syn::{FnArg, GenericParam, ItemFn, PatType, Type, spanned::Spanned};

use super::{Shape, attr::Args};
use crate::{
    common::{Facade, Report, find_impl_trait, has_lifetimes, peel, text},
    injectable::{Mark, Param, is_mark, mark, params},
};

pub(super) struct Job {
    pub(super) shape: Shape,
    pub(super) ident: Ident,
    pub(super) args: Args,
    /// The type of the first parameter of a task.
    pub(super) payload: Option<Type>,
    /// Where a service takes its `shutdown: &Shutdown`, if it does.
    pub(super) shutdown: Option<usize>,
    /// The parameters that are injected, in order.
    pub(super) params: Vec<Param>,
    /// The place of what it returns.
    pub(super) output: Span,
}

impl Job {
    pub(super) fn parse(item: &ItemFn, args: Args, shape: Shape, di: &Facade) -> syn::Result<Self> {
        let mut report = Report::default();
        if !di.is_web {
            let message = format!(
                "`#[{}]` needs the crate `di-axum`: `di-core` runs nothing by itself",
                shape.name()
            );
            return Err(syn::Error::new(item.sig.ident.span(), message));
        }
        check_signature(item, shape, &mut report);
        let mut sig = item.sig.clone();
        let inputs: Vec<FnArg> = std::mem::take(&mut sig.inputs).into_iter().collect();
        let (mut payload, mut shutdown) = (None, None);
        for (i, input) in inputs.into_iter().enumerate() {
            match &input {
                FnArg::Receiver(receiver) => report.error(
                    receiver,
                    format!(
                        "a {} is a free fn: take what it needs as parameters",
                        shape.name()
                    ),
                ),
                FnArg::Typed(typed) if shape == Shape::Task && i == 0 => {
                    payload = report.take(payload_of(typed));
                }
                FnArg::Typed(typed) if shape == Shape::Service && is_shutdown(typed) => {
                    if shutdown.replace(i).is_some() {
                        report.error(typed, "a service has one `Shutdown`: take it once");
                    }
                }
                FnArg::Typed(typed) => {
                    check_extract(typed, shape, &mut report);
                    sig.inputs.push(input);
                }
            }
        }
        if shape == Shape::Task && item.sig.inputs.is_empty() {
            report.error(
                &item.sig.ident,
                "a task takes its payload as the first parameter: a type of its own, `job: Welcome`, by which it is pushed",
            );
        }
        report.check()?;
        let params = params::parse(&sig, None, di)?;
        Ok(Job {
            shape,
            ident: item.sig.ident.clone(),
            args,
            payload,
            shutdown,
            params,
            output: match &item.sig.output {
                syn::ReturnType::Type(_, output) => output.span(),
                syn::ReturnType::Default => item.sig.ident.span(),
            },
        })
    }
}

/// `job: Welcome`; not `job: &Welcome`, `user: &User`.
fn payload_of(typed: &PatType) -> syn::Result<Type> {
    let ty = peel(&typed.ty);
    if let Some(attr) = typed.attrs.iter().find(|attr| is_mark(attr)) {
        return Err(syn::Error::new_spanned(
            attr,
            "the first parameter of a task is its payload, which is pushed: it takes no mark",
        ));
    }
    if let Type::Reference(reference) = ty
        && has_lifetimes(ty)
    {
        let name = text(&reference.elem);
        let message = format!(
            "[DI028] the first parameter of a task is its payload, which is pushed by value: write `job: {name}`, or put a payload \
             in front of it. A task runs when the request is over, so that nothing of that can be borrowed here"
        );
        return Err(syn::Error::new_spanned(&typed.ty, message));
    }
    if find_impl_trait(ty).is_some() {
        let message = "the payload of a task has a named type, by which it is pushed";
        return Err(syn::Error::new_spanned(&typed.ty, message));
    }
    if has_lifetimes(ty) {
        let message = "[DI028] the payload of a task outlives the request that pushes it, and cannot borrow from it: put an id, or a value of \
                       its own, in it, and inject again what the request had";
        return Err(syn::Error::new_spanned(&typed.ty, message));
    }
    Ok(ty.clone())
}

/// `shutdown: &Shutdown`
fn is_shutdown(typed: &PatType) -> bool {
    let Type::Reference(reference) = peel(&typed.ty) else {
        return false;
    };
    match peel(&reference.elem) {
        Type::Path(path) => {
            let last = path.path.segments.last();
            last.is_some_and(|last| last.ident == "Shutdown" && last.arguments.is_empty())
        }
        _ => false,
    }
}

/// `#[extract] token: Token`
fn check_extract(typed: &PatType, shape: Shape, report: &mut Report) {
    if let Ok(Mark::Extract(span)) = mark(&typed.attrs) {
        let help = match shape {
            Shape::Task => "put what it needs of the request in its payload",
            Shape::Service => "take what does not come from a request",
        };
        let message = format!(
            "[DI007] a {} runs where there is no request to extract from: {help}",
            shape.name()
        );
        report.push(syn::Error::new(span, message));
    }
}

fn check_signature(item: &ItemFn, shape: Shape, report: &mut Report) {
    let (sig, name) = (&item.sig, shape.name());
    if sig.asyncness.is_none() {
        report.error(
            sig.fn_token,
            format!("a {name} is an async fn: write `async fn {}`", sig.ident),
        );
    }
    if let syn::Safety::Unsafe(token) = &sig.safety {
        report.error(
            token,
            "the app calls this fn and cannot keep an unsafe fn's promise: write a safe one",
        );
    }
    let is_generic = |param: &&GenericParam| !matches!(param, GenericParam::Lifetime(_));
    if let Some(param) = sig.generics.params.iter().find(is_generic) {
        report.error(
            param,
            format!("a {name} cannot be generic: it is listed by its name alone"),
        );
    }
    if let Some(variadic) = &sig.variadic {
        report.error(
            variadic,
            format!("a {name} has a fixed number of parameters"),
        );
    }
}
