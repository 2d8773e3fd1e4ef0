//! The graph of a container, as a const table.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

use super::{Container, Field, binding, called, lifetime, named};
use crate::{
    common::{Key, at, depends_on_lifetime, text, unqualified, written_at},
    container::{
        model::{Entry, Kind, NodeType},
        names::type_span,
    },
    injectable::nested,
};

/// How many entries are one item. With one each, items take the compiler a good part of what entries do; with all in one, it would go through
/// the open obligations of all of them again and again, and after an edit check all again.
const TOGETHER: usize = 16;

impl Container<'_> {
    /// The graph as a const table, and the impl that hands it out.
    pub(super) fn table(&self) -> TokenStream {
        let (di, ident) = (self.di, &self.item.ident);
        let name = text(ident);
        let given_rows = self.fields.iter().map(|field| {
            let name = named(&field.key.name(), &field.key.type_name(), &field.key, di);
            quote!(#di::Listed::given(#name))
        });
        let entries: Vec<TokenStream> = self
            .nodes
            .iter()
            .enumerate()
            .map(|(i, entry)| self.listed(i, entry))
            .collect();
        let parts = entries.chunks(TOGETHER).map(|part| {
            let len = part.len();
            quote!([#di::Listed; #len] = [#(#part),*])
        });
        let names: Vec<_> = (0..parts.len())
            .map(|i| format_ident!("__ENTRIES{i}"))
            .collect();
        let count = self.fields.len() + self.nodes.len();
        let given = self.fields.iter().map(
            |Field {
                 ty, key, is_shared, ..
             }| {
                if *is_shared {
                    // Whatever the user's `Arc` is, what is given has to be this one, of the type that the field provides.
                    let provided = &key.ty;
                    quote!(#di::std::sync::Arc<#provided>)
                } else {
                    quote!(#di::Plain<#ty>)
                }
            },
        );
        let built_in = self
            .built_in()
            .map(|(ty, _)| quote!(#di::std::sync::Arc<#ty>));
        let given: Vec<TokenStream> = given.chain(built_in).collect();
        let given = nested(given.into_iter());
        let once = (!self.twins.is_empty()).then(|| {
            quote! {
                use #di::NotSame as _;
                struct __Is<const __IS: bool>;
                trait __Once {
                    type Key: ?#di::core::marker::Sized;
                }
            }
        });
        let refusals = self.refusals();
        let new = match &self.draft {
            Some(_) => quote!(draft),
            None => quote!(new),
        };
        quote! {
            #[allow(unused_imports)]
            use #di::{
                AskAnswer as _, AskSource as _, InModule as _, InNoModule as _, NotANode as _, NotListed as _,
                PickSome as _, Settle as _, Unprovided as _,
            };
            #once

            #(#[allow(unreachable_code, clippy::diverging_sub_expression)] const #names: #parts;)*
            const __LISTED: [#di::Listed; #count] = #di::joined(&[&[#(#given_rows),*], #(&#names),*]);
            const __EDGES: usize = #di::count_edges(&__LISTED);
            static __GRAPH: #di::Table<#count, __EDGES> = #di::Table::#new(#name, &__LISTED);
            #[allow(dead_code)]
            #[track_caller]
            const fn __check(row: usize) {
                #di::check(&__GRAPH, row);
            }
            const __STEPS: usize = __GRAPH.max_steps();
            const __INPUTS: usize = __GRAPH.max_inputs();

            #[automatically_derived]
            impl #di::HasContainer for #ident {
                type Container = Self;
                #[inline(always)]
                fn container(&self) -> &Self {
                    self
                }
            }
            #[automatically_derived]
            unsafe impl #di::Container for #ident {
                const NAME: &'static str = #name;
                const GRAPH: #di::Graph = __GRAPH.graph();
                type Given = #given;
                type Request = #di::RequestHead;
                fn empty_request() -> #di::RequestHead {
                    #di::empty_request()
                }
                #[inline(always)]
                fn handle(&self) -> &#di::Handle<Self> {
                    &self.0
                }
                fn from_handle(handle: #di::Handle<Self>) -> Self {
                    Self(handle)
                }
                #refusals
                fn plan_of(row: u16) -> #di::OwnedView {
                    #di::OwnedView::of::<#count, __EDGES, __STEPS, __INPUTS>(&__GRAPH, row)
                }
            }
        }
    }

    fn listed(&self, i: usize, entry: &Entry) -> TokenStream {
        let (di, ident) = (self.di, &self.item.ident);
        match &entry.kind {
            Kind::Node { key, node } => self.recipe(entry, key, node),
            Kind::Binding { key, to, name: of } => {
                let (binding, name) = (binding(i), called(entry, key, di));
                let to = unqualified(to.clone());
                // As the binding spells it: `User` for `User<'_>` is then one error.
                let (d, f) = match depends_on_lifetime(&to.ty) {
                    true => (to.discriminator().into_token_stream(), to.family(di)),
                    false => {
                        let d = quote!(<#binding as #di::Bind>::From<'static>);
                        (d.clone(), quote!(#di::Always<#d>))
                    }
                };
                quote_spanned! {entry.place()=>
                    #di::Listed::binding::<#binding, #ident, (#di::Use<#di::Ref, #d, #f>,), _>(
                        #name,
                        &const { #di::Param::bound_to(#of) },
                        |ask| ask.pick().settle().module(#di::never()),
                    )
                }
            }
            Kind::Seed { key } => {
                let name = called(entry, key, di);
                quote!(#di::Listed::seed(#name))
            }
            Kind::BuiltIn { key, is_hidden, .. } => {
                let name = called(entry, key, di);
                let hidden = is_hidden.then(|| quote!(.built_in()));
                quote!(#di::Listed::given(#name) #hidden)
            }
            Kind::Handler { ty } => {
                let (place, di) = (entry.place(), di.at(entry.place()));
                let asked = quote_spanned!(place=> <#ty as #di::Asks<_>>::ASKED);
                self.root(entry, "root", Some(&entry.name), &asked)
            }
            Kind::Service { ty } => {
                let (place, di) = (entry.place(), di.at(entry.place()));
                let asked = quote_spanned!(place=> <#ty as #di::Asks<_>>::ASKED);
                self.root(entry, "service", Some(&entry.name), &asked)
            }
            Kind::Task { ty, .. } => {
                let place = written_at(type_span(ty));
                let di = di.at(place);
                let asked = quote_spanned!(place=> <#ty as #di::Asks<_>>::ASKED);
                self.root(entry, "task", None, &asked)
            }
        }
    }

    /// A handler, task or service: the same, of what it asks for.
    fn root(
        &self,
        entry: &Entry,
        kind: &str,
        name: Option<&str>,
        asked: &TokenStream,
    ) -> TokenStream {
        let container = &self.item.ident;
        let (place, di) = (entry.place(), self.di.at(entry.place()));
        let kind = Ident::new(kind, place);
        let name = name.map(|name| {
            quote_spanned! {place=>
                #di::Name { name: #name, key: #name, qualifier: #di::core::option::Option::None },
            }
        });
        quote_spanned! {place=>
            #di::Listed::#kind::<#container, _, _>(
                #name
                #asked,
                |ask| ask.pick().settle().module(#di::never()),
            )
        }
    }

    /// Everything that is read of a node's recipe, and the check that it yields the key's type. In one body, at one place, and
    /// always spelt the same: what is wrong with a node is then one error.
    ///
    /// A type is its own key, and the entry's family is the node's own. A provider may return more than it is listed
    /// as, `Users<'static>` for `Users<'_>`, and the compiler knows of subtypes only in a fn (`PhantomData` allows no coercion).
    fn recipe(&self, entry: &Entry, key: &Key, node: &NodeType) -> TokenStream {
        let container = &self.item.ident;
        let name = match node.is(key) {
            // Whatever the lifetimes.
            true => named(&entry.name, "", key, self.di),
            false => called(entry, key, self.di),
        };
        let (place, di) = (entry.place(), self.di.at(entry.place()));
        let ty = node.tokens(self.di);
        let found = quote_spanned! {place=>
            |ask, error| (error.answer(), error.source(), ask.pick().settle().module(#di::never()))
        };
        if node.is(key) {
            let q = key.qualifier();
            return quote_spanned! {place=>
                #di::Entry::<#container, #di::Itself<#container, #q, (#ty)>>::HERE.node(#name, #found)
            };
        }
        let key = match depends_on_lifetime(&key.ty) {
            true => at(&key.ty, &lifetime("'di")).into_token_stream(),
            // A lifetime that is left out is an error where the entry says what it provides, and would be another one here.
            false => {
                let key = &key.ty;
                quote!(<fn(&'di ()) -> #key as #di::Signature>::Returned)
            }
        };
        quote_spanned! {place=> {
            let _: for<'di> fn(
                #di::At<'di>,
                #di::core::marker::PhantomData<<#ty as #di::Recipe<_, _>>::Output<'di>>,
            ) -> #di::core::marker::PhantomData<#key> = |_, value| #di::listed_as(value);
            #di::Entry::<#container, (#ty)>::HERE.provider(#name, #found)
        }}
    }
}
