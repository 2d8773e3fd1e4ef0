//! What is written for each row: who provides its key, and the checks; and which handlers can run.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{ItemStruct, Type};

use super::{Container, binding, lifetime};
use crate::{
    common::{Key, at, depends_on_lifetime, has_lifetimes, unqualified, written_at},
    container::model::{Entry, Kind, NodeType},
};

impl Container<'_> {
    /// For each row: who provides the key, and the checks.
    pub(super) fn rows(&self) -> Vec<TokenStream> {
        let di = self.di;
        let given = self.fields.iter().enumerate().map(|(row, field)| {
            let scope = quote!(#di::Scope::Singleton as u8);
            self.provides(row, &field.key, &scope, written_at(field.ident.span()))
        });
        let nodes = self.nodes.iter().enumerate().map(|(i, entry)| {
            let row = self.fields.len() + i;
            match &entry.kind {
                Kind::Node { key, node } => self.node(row, entry, key, node),
                Kind::Binding { key, to, .. } => {
                    self.binding(i, row, entry, key, &unqualified(to.clone()))
                }
                Kind::Seed { key } => {
                    let scope = quote!(#di::Scope::Request as u8);
                    self.provides(row, key, &scope, entry.place())
                }
                Kind::BuiltIn { key, .. } => {
                    let scope = quote!(#di::Scope::Singleton as u8);
                    self.provides(row, key, &scope, entry.place())
                }
                Kind::Handler { ty } => self.mount(row, entry, ty, "Mounts"),
                Kind::Task { ty, .. } | Kind::Service { ty } => self.mount(row, entry, ty, "Hosts"),
            }
        });
        given.chain(nodes).collect()
    }

    fn node(&self, row: usize, entry: &Entry, key: &Key, node: &NodeType) -> TokenStream {
        let di = self.di;
        let is_itself = node.is(key);
        // Of a type that is listed as itself the node has said so.
        let is_proven = is_itself || !has_lifetimes(&key.ty);
        let node = node.tokens(di);
        let scope = quote_spanned!(entry.place()=> #di::NodeProbe::<(#node)>::NUMBER);
        let provides = match is_itself {
            true => self.provides_itself(row, key, &scope, entry.place()),
            false => self.provides(row, key, &scope, entry.place()),
        };
        let check = self.check(row, entry.place());
        let everywhere = (!is_proven).then(|| {
            let (ident, ty) = (format_ident!("__Key{row}"), at(&key.ty, &lifetime("'di")));
            quote! {
                #[allow(dead_code)]
                struct #ident;
                #[automatically_derived]
                impl #di::Everywhere for #ident {
                    type T<'di> = #ty;
                }
            }
        });
        quote!(#provides #check #everywhere)
    }

    fn binding(&self, i: usize, row: usize, entry: &Entry, key: &Key, to: &Key) -> TokenStream {
        let di = self.di;
        let (ident, d, q) = (&self.item.ident, to.discriminator(), to.qualifier());
        let scope = quote_spanned! {entry.place()=>
            #di::Probe::<#ident, #d, #q>::SCOPE
        };
        let provides = self.provides(row, key, &scope, entry.place());
        let binding = binding(i);
        let (from, object) = (at(&to.ty, &lifetime("'di")), at(&key.ty, &lifetime("'di")));
        let check = self.check(row, entry.place());
        let coerced = quote_spanned!(entry.place()=> from);
        quote! {
            #provides
            #check
            struct #binding;
            #[automatically_derived]
            impl #di::Bind for #binding {
                type From<'di> = #from;
                type To<'di> = #object;
                fn coerce<'di>(_: #di::At<'di>, from: *const Self::From<'di>) -> *const Self::To<'di> {
                    #coerced
                }
            }
        }
    }

    /// Who provides the key.
    fn provides(&self, row: usize, key: &Key, scope: &TokenStream, span: Span) -> TokenStream {
        let di = self.di;
        self.provides_as(row, key, scope, span, |this| {
            // A type is spelt once: `User` for `User<'_>` is then one error.
            match depends_on_lifetime(&key.ty) {
                true => key.family(di),
                false => quote!(#di::Always<#this>),
            }
        })
    }

    /// Who provides a type that is listed as itself: at every lifetime it is what the node says of itself, however it is written here.
    fn provides_itself(
        &self,
        row: usize,
        key: &Key,
        scope: &TokenStream,
        span: Span,
    ) -> TokenStream {
        let di = self.di.at(span);
        self.provides_as(
            row,
            key,
            scope,
            span,
            |this| quote_spanned!(span=> <#this as #di::Injectable>::Family),
        )
    }

    fn provides_as(
        &self,
        row: usize,
        key: &Key,
        scope: &TokenStream,
        span: Span,
        family: impl FnOnce(TokenStream) -> TokenStream,
    ) -> TokenStream {
        let (di, ident) = (self.di, &self.item.ident);
        let (own, q) = (key.discriminator(), key.qualifier());
        let index = u16::try_from(row).unwrap_or(u16::MAX);
        let (d, this, twins) = match self.twins.iter().find(|twins| twins.row == row) {
            Some(twins) => {
                let d = twins.discriminator();
                (d, quote!(#own), Some(twins.tokens(self, key)))
            }
            None => (quote!(#own), quote_spanned!(span=> Self), None),
        };
        let family = family(this);
        quote_spanned! {span=>
            #twins
            #[automatically_derived]
            unsafe impl #di::ProvidedIn<#ident, #q> for #d {
                type Family = #family;
                type Scope = #di::ScopeIs<{ #scope }>;
                const INDEX: u16 = #index;
            }
        }
    }

    /// Which handlers the container can run: all of them, by what each says that it asks for; or those listed, by their
    /// rows, so that what is wrong with one is said here and not where it is mounted.
    pub(super) fn mounts(&self) -> TokenStream {
        let (di, ItemStruct { ident, vis, .. }) = (self.di, self.item);
        let by_row = self.nodes.iter().any(|entry| {
            matches!(
                entry.kind,
                Kind::Handler { .. } | Kind::Task { .. } | Kind::Service { .. }
            )
        });
        let by_row = by_row || self.is_broken;
        let by_row = by_row.then(|| {
            quote! {
                #[allow(unreachable_pub, missing_debug_implementations)]
                #vis struct __PlanAt<__H, const __ROW: usize>(#di::core::marker::PhantomData<__H>);
                #[automatically_derived]
                impl<__H: 'static, const __ROW: usize> __PlanAt<__H, __ROW> {
                    const LAYOUT: #di::Layout<__STEPS, __INPUTS> =
                        #di::Layout::new(&__GRAPH, __GRAPH.sources(__ROW), __GRAPH.guards(__ROW));
                }
                #[automatically_derived]
                unsafe impl<__H: 'static, const __ROW: usize> #di::Plan for __PlanAt<__H, __ROW> {
                    type Container = #ident;
                    type Root = __H;
                    const VIEW: #di::View<'static> = __PlanAt::<__H, __ROW>::LAYOUT.view(&__GRAPH, __GRAPH.sources(__ROW), __GRAPH.guards(__ROW));
                }
            }
        });
        if self.is_broken {
            return quote! {
                #by_row
                #[automatically_derived]
                unsafe impl<__H: 'static> #di::Mounts<__H> for #ident {
                    type Plan = __PlanAt<__H, 0>;
                }
                #[automatically_derived]
                unsafe impl<__H: 'static> #di::Hosts<__H> for #ident {
                    type Plan = __PlanAt<__H, 0>;
                }
            };
        }
        if self.has_handlers {
            return by_row.unwrap_or_default();
        }
        quote! {
            #by_row
            #[allow(unreachable_pub, missing_debug_implementations)]
            #vis struct __PlanOf<__H>(#di::core::marker::PhantomData<__H>);
            #[automatically_derived]
            impl<__H: #di::Root<#ident>> __PlanOf<__H> {
                const LAYOUT: #di::Layout<__STEPS, __INPUTS> = #di::Layout::new(&__GRAPH, &__H::SOURCES, __H::GUARDS);
            }
            #[automatically_derived]
            unsafe impl<__H: #di::Root<#ident>> #di::Plan for __PlanOf<__H> {
                type Container = #ident;
                type Root = __H;
                const VIEW: #di::View<'static> = __PlanOf::<__H>::LAYOUT.view(&__GRAPH, &__H::SOURCES, __H::GUARDS);
            }
            #[automatically_derived]
            unsafe impl<__H: #di::Root<#ident>> #di::Mounts<__H> for #ident {
                type Plan = __PlanOf<__H>;
            }
        }
    }

    fn mount(&self, row: usize, entry: &Entry, root: &Type, as_what: &str) -> TokenStream {
        let (di, ident) = (self.di, &self.item.ident);
        let check = self.check(row, entry.place());
        let as_what = format_ident!("{as_what}", span = entry.place());
        let alias = format_ident!("__Root{row}");
        // A fn that is no root is said to be no type, and nothing else follows from that.
        quote_spanned! {entry.place()=>
            type #alias = #root;
            #[automatically_derived]
            unsafe impl #di::#as_what<#alias> for #ident {
                type Plan = __PlanAt<#alias, #row>;
            }
            #check
        }
    }
}
