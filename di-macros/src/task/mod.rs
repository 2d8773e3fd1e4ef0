//! `#[task] async fn welcome(job: Welcome, mailer: &dyn Mailer) -> ..` and `#[service] async fn consumer(shutdown: &Shutdown, ..)`:
//! work beside requests, in a scope of its own.

mod attr;
mod expand;
mod model;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Item, ItemFn};

use crate::{
    common::{
        facade, name_span, refuse_placeholders, types_of, warn_of_blocking_calls, with_errors,
    },
    injectable::strip,
};

/// What the fn becomes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Task,
    Service,
}

impl Shape {
    /// As it is written.
    fn name(self) -> &'static str {
        match self {
            Shape::Task => "task",
            Shape::Service => "service",
        }
    }
}

pub(crate) fn attribute(args: TokenStream, item: TokenStream, shape: Shape) -> TokenStream {
    let mut item = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Fn(item)) => item,
        Ok(other) => {
            let message = format!("`#[{}]` belongs on an async fn", shape.name());
            let error = syn::Error::new(name_span(&other), message);
            return with_errors(other.to_token_stream(), &error);
        }
        Err(error) => return with_errors(item, &error),
    };
    let di = facade();
    let has_said = refuse_placeholders(types_of(&mut item.sig));
    let job = only_once(&mut item, shape)
        .and_then(|()| attr::Args::parse(args, shape))
        .and_then(|args| model::Job::parse(&item, args, shape, &di));
    strip(&mut item.sig);
    match job {
        Ok(job) if !has_said => {
            let job = expand::job(job, &di);
            let warnings = warn_of_blocking_calls(&item.block, &item.attrs);
            quote!(#[allow(clippy::unused_async)] #item #job #warnings)
        }
        Ok(_) => expand::stub(&item, shape, &di),
        Err(_) if has_said => expand::stub(&item, shape, &di),
        Err(error) => with_errors(expand::stub(&item, shape, &di), &error),
    }
}

fn only_once(item: &mut ItemFn, shape: Shape) -> syn::Result<()> {
    let is_same = |attr: &syn::Attribute| {
        let last = attr.path().segments.last();
        last.is_some_and(|last| last.ident == shape.name())
    };
    match item.attrs.iter().position(is_same) {
        Some(i) => Err(syn::Error::new_spanned(
            item.attrs.remove(i),
            format!("`#[{}]` is given twice: keep one of them", shape.name()),
        )),
        None => Ok(()),
    }
}
