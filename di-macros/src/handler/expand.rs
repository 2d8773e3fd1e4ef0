//! Writes a handler.
//!
//! ```ignore
//! // #[handler] pub async fn invite(users: &Users<'_>, Json(body): Json<Invite>) -> Json<User> { .. }
//! pub struct invite;
//! impl invite {
//!     pub async fn call(users: &Users<'_>, Json(body): Json<Invite>) -> Json<User> { .. }
//! }
//! unsafe impl Asks<(Use<Ref, Users<'static>, ..>,)> for invite { .. }
//! unsafe impl<C: Container> Root<C> for invite where fn((Use<Ref, Users<'static>, ..>,)): ProvidedAll<C> { .. }
//! // Without extractors: `impl Injects<(..), Response> for invite { async fn run(..) -> Response { call(..).await } }`.
//! impl<__S, __M> Endpoint<(..), __S, __M> for invite where __S: ExtractsBody<Json<Invite>, __M> {
//!     async fn run<P>(entered: Entered<P>, head: RequestHead, body: RequestBody, state: &__S) -> Response { .. }
//! }
//! impl<__S, __M> Handler<Via<M>, S> for invite where S: HasContainer<Container: Mounts<invite>>, .. {
//!     fn call(self, request: Request, state: __S) -> ScopeFuture<Response> { serve::<invite, _, S, M>(request, state) }
//! }
//! ```

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{ItemFn, Lifetime, Type};

use super::model::{Handler, Param};
use crate::{
    common::{Asked, Facade, text, written_at},
    injectable::flat,
};

pub(super) fn handler(handler: &Handler, item: &ItemFn, di: &Facade) -> TokenStream {
    let structure = structure(&handler.ident, item);
    let (import, di) = (di.import(), &di.imported());
    let (asks, root, endpoint, mount) = (
        asks(handler, &text(&handler.ident), di),
        root(handler, di),
        endpoint(handler, di),
        mount(handler, di),
    );
    let no_nodes = no_nodes(handler, di);
    quote! {
        #structure
        const _: () = {
            #import
            #asks
            #root
            #endpoint
            #mount
            #no_nodes
        };
    }
}

/// What stands for a handler that is wrong: it can be mounted and listed, so that no second error follows.
pub(super) fn stub(item: &ItemFn, di: &Facade) -> TokenStream {
    if item.sig.receiver().is_some() {
        return item.to_token_stream();
    }
    let empty = Handler {
        ident: item.sig.ident.clone(),
        guards: Vec::new(),
        is_blocking: false,
        params: Vec::new(),
        output: Span::call_site(),
    };
    let (structure, ident) = (structure(&empty.ident, item), &empty.ident);
    // Without a name, by which the judge knows it.
    let (asks, root) = (asks(&empty, "", di), root(&empty, di));
    quote! {
        #structure
        const _: () = {
            #asks
            #root
            #[automatically_derived]
            impl<__S: #di::core::marker::Send + #di::core::marker::Sync + 'static> #di::Handler<#di::Via<()>, __S> for #ident {
                type Future = #di::core::future::Pending<#di::Response>;
                fn call(self, _: #di::Request, _: __S) -> Self::Future {
                    #di::core::future::pending()
                }
            }
        };
    }
}

fn structure(ident: &syn::Ident, item: &ItemFn) -> TokenStream {
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
            #[allow(clippy::unused_async, clippy::needless_lifetimes, single_use_lifetimes)]
            #vis #sig #block
        }
    }
}

fn asks(handler: &Handler, name: &str, di: &Facade) -> TokenStream {
    let ident = &handler.ident;
    let deps = deps(handler, di);
    let guards = handler.guards.iter().map(|guard| guard.asked("guard"));
    let params = handler
        .injected()
        .map(|(param, dependency)| dependency.asked(&param.name));
    let (params, count) = (Asked::all(guards.chain(params)), handler.guards.len());
    let is_async = !handler.is_blocking;
    let span = ident.span();
    let (file, line) = (
        quote_spanned!(span=> ::core::file!()),
        quote_spanned!(span=> ::core::line!()),
    );
    quote! {
        #[automatically_derived]
        unsafe impl #di::Asks<#deps> for #ident {
            const META: &'static #di::Meta = &#di::Meta {
                name: #name,
                scope: #di::Scope::Request,
                params: #params,
                file: #file,
                line: #line,
                is_async: #is_async,
                has_teardown: false,
                is_lazy: false,
                is_assembled: false,
            };
            const GUARDS: usize = #count;
        }
    }
}

fn root(handler: &Handler, di: &Facade) -> TokenStream {
    let (ident, deps) = (&handler.ident, deps(handler, di));
    quote! {
        #[automatically_derived]
        unsafe impl<__C: #di::Container> #di::Root<__C> for #ident
        where
            fn(#deps): #di::ProvidedAll<__C>,
        {
            const SOURCES: [#di::Source; #di::MAX_DEPS] = #di::sources::<Self, _, __C>();
            const GUARDS: usize = <#ident as #di::Asks<_>>::GUARDS;
        }
    }
}

fn deps(handler: &Handler, di: &Facade) -> TokenStream {
    flat(handler.dependencies().map(|asked| asked.use_type(di)))
}

fn endpoint(handler: &Handler, di: &Facade) -> TokenStream {
    let (ident, deps) = (&handler.ident, deps(handler, di));
    let unused = handler.guards.iter().map(|_| quote!(_));
    let locals = handler
        .injected()
        .map(|(param, _)| param.local.to_token_stream());
    let injected = flat(unused.chain(locals));
    let extracted = handler.extracted();
    let now = match extracted[..] {
        [] => "'request",
        // Within one body, where a lifetime has no name.
        _ => "'_",
    };
    let now = Lifetime::new(now, Span::call_site());
    let arguments = flat(handler.dependencies().map(|asked| asked.argument(di, &now)));
    let locals = handler.params.iter().map(|param| &param.local);
    let span = handler.ident.span();
    let run = quote_spanned!(span=> run);
    // An error about the fn as a whole, such as a future that is not `Send`, stands where its name stands.
    let named = written_at(span);
    let named_di = di.at(named);
    let (keyword, response) = (
        quote_spanned!(named=> async),
        quote_spanned!(named=> #named_di::Response),
    );
    let (place, web) = (written_at(handler.output), di.at(handler.output));
    let wait = (!handler.is_blocking).then(|| quote_spanned!(place=> .await));
    let answer = quote_spanned! {place=>
        #web::IntoResponse::into_response(#ident::call(#(#locals),*) #wait)
    };
    let Some((last, heads)) = extracted.split_last() else {
        return quote! {
            #[automatically_derived]
            impl #di::Injects<#deps, #di::Response> for #ident {
                #keyword fn #run<'request>(_: #di::At<'request>, #injected: #arguments) -> #response {
                    #answer
                }
            }
        };
    };
    let name = text(ident);
    let failed = quote! {
        #di::core::result::Result::Err(__failure) => return #di::unbuilt::<__P>(#name, __failure),
    };
    let part = |part: TokenStream| {
        quote! {
            match __entered.#part(&mut __head).await {
                #di::core::result::Result::Ok(()) => {}
                #failed
            }
        }
    };
    let guards = (!handler.guards.is_empty()).then(|| part(quote!(guard)));
    let extracts = part(quote!(extract));
    let extract = |(param, _): &(&Param, &Type), extracted: TokenStream| {
        let local = &param.local;
        quote! {
            let #local = match #extracted.await {
                #di::core::result::Result::Ok(__value) => __value,
                #di::core::result::Result::Err(__answer) => return __answer,
            };
        }
    };
    let heads = heads.iter().map(|head| {
        let ty = head.1;
        extract(
            head,
            quote!(#di::extract_part::<#ty, __S>(&mut __head, __state)),
        )
    });
    let (ty, bounds) = (last.1, bounds(handler, di));
    let request = quote!(#di::Request::from_parts(__head, __body));
    let body = extract(
        last,
        quote!(#di::extract_body::<#ty, __S, __M>(#request, __state)),
    );
    quote! {
        #[automatically_derived]
        impl<__S, __M> #di::Endpoint<#deps, __S, __M> for #ident
        where
            __S: #di::HasContainer<Container: #di::Container<Request = #di::RequestHead>>,
            #bounds
        {
            #keyword fn #run<'request, __P: #di::Plan<Container = <__S as #di::HasContainer>::Container, Root = Self>>(
                mut __entered: #di::Entered<'request, __P>,
                mut __head: #di::RequestHead,
                __body: #di::RequestBody,
                __state: &'request __S,
            ) -> #response {
                #guards
                #(#heads)*
                #extracts
                #body
                let __injected = if __entered.waits() { __entered.build().await } else { __entered.build_now() };
                let #injected: #arguments = match __injected {
                    #di::core::result::Result::Ok(__injected) => __injected.args::<#ident, _>(),
                    #failed
                };
                #answer
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
            // A lifetime that is left out is an error of an async fn, and would be another one here.
            let ty = match handler.is_blocking {
                true => quote!(#ty),
                false => quote!(<fn(&'static ()) -> #ty as #di::Signature>::Returned),
            };
            if i == last {
                quote_spanned!(param.span=> __S: #di::ExtractsBody<#ty, __M>,)
            } else {
                quote_spanned!(param.span=> __S: #di::ExtractsHead<#ty>,)
            }
        })
        .collect()
}

fn mount(handler: &Handler, di: &Facade) -> TokenStream {
    let ident = &handler.ident;
    let bounds = bounds(handler, di);
    let (future, serve) = if handler.is_blocking {
        (quote!(#di::BlockingFuture), quote!(serve_blocking))
    } else {
        (quote!(#di::ScopeFuture<#di::Response>), quote!(serve))
    };
    // Without an extractor nothing determines axum's marker.
    let (generics, marker) = if handler.extracted().is_empty() {
        (quote!(<__S>), quote!(()))
    } else {
        (quote!(<__S, __M: 'static>), quote!(__M))
    };
    quote! {
        #[automatically_derived]
        impl #generics #di::Handler<#di::Via<#marker>, __S> for #ident
        where
            __S: #di::Serves<#ident>,
            #bounds
        {
            type Future = #future;
            #[inline]
            fn call(self, request: #di::Request, state: __S) -> Self::Future {
                #di::#serve::<#ident, _, __S, #marker>(request, state)
            }
        }
    }
}

/// `async fn show(settings: Settings)`, where `Settings` is a node and no extractor: said where it is written.
fn no_nodes(handler: &Handler, di: &Facade) -> TokenStream {
    let checks = handler.extracted().into_iter().map(|(param, ty)| {
        let (name, at) = (text(ty), di.at(param.span));
        let check = quote_spanned! {param.span=>
            #at::check_by_value(#di::NodeProbe::<#ty>::SCOPE, #name)
        };
        // At the user's place the compiler would suggest a parameter of this const, for a type that it cannot find.
        quote! {
            const _: () = {
                #[allow(unused_imports)]
                use #di::NotANode as _;
                #check
            };
        }
    });
    quote!(#(#checks)*)
}
