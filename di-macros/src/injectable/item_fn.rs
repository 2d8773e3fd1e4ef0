//! `#[injectable(..)] fn connect(env: &Env) -> Pool`: a provider of the type that it returns.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    ExprPath, GenericParam, ItemFn, Lifetime, ReturnType, Signature, Type, spanned::Spanned,
    visit::Visit,
};

use super::{
    attr::Args,
    expand,
    model::{Node, Target},
    params,
};
use crate::common::{
    Facade, Report, elides, find_impl_trait, has_lifetimes, peel, replace_self, shared, text,
    written_at,
};

pub(crate) fn parse(item: &ItemFn, args: Args, di: &Facade) -> syn::Result<Node> {
    if let Some(this) = find_self(&item.sig) {
        return Err(syn::Error::new(
            this,
            "on an associated fn, `#[injectable(..)]` also needs a bare `#[injectable]` on its `impl` block, which knows \
             what `Self` is",
        ));
    }
    let ident = &item.sig.ident;
    let target = Target::Marker {
        ident: ident.clone(),
    };
    let generics = expand::without_lifetimes(&item.sig.generics);
    let path = quote!(#ident);
    let place = Place {
        target,
        generics,
        path,
        lifetimes: expand::lifetimes(&item.sig.generics),
        anchor: ident.span(),
    };
    let node = provider(&item.sig, args, None, place, di)?;
    Ok(node.with_body(&item.block, &item.attrs))
}

/// Where a provider is found and called.
pub(crate) struct Place {
    pub(crate) target: Target,
    pub(crate) generics: syn::Generics,
    pub(crate) path: TokenStream,
    /// Of the item that the fn is, or is in: its lifetimes, and after what it would have a parameter more.
    pub(crate) lifetimes: Vec<Lifetime>,
    pub(crate) anchor: Span,
}

/// A node of a fn's signature; `self_ty` is that of its impl block.
pub(crate) fn provider(
    sig: &Signature,
    args: Args,
    self_ty: Option<&Type>,
    place: Place,
    di: &Facade,
) -> syn::Result<Node> {
    let mut report = Report::default();
    let scope = report.take(args.required(sig.ident.span()));
    let teardown = args.teardown();
    let params = report.take(params::parse(sig, self_ty, di));
    let output = report.take(output(sig, self_ty));
    if let syn::Safety::Unsafe(token) = &sig.safety {
        report.error(
            token,
            "the container calls this fn and cannot keep an unsafe fn's promise: write a safe one",
        );
    }
    if let (Some(scope), Some(output)) = (&scope, &output)
        && scope == "singleton"
        && has_lifetimes(output)
    {
        report.error(
                &sig.output,
                "a singleton lives as long as the app and cannot borrow: return an owned value, or make it `request`",
            );
    }
    check_blocking(sig, &args, di, &mut report);
    report.take(args.check_lazy());
    report.check()?;
    let (Some(scope), Some(params), Some(output)) = (scope, params, output) else {
        return Err(syn::Error::new_spanned(
            &sig.ident,
            "this fn cannot be a provider",
        ));
    };
    let generics: Vec<_> = sig
        .generics
        .params
        .iter()
        .filter_map(|param| match param {
            GenericParam::Type(param) => Some(param.ident.to_token_stream()),
            GenericParam::Const(param) => Some(param.ident.to_token_stream()),
            _ => None,
        })
        .collect();
    let turbofish = (!generics.is_empty()).then(|| quote!(::<#(#generics),*>));
    let (path, locals) = (&place.path, params.iter().map(|param| &param.local));
    let wait = sig.asyncness.map(|_| quote!(.await));
    let construct = quote_spanned!(returned(sig)=> #path #turbofish (#(#locals),*) #wait);
    Ok(Node {
        scope,
        target: place.target,
        generics: place.generics,
        lifetimes: place.lifetimes,
        anchor: place.anchor,
        elides: elides(sig),
        built: None,
        name: text(&sig.ident),
        construct,
        params,
        value: None,
        constructor: None,
        is_fallible: is_result(&output),
        output,
        is_async: sig.asyncness.is_some(),
        is_blocking: args.blocking.is_some(),
        is_lazy: args.lazy.is_some(),
        is_assembled: false,
        span: sig.ident.span(),
        teardown: teardown.map(|path| named_by(path, self_ty)),
        warnings: TokenStream::new(),
    })
}

/// `#[injectable(singleton, blocking)] async fn ..`
fn check_blocking(sig: &Signature, args: &Args, di: &Facade, report: &mut Report) {
    match (args.blocking, &sig.asyncness) {
        (Some(_), Some(token)) => report.error(
            token,
            "`blocking` is for a fn that blocks its thread, on a thread of its own: write a `fn` without `async`, or leave \
             `blocking` out",
        ),
        (Some(span), None) if !di.is_web => report.push(syn::Error::new(
            span,
            "`blocking` needs the crate `di-axum`: `di-core` knows no threads",
        )),
        _ => {}
    }
}

/// `teardown = Self::close`, with the type written out.
fn named_by(path: ExprPath, self_ty: Option<&Type>) -> ExprPath {
    let segments = &path.path.segments;
    match (segments.first(), self_ty) {
        (Some(first), Some(ty)) if first.ident == "Self" => {
            let (ty, rest) = (expand::elided(ty), segments.iter().skip(1));
            let place = written_at(first.ident.span());
            let path = quote_spanned!(place=> <#ty> #(::#rest)*);
            syn::parse_quote!(#path)
        }
        _ => path,
    }
}

/// The place of what is returned, for written code.
pub(super) fn returned(sig: &Signature) -> Span {
    match &sig.output {
        ReturnType::Type(_, output) => written_at(output.span()),
        ReturnType::Default => Span::call_site(),
    }
}

fn output(sig: &Signature, self_ty: Option<&Type>) -> syn::Result<Type> {
    let ReturnType::Type(_, output) = &sig.output else {
        let message = format!("`{}` returns nothing that could be injected", sig.ident);
        return Err(syn::Error::new(sig.ident.span(), message));
    };
    if let Some(output) = find_impl_trait(output) {
        return Err(syn::Error::new_spanned(
            output,
            "a provider has to return a named type, which is what others ask for; a trait object is bound in the \
             container, `dyn Trait = Type`",
        ));
    }
    if let Some(inner) = held(output) {
        let name = text(inner);
        let message = match peel(inner) {
            Type::TraitObject(_) => format!(
                "a provider has to return a named type, which is what others ask for: return the type that implements it, and bind \
                 that in the container, `{name} = Type`"
            ),
            inner if !has_size(inner) => format!(
                "a provider returns the value itself, and `{name}` is none: return what owns it, such as `Box<{name}>`"
            ),
            _ => format!(
                "a provider returns the value itself, `{name}`: who asks for it writes `&` or `Arc`"
            ),
        };
        return Err(syn::Error::new_spanned(output, message));
    }
    Ok(match self_ty {
        Some(self_ty) => replace_self(output, self_ty),
        None => (**output).clone(),
    })
}

/// What a `&` or an `Arc` holds.
pub(super) fn held(ty: &Type) -> Option<&Type> {
    match peel(ty) {
        Type::Reference(reference) => Some(&*reference.elem),
        other => shared(other),
    }
}

/// Whether it can be returned; of a type of another name it is not known.
pub(super) fn has_size(ty: &Type) -> bool {
    match peel(ty) {
        Type::TraitObject(_) | Type::Slice(_) => false,
        Type::Path(path) => !path.path.is_ident("str"),
        _ => true,
    }
}

/// Whether the type is called `Result`, as `io::Result<T>` and `anyhow::Result<T>` are.
pub(super) fn is_result(ty: &Type) -> bool {
    match peel(ty) {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == "Result"),
        _ => false,
    }
}

/// `self` or `Self` in a signature.
pub(super) fn find_self(sig: &Signature) -> Option<proc_macro2::Span> {
    struct Find(Option<proc_macro2::Span>);
    impl<'ast> Visit<'ast> for Find {
        fn visit_ident(&mut self, ident: &'ast proc_macro2::Ident) {
            if ident == "Self" {
                self.0.get_or_insert(ident.span());
            }
        }
        fn visit_receiver(&mut self, receiver: &'ast syn::Receiver) {
            self.0.get_or_insert(receiver.self_token.span);
        }
    }
    let mut find = Find(None);
    find.visit_signature(sig);
    find.0
}
