//! Writes a task or service.
//!
//! ```ignore
//! // #[task(queue = 100)] async fn welcome(job: Welcome, mailer: &dyn Mailer) -> Result<(), MailError> { .. }
//! async fn welcome(job: Welcome, mailer: &dyn Mailer) -> Result<(), MailError> { .. }
//! pub struct welcome {}
//! unsafe impl Asks<(Use<Ref, dyn Mailer, ..>,)> for welcome { .. }
//! impl Task<(..), Welcome> for welcome { const OPTIONS: TaskOptions = TaskOptions::new().queue(100); .. }
//! impl Job<(..), Welcome> for welcome {
//!     async fn run<'di>(_: At<'di>, payload: Welcome, (dep0,): (&'di dyn Mailer,)) -> Result<(), BoxError> {
//!         Finished::finished(welcome(payload, dep0).await)
//!     }
//! }
//! ```

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{FnArg, ItemFn, Lifetime, Type};

use super::{Shape, attr::Args, model::Job};
use crate::{
    common::{Asked, Facade, at, find_impl_trait, peel, text, written_at},
    injectable::{Source, deps, flat, spelt_params},
};

pub(super) fn job(mut job: Job, di: &Facade) -> TokenStream {
    let marker = marker(&job.ident, di);
    let aliases = spelt_params(&mut job.params, &job.ident, di);
    let asks = asks(&job, &text(&job.ident), di);
    let (options, run) = (options(&job, di), run(&job, di));
    quote! {
        #marker
        const _: () = {
            #aliases
            #asks
            #options
            #run
        };
    }
}

/// What stands for a fn that is wrong: it can be listed, so that no second error follows.
pub(super) fn stub(item: &ItemFn, shape: Shape, di: &Facade) -> TokenStream {
    if item.sig.receiver().is_some() {
        return item.to_token_stream();
    }
    let payload = match (shape, item.sig.inputs.first()) {
        (Shape::Task, Some(FnArg::Typed(typed))) => owned(&typed.ty),
        _ => None,
    };
    let empty = Job {
        shape,
        ident: item.sig.ident.clone(),
        args: Args::default(),
        payload,
        shutdown: None,
        params: Vec::new(),
        output: Span::call_site(),
    };
    let marker = marker(&empty.ident, di);
    let (asks, options, payload) = (
        // Without a name, by which the judge knows it.
        asks(&empty, "", di),
        options(&empty, di),
        payload_type(&empty, di),
    );
    let ident = &empty.ident;
    quote! {
        #item
        #marker
        const _: () = {
            #asks
            #options
            #[automatically_derived]
            impl #di::Job<(), #payload> for #ident {
                async fn run<'di>(
                    _: #di::At<'di>,
                    _: #payload,
                    (): (),
                ) -> #di::core::result::Result<(), #di::BoxError> {
                    #di::core::result::Result::Ok(())
                }
            }
        };
    }
}

/// What the payload should have been: `Welcome` for `&Welcome`.
fn owned(ty: &Type) -> Option<Type> {
    let ty = match peel(ty) {
        Type::Reference(reference) => peel(&reference.elem),
        other => other,
    };
    let forever = Lifetime::new("'static", Span::call_site());
    find_impl_trait(ty).is_none().then(|| at(ty, &forever))
}

/// The type that stands for the fn in lists; types and fns have separate namespaces. It is `pub`, so that a `pub` module may list a
/// private fn.
fn marker(ident: &Ident, _: &Facade) -> TokenStream {
    quote! {
        #[doc(hidden)]
        #[allow(non_camel_case_types, dead_code, unreachable_pub, missing_debug_implementations)]
        pub struct #ident {}
    }
}

fn asks(job: &Job, name: &str, di: &Facade) -> TokenStream {
    let (ident, deps) = (&job.ident, deps(&job.params, di));
    let span = ident.span();
    let params = Asked::all(job.params.iter().filter_map(|param| match &param.source {
        Source::Inject(dependency) => Some(dependency.asked(&param.name)),
        Source::Extract(_) => None,
    }));
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
                is_async: true,
                has_teardown: false,
                is_lazy: false,
                is_assembled: false,
            };
            const GUARDS: usize = 0;
            const IS_HANDLER: bool = false;
        }
    }
}

fn payload_type(job: &Job, di: &Facade) -> TokenStream {
    match (&job.payload, job.shape) {
        (Some(payload), _) => quote!(#payload),
        (None, Shape::Service) => quote!(#di::Shutdown),
        (None, Shape::Task) => quote!(()),
    }
}

fn options(job: &Job, di: &Facade) -> TokenStream {
    let (ident, deps) = (&job.ident, deps(&job.params, di));
    let place = written_at(job.ident.span());
    let options = job.args.options(&di.at(place), job.shape, place);
    match job.shape {
        Shape::Task => {
            let payload = payload_type(job, di);
            // A lifetime that is left out is an error in the header, and not here.
            let pushed = quote!(<fn(&'static ()) -> #payload as #di::Signature>::Returned);
            quote! {
                // Evaluated here, where a limit of 0 is written.
                const _: #di::TaskOptions = #options;
                #[automatically_derived]
                impl #di::Task<#deps, #payload> for #ident {
                    const OPTIONS: #di::TaskOptions = #options;
                    fn queue<__C, __J>(app: &#di::Late<__C>) -> #di::std::sync::Arc<#di::TaskQueue<__J>>
                    where
                        __C: #di::Hosts<Self> + #di::Container<Request = #di::RequestHead>,
                        __J: #di::PayloadOf<#pushed> + #di::core::marker::Send + 'static,
                    {
                        #di::TaskQueue::<__J>::of::<__C, Self, _, _>(app)
                    }
                }
            }
        }
        Shape::Service => quote! {
            #[automatically_derived]
            impl #di::Service<#deps> for #ident {
                const OPTIONS: #di::ServiceOptions = #options;
                fn of<__C>() -> #di::ServiceOf<__C>
                where
                    __C: #di::Hosts<Self> + #di::Container<Request = #di::RequestHead>,
                {
                    #di::ServiceOf::new::<Self, _>()
                }
            }
        },
    }
}

fn run(job: &Job, di: &Facade) -> TokenStream {
    let (ident, deps) = (&job.ident, deps(&job.params, di));
    let ty = payload_type(job, di);
    let lifetime = Lifetime::new("'di", Span::call_site());
    let payload = format_ident!("payload", span = Span::mixed_site());
    let locals = flat(job.params.iter().map(|param| param.local.to_token_stream()));
    let arguments = flat(job.params.iter().map(|param| match &param.source {
        Source::Inject(dependency) => dependency.argument(di, &lifetime),
        Source::Extract(ty) => quote!(#ty),
    }));
    let mut passed: Vec<TokenStream> = job
        .params
        .iter()
        .map(|param| param.local.to_token_stream())
        .collect();
    match (job.shape, job.shutdown) {
        (Shape::Task, _) => passed.insert(0, quote!(#payload)),
        (Shape::Service, Some(i)) => passed.insert(i, quote!(&#payload)),
        (Shape::Service, None) => {}
    }
    let place = written_at(job.output);
    let at_place = di.at(place);
    let finished =
        quote_spanned!(place=> #at_place::Finished::finished(#ident(#(#passed),*).await));
    // An error about the fn as a whole, such as a future that is not `Send`, stands where its name stands.
    let named = written_at(ident.span());
    let (keyword, name) = (quote_spanned!(named=> async), quote_spanned!(named=> run));
    let named_di = di.at(named);
    let returned = quote_spanned! {named=>
        #named_di::core::result::Result<(), #named_di::BoxError>
    };
    quote! {
        #[automatically_derived]
        impl #di::Job<#deps, #ty> for #ident {
            #[allow(unused_variables)]
            #keyword fn #name<'di>(
                _: #di::At<'di>,
                #payload: #ty,
                #locals: #arguments,
            ) -> #returned {
                #finished
            }
        }
    }
}
