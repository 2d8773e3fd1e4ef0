//! Writes a handler.
//!
//! ```ignore
//! // #[handler] pub async fn invite(users: &Users<'_>, Json(body): Json<Invite>) -> Json<User> { .. }
//! pub struct invite;
//! impl invite {
//!     pub async fn call(users: &Users<'_>, Json(body): Json<Invite>) -> Json<User> { .. }
//! }
//! unsafe impl Asks<Seal> for invite { type Deps = (Use<Ref, Users<'static>, ..>, ()); }
//! unsafe impl<C: Provides<Users<'static>, ..>> Root<C> for invite { const SOURCES: .. }
//! impl<S, M> Endpoint<Seal, S, M> for invite where Json<Invite>: BodyExtractor<S, M> { .. }
//! impl<S, M> Handler<Via<M>, S> for invite where S: HasContainer<Container: Mounts<invite>>, .. {
//!     fn call(self, request: Request, state: S) -> ScopeFuture<Response> { serve::<invite, Seal, S, M>(request, state) }
//! }
//! ```

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{ItemFn, Lifetime};

use super::model::Handler;
use crate::{common::Facade, injectable::nested};

pub(super) fn handler(handler: &Handler, item: &ItemFn, di: &Facade) -> TokenStream {
    let structure = structure(handler, item);
    let (asks, root, endpoint, mount) = (
        asks(handler, di),
        root(handler, di),
        endpoint(handler, di),
        mount(handler, di),
    );
    let no_nodes = no_nodes(handler, di);
    quote! {
        #structure
        const _: () = {
            struct Seal;
            #asks
            #root
            #endpoint
            #mount
            #no_nodes
        };
    }
}

fn structure(handler: &Handler, item: &ItemFn) -> TokenStream {
    let ident = &handler.ident;
    let ItemFn {
        attrs,
        vis,
        sig,
        block,
        ..
    } = item;
    let docs = attrs
        .iter()
        .filter(|attr| attr.path().is_ident("doc") || attr.path().is_ident("cfg"));
    let mut sig = sig.clone();
    sig.ident = syn::Ident::new("call", ident.span());
    quote! {
        #(#docs)*
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy, Debug)]
        #vis struct #ident;

        impl #ident {
            #(#attrs)*
            #[allow(clippy::unused_async)]
            #vis #sig #block
        }
    }
}

fn asks(handler: &Handler, di: &Facade) -> TokenStream {
    let ident = &handler.ident;
    let deps = nested(
        handler
            .injected()
            .map(|(_, dependency)| dependency.use_type(di)),
    );
    quote! {
        #[automatically_derived]
        unsafe impl #di::Asks<Seal> for #ident {
            type Deps = #deps;
        }
    }
}

fn root(handler: &Handler, di: &Facade) -> TokenStream {
    let ident = &handler.ident;
    let bounds = handler.injected().map(|(param, dependency)| {
        let (d, f, q) = (
            dependency.key.discriminator(),
            dependency.key.family(di),
            dependency.key.qualifier(),
        );
        let held_by = dependency.held_by(di);
        quote_spanned!(param.span=> C: #di::Provides<#d, #q, Family = #f, Scope: #held_by>)
    });
    let sources = handler.injected().map(|(_, dependency)| {
        let (d, q) = (dependency.key.discriminator(), dependency.key.qualifier());
        quote!(#di::Source::Row(<C as #di::Provides<#d, #q>>::INDEX))
    });
    quote! {
        #[automatically_derived]
        unsafe impl<C: #di::Container> #di::Root<C> for #ident
        where
            #(#bounds,)*
        {
            const SOURCES: &'static [#di::Source] = &[#(#sources),*];
        }
    }
}

fn endpoint(handler: &Handler, di: &Facade) -> TokenStream {
    let ident = &handler.ident;
    let extracted = handler.extracted();
    let (last, heads) = match extracted.split_last() {
        Some((last, heads)) => (Some(last), heads),
        None => (None, &[][..]),
    };
    let head_types = nested(heads.iter().map(|(_, ty)| ty.to_token_stream()));
    let head_locals = nested(heads.iter().map(|(param, _)| param.local.to_token_stream()));
    let head_steps = heads.iter().map(|(param, ty)| {
        let local = &param.local;
        quote!(let #local = #di::extract_part::<#ty, S>(head, state).await?;)
    });
    let body_type = last.map_or_else(|| quote!(()), |(_, ty)| ty.to_token_stream());
    let body_local = last.map_or_else(|| quote!(_), |(param, _)| param.local.to_token_stream());
    let body = last.map_or_else(
        || quote!(#di::core::result::Result::Ok(())),
        |(_, ty)| quote!(#di::extract_body::<#ty, S, M>(request, state).await),
    );
    let has_heads = !heads.is_empty();
    let has_body = last.is_some();
    let injected = nested(
        handler
            .injected()
            .map(|(param, _)| param.local.to_token_stream()),
    );
    let arguments =
        nested(handler.injected().map(|(_, dependency)| {
            dependency.argument(di, &Lifetime::new("'di", Span::call_site()))
        }));
    let locals = handler.params.iter().map(|param| &param.local);
    let bounds = bounds(handler, di);
    let span = handler.ident.span();
    let run = quote_spanned!(span=> run);
    quote! {
        #[automatically_derived]
        impl<S, M> #di::Endpoint<Seal, S, M> for #ident
        where
            S: #di::HasContainer,
            #bounds
        {
            const HAS_HEADS: bool = #has_heads;
            const HAS_BODY: bool = #has_body;
            type Heads = #head_types;
            type Body = #body_type;
            #[allow(unused_variables)]
            async fn heads(
                head: &mut #di::RequestHead,
                state: &S,
            ) -> #di::core::result::Result<Self::Heads, #di::Response> {
                #(#head_steps)*
                #di::core::result::Result::Ok(#head_locals)
            }
            #[allow(unused_variables)]
            async fn body(
                request: #di::Request,
                state: &S,
            ) -> #di::core::result::Result<Self::Body, #di::Response> {
                #body
            }
            async fn #run<'di>(
                _: #di::At<'di>,
                #injected: #arguments,
                #head_locals: Self::Heads,
                #body_local: Self::Body,
            ) -> #di::Response {
                #di::IntoResponse::into_response(#ident::call(#(#locals),*).await)
            }
        }
    }
}

/// The bounds of the extractors. Those that read the head need no marker, the last one takes axum's.
fn bounds(handler: &Handler, di: &Facade) -> TokenStream {
    let extracted = handler.extracted();
    let last = extracted.len().saturating_sub(1);
    extracted
        .iter()
        .enumerate()
        .map(|(i, (param, ty))| {
            if i == last {
                quote_spanned!(param.span=> #ty: #di::BodyExtractor<S, M>,)
            } else {
                quote_spanned!(param.span=> #ty: #di::HeadExtractor<S>,)
            }
        })
        .collect()
}

fn mount(handler: &Handler, di: &Facade) -> TokenStream {
    let ident = &handler.ident;
    let bounds = bounds(handler, di);
    // Without an extractor nothing determines axum's marker.
    let (generics, marker) = if handler.extracted().is_empty() {
        (quote!(<S>), quote!(()))
    } else {
        (quote!(<S, M: 'static>), quote!(M))
    };
    quote! {
        #[automatically_derived]
        impl #generics #di::Handler<#di::Via<#marker>, S> for #ident
        where
            S: #di::HasContainer<Container: #di::Mounts<#ident> + #di::Container<Request = #di::RequestHead>>,
            #bounds
        {
            type Future = #di::ScopeFuture<#di::Response>;
            #[inline]
            fn call(self, request: #di::Request, state: S) -> Self::Future {
                #di::serve::<#ident, Seal, S, #marker>(request, state)
            }
        }
    }
}

/// `async fn show(settings: Settings)`, where `Settings` is a node and no extractor: said where it is written.
fn no_nodes(handler: &Handler, di: &Facade) -> TokenStream {
    let checks = handler.extracted().into_iter().map(|(param, ty)| {
        let (name, at) = (crate::common::text(ty), di.at(param.span));
        quote_spanned! {param.span=>
            const _: () = {
                #[allow(unused_imports)]
                use #di::NotANode as _;
                #at::check_by_value(#di::NodeProbe::<#ty>::SCOPE, #name)
            };
        }
    });
    quote!(#(#checks)*)
}
