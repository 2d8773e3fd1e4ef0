//! `#[injectable(..)] struct Users<'r> { pool: &'r Pool }`: fields are dependencies.

use quote::{ToTokens, quote};
use syn::{Data, DeriveInput, Field, Fields, ItemStruct, Type, spanned::Spanned};

use super::{
    attr::{Args, Mark, is_mark, mark},
    borrowed, expand,
    model::{Node, Param, Source, Target},
    params::{limit, local},
};
use crate::common::{Dependency, Held, Report, peel, text};

pub(crate) fn parse(item: &ItemStruct, args: Args) -> syn::Result<Node> {
    let mut report = Report::default();
    let scope = report.take(args.required(item.ident.span()));
    let teardown = args.teardown();
    report.take(args.check_lazy());
    let is_lazy = args.lazy.is_some();
    let is_singleton = scope.as_ref().is_some_and(|scope| scope == "singleton");
    if let Some(span) = args.blocking {
        report.push(syn::Error::new(
            span,
            "a struct's fields are put together at once: `blocking` is for a constructor or provider fn",
        ));
    }
    let mut params = Vec::new();
    let mut values = Vec::new();
    let mut is_assembled = true;
    for (i, field) in item.fields.iter().enumerate() {
        let member = match &field.ident {
            Some(ident) => ident.to_token_stream(),
            None => syn::Index::from(i).to_token_stream(),
        };
        let Some(role) = report.take(role(item, field, is_singleton)) else {
            continue;
        };
        let value = match role {
            Role::Plain(value) => {
                is_assembled = false;
                value
            }
            Role::Phantom(value) => value,
            Role::Dependency(dependency) if is_singleton && dependency.held == Held::Lazy => {
                // It borrows from the scope in which it is asked for.
                report.error(
                    &field.ty,
                    "a singleton lives as long as the app and cannot borrow: hold a lazy singleton as `LazyArc<T>`; a \
                     request-scoped value cannot be held",
                );
                continue;
            }
            Role::Dependency(dependency) => {
                let local = local(i);
                let name = field.ident.as_ref().map_or_else(|| i.to_string(), text);
                params.push(Param {
                    name,
                    local: local.clone(),
                    source: Source::Inject(dependency),
                });
                local.to_token_stream()
            }
        };
        values.push(quote!(#member: #value));
    }
    report.check()?;
    limit(params.len(), item.ident.span())?;
    let (ident, (_, arguments, _)) = (&item.ident, item.generics.split_for_impl());
    let scope = scope.ok_or_else(|| syn::Error::new(ident.span(), "the scope is missing"))?;
    if let (true, Some(lifetime)) = (scope == "singleton", item.generics.lifetimes().next()) {
        return Err(syn::Error::new_spanned(
            lifetime,
            "a singleton lives as long as the app and cannot borrow: hold `Arc<T>` instead of `&T`, or make it \
             `request`",
        ));
    }
    let construct = construct(ident, &item.fields, &values);
    Ok(Node {
        scope,
        target: Target::Own(syn::parse_quote!(#ident #arguments)),
        generics: expand::without_lifetimes(&item.generics),
        lifetimes: expand::lifetimes(&item.generics),
        name: text(ident),
        params,
        output: syn::parse_quote!(#ident #arguments),
        value: None,
        constructor: None,
        is_fallible: false,
        is_async: false,
        is_blocking: false,
        is_lazy,
        is_assembled,
        construct,
        span: ident.span(),
        anchor: ident.span(),
        elides: false,
        built: None,
        teardown,
        warnings: proc_macro2::TokenStream::new(),
    }
    .torn_down_by_own_fn(&syn::parse_quote!(#ident #arguments)))
}

fn construct(
    ident: &syn::Ident,
    fields: &Fields,
    values: &[proc_macro2::TokenStream],
) -> proc_macro2::TokenStream {
    match fields {
        Fields::Unit => quote!(#ident),
        _ => quote!(#ident { #(#values),* }),
    }
}

enum Role {
    Dependency(Dependency),
    Plain(proc_macro2::TokenStream),
    Phantom(proc_macro2::TokenStream),
}

fn role(item: &ItemStruct, field: &Field, is_singleton: bool) -> syn::Result<Role> {
    let ty = &field.ty;
    let mark = mark(&field.attrs)?;
    if matches!(mark, Mark::Inject | Mark::Qualified(_)) {
        borrowed::check_lifetime(item, field, is_singleton)?;
    }
    Ok(match mark {
        Mark::Default(span) => {
            Role::Plain(quote::quote_spanned!(span=> ::core::default::Default::default()))
        }
        Mark::Value(value) => Role::Plain(value.to_token_stream()),
        Mark::Inject if is_phantom(ty) => {
            Role::Phantom(quote::quote_spanned!(ty.span()=> ::core::default::Default::default()))
        }
        Mark::Inject => Role::Dependency(Dependency::of(ty, None)?),
        Mark::Qualified(qualifier) => Role::Dependency(Dependency::of(ty, Some(qualifier))?),
        Mark::Extract(span) => {
            let message = "a field cannot be extracted from the request: put `#[injectable(request)]` on an `impl` block \
                           whose constructor has an `#[extract]` parameter";
            return Err(syn::Error::new(span, message));
        }
    })
}

fn is_phantom(ty: &Type) -> bool {
    match peel(ty) {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == "PhantomData"),
        _ => false,
    }
}

/// The struct as the compiler may see it.
pub(crate) fn strip(item: &mut ItemStruct) {
    for field in &mut item.fields {
        field.attrs.retain(|attr| !is_mark(attr));
    }
}

/// The struct of a derive.
pub(crate) fn from_derive(input: DeriveInput) -> syn::Result<ItemStruct> {
    match input.data {
        Data::Struct(data) => Ok(ItemStruct {
            attrs: input.attrs,
            vis: input.vis,
            struct_token: data.struct_token,
            ident: input.ident,
            generics: input.generics,
            fields: data.fields,
            semi_token: data.semi_token,
        }),
        _ => Err(syn::Error::new(
            input.ident.span(),
            "`#[derive(Injectable)]` is for structs: put `#[injectable(..)]` on an `impl` block with a constructor, or \
             on a fn that returns the type",
        )),
    }
}
