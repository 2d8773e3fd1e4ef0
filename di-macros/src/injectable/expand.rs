//! Writes a node. By hand, the same stands in `di-core/tests/expansion.rs`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{GenericParam, Generics, Lifetime, Type, spanned::Spanned};

use super::{
    construct::{How, construct},
    model::{Node, Source, Target},
    seal::seal,
    spelt::spelt,
};
use crate::common::{Asked, Facade, at, family, has_lifetimes, text, written_at};

/// All impls of a node, in a block of their own.
pub(crate) fn node(node: &Node, di: &Facade) -> TokenStream {
    let marker = marker(node, di);
    let (aliases, node) = &spelt(node, &di.imported());
    let (body, warnings) = (body(node, &di.imported()), &node.warnings);
    let import = di.import();
    match &node.target {
        // An associated fn's marker has no name that users could write, so it stays inside.
        Target::Associated { .. } => {
            quote!(const _: () = { #import #marker #aliases #body }; #warnings)
        }
        _ => quote!(#marker const _: () = { #import #aliases #body }; #warnings),
    }
}

fn body(node: &Node, di: &Facade) -> TokenStream {
    let (target, generics) = (target_type(node), impl_generics(&node.generics));
    let (impls, _, bounds) = generics.split_for_impl();
    let seal = seal(node, di);
    let (output, error) = output(node, di);
    let family = match node.target {
        Target::Own(_) => value_family(node, di),
        _ => quote!(()),
    };
    let error = quote_spanned!(place(node)=> type Error = #error;);
    let meta = meta(node, di);
    // Where the user defines it, which is also where the compiler points if it is defined twice.
    let (defined, at_defined) = (written_at(node.span), di.at(written_at(node.span)));
    let node_impl = quote_spanned! {defined=>
        #[automatically_derived]
        unsafe impl #impls #at_defined::Injectable for #target #bounds {
            const META: &'static #di::Meta = &#meta;
            type Family = #family;
        }
    };
    let how = How::of(node);
    let lent = if node.is_lent() { "_lent" } else { "" };
    let new = format_ident!("new{lent}{}", how.maker());
    let construct = construct(node, &how, di);
    let (plain, other) = match how.of_trait() {
        None => (Some(construct), None),
        Some(name) => {
            let name = format_ident!("{name}");
            let other = quote! {
                #[automatically_derived]
                impl #impls #di::#name<#seal> for #target #bounds { #construct }
            };
            (None, Some(other))
        }
    };
    let covariant = covariant(node, di);
    let (torn_down, teardown) = teardown(node, di);
    let kept = node.is_fallible.then(|| kept(di));
    let failing = node.is_fallible.then(|| quote!(.failing::<Self, #seal>()));
    let is_default = matches!(how, How::Plain) && torn_down.is_none();
    let maker = (!is_default).then(
        || quote!(const MAKER: #di::Maker = #di::Maker::#new::<Self, #seal>() #failing #torn_down;),
    );
    quote! {
        #node_impl
        #[automatically_derived]
        unsafe impl #impls #di::Recipe<#seal> for #target #bounds {
            #maker
            type Output<'di> = #output;
            #error
            #kept
            #plain
        }
        #other
        #teardown
        #covariant
    }
}

/// The marker type of a provider fn; types and fns have separate namespaces. It is `pub`, so that a `pub` module may
/// list a private provider.
fn marker(node: &Node, di: &Facade) -> Option<TokenStream> {
    let ident = match &node.target {
        Target::Own(_) => return None,
        Target::Marker { ident } | Target::Associated { ident, .. } => ident,
    };
    let (impls, arguments, _) = node.generics.split_for_impl();
    let types = node.generics.type_params().map(|param| &param.ident);
    let phantom = (node.generics.type_params().next().is_some())
        .then(|| quote!(marker: #di::core::marker::PhantomData<fn() -> (#(#types,)*)>,));
    let impls_without_bounds = without_bounds(&node.generics);
    let found_by = match &node.target {
        Target::Associated { of, .. } => {
            let of = at(of, &lifetime("'static"));
            let hash = hash(&node.name);
            let (_, _, bounds) = node.generics.split_for_impl();
            Some(quote! {
                #[automatically_derived]
                impl #impls #di::Provider<#hash> for #of #bounds {
                    type Node = #ident #arguments;
                }
            })
        }
        _ => None,
    };
    Some(quote! {
        #[doc(hidden)]
        #[allow(non_camel_case_types, dead_code, unreachable_pub, missing_debug_implementations)]
        pub struct #ident #impls_without_bounds { #phantom }
        #found_by
    })
}

fn without_bounds(generics: &Generics) -> TokenStream {
    let params = generics.params.iter().map(|param| match param {
        GenericParam::Type(param) => {
            let ident = &param.ident;
            quote!(#ident)
        }
        GenericParam::Const(param) => {
            let (ident, ty) = (&param.ident, &param.ty);
            quote!(const #ident: #ty)
        }
        other => quote!(#other),
    });
    quote!(<#(#params),*>)
}

/// The type that the impls are for.
fn target_type(node: &Node) -> TokenStream {
    match &node.target {
        Target::Own(ty) => {
            let ty = at(ty, &lifetime("'static"));
            quote!(#ty)
        }
        Target::Marker { ident } | Target::Associated { ident, .. } => {
            let (_, arguments, _) = node.generics.split_for_impl();
            quote!(#ident #arguments)
        }
    }
}

/// What is kept of an error that becomes an answer; what its type allows is found out by method resolution (see `Keep`).
fn kept(di: &Facade) -> TokenStream {
    quote! {
        fn kept(error: &Self::Error) -> #di::BoxError {
            #[allow(unused_imports)]
            use #di::{KeepChain as _, KeepName as _, KeepText as _, KeepValue as _};
            (&&&&#di::Keep(error)).kept()
        }
    }
}

/// What is built, and the error, as types.
pub(super) fn output(node: &Node, di: &Facade) -> (TokenStream, TokenStream) {
    let now = value_type(node, di, &lifetime("'di"));
    let forever = at(&node.output, &lifetime("'static"));
    if node.is_fallible {
        let place = place(node);
        let di = di.at(place);
        (
            now,
            quote_spanned!(place=> <#forever as #di::Fallible>::Error),
        )
    } else {
        (now, quote!(#di::core::convert::Infallible))
    }
}

fn meta(node: &Node, di: &Facade) -> TokenStream {
    let name = &node.name;
    let scope = format_ident!("{}", capitalised(&node.scope.to_string()));
    let (is_async, has_teardown) = (node.is_async, node.teardown.is_some());
    let (is_lazy, is_assembled) = (node.is_lazy, node.is_assembled);
    let params = Asked::all(node.params.iter().map(|param| match &param.source {
        Source::Inject(dependency) => dependency.asked(&param.name),
        Source::Extract(ty) => Asked::extracted(&param.name, ty),
    }));
    let (file, line) = (
        quote_spanned!(node.span=> ::core::file!()),
        quote_spanned!(node.span=> ::core::line!()),
    );
    quote! {
        #di::Meta {
            name: #name,
            scope: #di::Scope::#scope,
            params: #params,
            file: #file,
            line: #line,
            is_async: #is_async,
            has_teardown: #has_teardown,
            is_lazy: #is_lazy,
            is_assembled: #is_assembled,
        }
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// What is returned, as the place of what is written about it.
pub(super) fn place(node: &Node) -> Span {
    written_at(node.output.span())
}

fn value_type(node: &Node, di: &Facade, lifetime: &Lifetime) -> TokenStream {
    let ty = node.value.as_ref().unwrap_or(&node.output);
    if let Target::Own(own) = &node.target
        && !has_lifetimes(own)
        && text(own) == text(ty)
    {
        // Spelt once: `impl Users` for `impl Users<'_>` is then one error.
        return quote_spanned!(ty.span()=> Self);
    }
    let ty = at(ty, lifetime);
    if node.is_fallible && node.value.is_none() {
        let place = place(node);
        let di = di.at(place);
        quote_spanned!(place=> <#ty as #di::Fallible>::Value)
    } else {
        quote!(#ty)
    }
}

/// The family of what is built.
fn value_family(node: &Node, di: &Facade) -> TokenStream {
    let ty = node.value.as_ref().unwrap_or(&node.output);
    family(ty, di, |lifetime| value_type(node, di, lifetime))
}

/// What closes the value: an addition to the maker, and the impl. The fn takes what it wants to, which is inferred where it
/// is passed to `Close`.
fn teardown(node: &Node, di: &Facade) -> (Option<TokenStream>, Option<TokenStream>) {
    let Some(close) = &node.teardown else {
        return (None, None);
    };
    let (seal, target) = (seal(node, di), target_type(node));
    let generics = impl_generics(&node.generics);
    let (impls, _, bounds) = generics.split_for_impl();
    let now = value_type(node, di, &lifetime("'di"));
    let (added, of, with, value) = if node.scope != "request" {
        let value = quote!(&'di #now);
        (
            quote!(torn_down_shared),
            quote!(TeardownShared),
            "CloseShared",
            value,
        )
    } else {
        let value = quote!(#di::Last<'di, #now>);
        (quote!(torn_down), quote!(Teardown), "Close", value)
    };
    let named = close
        .path
        .segments
        .last()
        .map_or_else(|| close.span(), |last| last.ident.span());
    let place = written_at(named);
    let (at_place, with) = (di.at(place), syn::Ident::new(with, place));
    let closed = quote_spanned! {place=>
        #at_place::#with::<'_, #now, _>::close(#close, value, outcome, #at_place::Closed::closed).await
    };
    // An error about the fn as a whole, such as a future that is not `Send`, stands where it is named.
    let keyword = quote_spanned!(place=> async);
    let returned = quote_spanned!(place=> #at_place::Torn);
    let implemented = quote! {
        #[automatically_derived]
        impl #impls #di::#of<#seal> for #target #bounds {
            #keyword fn teardown<'di>(
                _: #di::At<'di>,
                value: #value,
                outcome: #di::Outcome,
            ) -> #returned {
                #closed
            }
        }
    };
    // The maker of such a transient knows already.
    let added = (!node.is_lent()).then(|| quote!(.#added::<Self, #seal>()));
    (added, Some(implemented))
}

/// A value that is shared must not be able to keep a borrow that is shorter than its own: its type has to be
/// covariant. The proof is this fn (`PhantomData` allows no coercion); the compiler's error stands at the user's type.
fn covariant(node: &Node, di: &Facade) -> Option<TokenStream> {
    let is_shared = node.scope == "request" || node.is_lent();
    if !is_shared || !has_lifetimes(node.value.as_ref().unwrap_or(&node.output)) {
        return None;
    }
    let (long, short) = (
        value_type(node, di, &lifetime("'long")),
        value_type(node, di, &lifetime("'short")),
    );
    let generics = impl_generics(&node.generics);
    let (params, bounds) = (&generics.params, &generics.where_clause);
    let span = node.output.span();
    Some(quote_spanned! {span=>
        #[allow(dead_code)]
        fn request_scoped_types_are_covariant<'long: 'short, 'short, #params>(
            value: #di::core::marker::PhantomData<#long>,
        ) -> #di::core::marker::PhantomData<#short> #bounds {
            value
        }
    })
}

/// The lifetimes of an item.
pub(super) fn lifetimes(generics: &Generics) -> Vec<Lifetime> {
    generics
        .lifetimes()
        .map(|param| param.lifetime.clone())
        .collect()
}

/// The generics of an item without its lifetimes, which a request gives.
pub(crate) fn without_lifetimes(generics: &Generics) -> Generics {
    let mut generics = generics.clone();
    generics.params = generics
        .params
        .into_iter()
        .filter(|param| !matches!(param, GenericParam::Lifetime(_)))
        .collect();
    if let Some(bounds) = &mut generics.where_clause {
        bounds.predicates = std::mem::take(&mut bounds.predicates)
            .into_iter()
            .filter(|predicate| !matches!(predicate, syn::WherePredicate::Lifetime(_)))
            .collect();
    }
    generics
}

/// The generics of an impl: every type parameter is `'static`, and defaults are gone. The bound goes where the user's own
/// are, since clippy objects to bounds of one parameter in two places.
fn impl_generics(generics: &Generics) -> Generics {
    let mut generics = generics.clone();
    let bounds = &mut generics
        .where_clause
        .as_mut()
        .map(|clause| &mut clause.predicates);
    for param in &mut generics.params {
        let syn::GenericParam::Type(param) = param else {
            continue;
        };
        param.default = None;
        let own = bounds.as_mut().and_then(|predicates| {
            predicates.iter_mut().find_map(|predicate| match predicate {
                syn::WherePredicate::Type(predicate) => match &predicate.bounded_ty {
                    Type::Path(path) if path.path.is_ident(&param.ident) => {
                        Some(&mut predicate.bounds)
                    }
                    _ => None,
                },
                _ => None,
            })
        });
        own.unwrap_or(&mut param.bounds)
            .push(syn::parse_quote!('static));
    }
    generics
}

/// The type with its lifetimes left to inference, for a call.
pub(crate) fn elided(ty: &Type) -> Type {
    at(ty, &lifetime("'_"))
}

/// The name of an associated fn, as a const generic argument can carry it (FNV-1a).
pub(crate) fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

pub(super) fn lifetime(name: &str) -> Lifetime {
    Lifetime::new(name, Span::call_site())
}
