//! What is known about a handler once its fn is parsed.

use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::{FnArg, GenericParam, ItemFn, Type, spanned::Spanned};

use super::attr::Args;
use crate::{
    common::{Dependency, Held, Report, peel, text},
    injectable::{Mark, limit, mark},
};

/// The most extractors of a handler, as in axum.
const MAX_EXTRACTORS: usize = 16;

pub(super) struct Handler {
    pub(super) ident: Ident,
    /// What comes before everything else, in this order.
    pub(super) guards: Vec<Dependency>,
    pub(super) is_blocking: bool,
    pub(super) params: Vec<Param>,
    /// The place of what it returns.
    pub(super) output: Span,
}

pub(super) struct Param {
    pub(super) local: Ident,
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) source: Source,
}

pub(super) enum Source {
    Inject(Dependency),
    /// An axum extractor.
    Extract(Type),
}

impl Handler {
    pub(super) fn parse(item: &ItemFn, args: Args) -> syn::Result<Self> {
        let mut report = Report::default();
        check_signature(item, &args, &mut report);
        let mut params = Vec::new();
        for (i, input) in item.sig.inputs.iter().enumerate() {
            match input {
                FnArg::Receiver(receiver) => report.error(
                    receiver,
                    "a handler is a free fn: take what it needs as parameters, `users: &Users<'_>`",
                ),
                FnArg::Typed(typed) => {
                    check_name(typed, &item.sig.ident, &mut report);
                    if let Some(source) = report.take(source(typed)) {
                        let local = format_ident!("arg{i}", span = Span::mixed_site());
                        let name = text(&typed.pat);
                        params.push(Param {
                            local,
                            name,
                            span: typed.ty.span(),
                            source,
                        });
                    }
                }
            }
        }
        report.check()?;
        let extractors = params
            .iter()
            .filter(|param| matches!(param.source, Source::Extract(_)))
            .count();
        limit(
            args.guards.len() + params.len() - extractors,
            item.sig.ident.span(),
        )?;
        if extractors > MAX_EXTRACTORS {
            return Err(syn::Error::new(
                item.sig.ident.span(),
                format!("{extractors} extractors; at most {MAX_EXTRACTORS} are possible"),
            ));
        }
        Ok(Handler {
            ident: item.sig.ident.clone(),
            guards: args.guards,
            is_blocking: args.blocking.is_some(),
            params,
            output: match &item.sig.output {
                syn::ReturnType::Type(_, output) => output.span(),
                syn::ReturnType::Default => item.sig.ident.span(),
            },
        })
    }

    /// What it asks for: its guards, and what is injected.
    pub(super) fn dependencies(&self) -> impl DoubleEndedIterator<Item = &Dependency> {
        let injected = self.injected().map(|(_, dependency)| dependency);
        self.guards.iter().chain(injected)
    }

    pub(super) fn injected(&self) -> impl DoubleEndedIterator<Item = (&Param, &Dependency)> {
        self.params.iter().filter_map(|param| match &param.source {
            Source::Inject(dependency) => Some((param, dependency)),
            Source::Extract(_) => None,
        })
    }

    /// The extractors: all but the last read the head of the request, the last may read its body.
    pub(super) fn extracted(&self) -> Vec<(&Param, &Type)> {
        self.params
            .iter()
            .filter_map(|param| match &param.source {
                Source::Extract(ty) => Some((param, ty)),
                Source::Inject(_) => None,
            })
            .collect()
    }
}

/// `async fn users(users: &Users<'_>)`: the handler is a unit struct, which its own name cannot shadow.
fn check_name(typed: &syn::PatType, handler: &Ident, report: &mut Report) {
    if let syn::Pat::Ident(pat) = &*typed.pat
        && pat.ident == *handler
    {
        report.error(
            &pat.ident,
            format!("`{handler}` is also the name of the handler, which becomes a unit struct of that name: rename one of them"),
        );
    }
}

fn check_signature(item: &ItemFn, args: &Args, report: &mut Report) {
    let sig = &item.sig;
    match (&sig.asyncness, args.blocking) {
        (None, None) => report.error(
            sig.fn_token,
            format!(
                "a handler is an async fn: write `async fn {}`; or, if it blocks its thread, `#[handler(blocking)]`",
                sig.ident
            ),
        ),
        (Some(token), Some(_)) => report.error(
            token,
            "`blocking` is for a fn that blocks its thread, on a thread of its own: write a `fn` without `async`, or leave \
             `blocking` out",
        ),
        _ => {}
    }
    if let syn::Safety::Unsafe(token) = &sig.safety {
        report.error(
            token,
            "the router calls this fn and cannot keep an unsafe fn's promise: write a safe one",
        );
    }
    if let Some(param) = sig
        .generics
        .params
        .iter()
        .find(|param| !matches!(param, GenericParam::Lifetime(_)))
    {
        report.error(
            param,
            "a handler cannot be generic: it is mounted by its name alone",
        );
    }
    if let Some(variadic) = &sig.variadic {
        report.error(variadic, "a handler has a fixed number of parameters");
    }
}

fn source(typed: &syn::PatType) -> syn::Result<Source> {
    let ty = peel(&typed.ty);
    let is_marked = typed.attrs.iter().any(crate::injectable::is_mark);
    match mark(&typed.attrs)? {
        Mark::Inject if !is_marked => match ty {
            // `Arc<T>` and the other handles are injected, any other by-value parameter is an extractor.
            Type::Reference(_) | Type::ImplTrait(_) => Dependency::of(ty, None).map(Source::Inject),
            _ => {
                let dependency = Dependency::of(ty, None)?;
                Ok(match dependency.held {
                    Held::Shared | Held::Lent | Held::Lazy | Held::LazyShared => {
                        Source::Inject(dependency)
                    }
                    _ => Source::Extract(ty.clone()),
                })
            }
        },
        Mark::Inject => Dependency::of(ty, None).map(Source::Inject),
        Mark::Qualified(qualifier) => Dependency::of(ty, Some(qualifier)).map(Source::Inject),
        Mark::Extract(span) => Err(syn::Error::new(
            span,
            "in a handler, by-value parameters are extractors already: remove `#[extract]`",
        )),
        Mark::Default(span) => Err(plain(span, &typed.pat)),
        Mark::Value(value) => Err(plain(value.span(), &typed.pat)),
    }
}

fn plain(at: Span, pat: &syn::Pat) -> syn::Error {
    let name = text(pat);
    syn::Error::new(
        at,
        format!(
            "`default` and `value` are for fields of a struct; write `let {name} = ..` in the body"
        ),
    )
}
