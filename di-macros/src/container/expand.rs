//! Writes a container. By hand, the same stands in `di-core/tests/expansion.rs`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{ItemStruct, Lifetime, Type};

use super::model::{Entry, Kind, written_at};
use crate::common::{Facade, Key, at, has_lifetimes, shared, text};

/// The most dependencies of a node; `di_core::graph::MAX_DEPS`.
const MAX_DEPS: usize = 32;

/// The struct, its `build`, and everything that the compiler checks.
pub(crate) fn container(item: &ItemStruct, entries: &[Entry], di: &Facade) -> TokenStream {
    let fields: Vec<Field<'_>> = item.fields.iter().filter_map(Field::new).collect();
    let entries: Vec<Entry> = entries.iter().map(Entry::adopted).collect();
    let nodes: Vec<&Entry> = entries
        .iter()
        .filter(|entry| !matches!(entry.kind, Kind::Handler { .. }))
        .collect();
    let handlers: Vec<&Entry> = entries
        .iter()
        .filter(|entry| matches!(entry.kind, Kind::Handler { .. }))
        .collect();
    let container = Container {
        item,
        fields,
        nodes,
        handlers,
        di,
    };
    let (structure, table, checks, mounts) = (
        container.structure(),
        container.table(),
        container.rows(),
        container.mounts(),
    );
    quote! {
        #structure
        const _: () = {
            #table
            #(#checks)*
            #mounts
        };
    }
}

struct Container<'a> {
    item: &'a ItemStruct,
    fields: Vec<Field<'a>>,
    /// Nodes and bindings; their rows follow those of the fields.
    nodes: Vec<&'a Entry>,
    handlers: Vec<&'a Entry>,
    di: &'a Facade,
}

/// A value handed in from outside.
struct Field<'a> {
    ident: &'a syn::Ident,
    ty: &'a Type,
    attrs: &'a [syn::Attribute],
    key: Key,
    is_shared: bool,
}

impl<'a> Field<'a> {
    fn new(field: &'a syn::Field) -> Option<Self> {
        let (provided, is_shared) = match shared(&field.ty) {
            Some(inner) => (inner.clone(), true),
            None => (field.ty.clone(), false),
        };
        Some(Field {
            ident: field.ident.as_ref()?,
            ty: &field.ty,
            attrs: &field.attrs,
            key: Key {
                ty: provided,
                qualifier: None,
            },
            is_shared,
        })
    }
}

impl Container<'_> {
    /// ```ignore
    /// pub struct App(Handle<App>);
    /// impl App { pub async fn build(env: Env) -> Result<App, BuildError> { .. } }
    /// ```
    fn structure(&self) -> TokenStream {
        let (
            di,
            ItemStruct {
                attrs, vis, ident, ..
            },
        ) = (self.di, self.item);
        let name = text(ident);
        let parameters = self
            .fields
            .iter()
            .map(|Field { ident, ty, .. }| quote!(#ident: #ty));
        let values = self.fields.iter().map(
            |Field {
                 ident, is_shared, ..
             }| {
                if *is_shared {
                    quote!(#ident)
                } else {
                    quote!(#di::Plain(#ident))
                }
            },
        );
        let values = values
            .rev()
            .fold(quote!(()), |tail, head| quote!((#head, #tail)));
        // Attributes of a field have no place on a parameter, except that of its documentation, which goes here.
        let docs = self
            .fields
            .iter()
            .flat_map(|field| field.attrs)
            .filter(|attr| attr.path().is_ident("doc"));
        let docs: Vec<_> = docs.collect();
        let handed_in = (!docs.is_empty()).then(|| quote!(#[doc = "\n# Handed in"] #(#docs)*));
        quote! {
            #(#attrs)*
            #vis struct #ident(#di::Handle<#ident>);

            impl #ident {
                /// Builds the singletons, what each needs first, and independent ones concurrently.
                ///
                /// # Errors
                /// The first constructor that fails: the path of nodes to it, and its error. What was built until then is
                /// dropped, in reverse order.
                #handed_in
                #[allow(clippy::too_many_arguments)]
                #vis async fn build(#(#parameters),*) -> #di::core::result::Result<Self, #di::BuildError> {
                    #di::core::result::Result::Ok(Self(#di::start::<Self>(#values).await?))
                }

                /// The singleton `T`. O(1), no lock.
                #[allow(dead_code)]
                #vis fn get<__T: ?#di::core::marker::Sized>(&self) -> &__T
                where
                    Self: #di::Provides<__T, Scope: #di::HeldByArc, Family: #di::Of<'static, T = __T>>,
                {
                    self.0.get::<__T, (), _>()
                }
            }

            #[automatically_derived]
            impl #di::core::clone::Clone for #ident {
                fn clone(&self) -> Self {
                    Self(#di::core::clone::Clone::clone(&self.0))
                }
            }

            #[automatically_derived]
            impl #di::core::fmt::Debug for #ident {
                fn fmt(&self, f: &mut #di::core::fmt::Formatter<'_>) -> #di::core::fmt::Result {
                    f.write_str(#name)
                }
            }
        }
    }

    /// The graph as a const table, and the impl that hands it out.
    fn table(&self) -> TokenStream {
        let (di, ident) = (self.di, &self.item.ident);
        let name = text(ident);
        let given_rows = self.fields.iter().map(|field| {
            let name = field.key.name();
            quote!(#di::Listed::given(#name))
        });
        // An item of its own for each: in one body the compiler would go through the open obligations of all
        // entries again and again.
        let rows: Vec<_> = (0..self.nodes.len())
            .map(|i| format_ident!("__ENTRY{i}"))
            .collect();
        let listed = self
            .nodes
            .iter()
            .enumerate()
            .map(|(i, entry)| self.listed(i, entry));
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
        let given = given
            .rev()
            .fold(quote!(()), |tail, head| quote!((#head, #tail)));
        quote! {
            #[allow(unused_imports)]
            use #di::{
                NoAnswer as _, NoSource as _, NotANode as _, OtherSource as _, SomeError as _, Unprovided as _,
            };

            #(const #rows: #di::Listed = #listed;)*
            const __LISTED: [#di::Listed; #count] = [#(#given_rows,)* #(#rows,)*];
            const __EDGES: usize = #di::count_edges(&__LISTED);
            static __GRAPH: #di::Table<#count, __EDGES> = #di::Table::new(&__LISTED);
            const __STEPS: usize = __GRAPH.max_steps();
            const __INPUTS: usize = __GRAPH.max_inputs();

            #[automatically_derived]
            unsafe impl #di::Container for #ident {
                const NAME: &'static str = #name;
                const GRAPH: #di::Graph = __GRAPH.graph();
                type Given = #given;
                type Request = #di::RequestHead;
                #[inline(always)]
                fn handle(&self) -> &#di::Handle<Self> {
                    &self.0
                }
                fn from_handle(handle: #di::Handle<Self>) -> Self {
                    Self(handle)
                }
                fn plan_of(row: u16) -> #di::OwnedView {
                    #di::OwnedView::of::<#count, __EDGES, __STEPS, __INPUTS>(&__GRAPH, row)
                }
            }
        }
    }

    fn listed(&self, i: usize, entry: &Entry) -> TokenStream {
        let (di, ident, name) = (self.di, &self.item.ident, &entry.name);
        match &entry.kind {
            Kind::Node { key, node } => self.recipe(entry, key, &node.tokens(di)),
            Kind::Binding { to, .. } => {
                let binding = binding(i);
                let (d, f, q) = (to.discriminator(), to.family(di), to.qualifier());
                quote_spanned! {entry.place()=>
                    #di::Listed::binding::<#binding>(#name, #di::Probe::<#ident, #d, #f, #q>::SOURCE)
                }
            }
            Kind::Handler { .. } => quote!(),
        }
    }

    /// Everything that is read of a node's recipe, and the check that it yields the key's type at every lifetime
    /// (`PhantomData` allows no coercion). In one body, at one place, and always spelt the same: what is wrong with a
    /// node is then one error.
    fn recipe(&self, entry: &Entry, key: &Key, node: &TokenStream) -> TokenStream {
        let (container, name) = (&self.item.ident, &entry.name);
        let (place, di) = (entry.place(), self.di.at(entry.place()));
        let key = at(&key.ty, &lifetime("'di"));
        let recipe = quote_spanned!(place=> <#node as #di::Recipe<_>>);
        let sources = (0..MAX_DEPS).map(|k| {
            let probe = syn::Ident::new(&format!("Probe{k}"), place);
            quote_spanned!(place=> #di::#probe::<#container, #recipe::Deps>::SOURCE)
        });
        quote_spanned! {place=> {
            let _: for<'di> fn(
                #di::At<'di>,
                #di::core::marker::PhantomData<#recipe::Output<'di>>,
            ) -> #di::core::marker::PhantomData<#key> = |_, value| #di::listed_as(value);
            #di::Listed::node(
                #name,
                #recipe::META,
                #recipe::MAKER,
                [#(#sources),*],
                #di::Errors {
                    fallible: #di::ErrorProbe::<#recipe::Error>::FALLIBLE,
                    answer: #di::AnswerProbe::<#recipe::Error>::ANSWER,
                    source: #di::SourceProbe::<#recipe::Error>::INTO_SOURCE,
                },
            )
        }}
    }

    /// For each row: who provides the key, and the checks.
    fn rows(&self) -> Vec<TokenStream> {
        let di = self.di;
        let given = self.fields.iter().enumerate().map(|(row, field)| {
            let scope = quote!(#di::Scope::Singleton as u8);
            self.provides(row, &field.key, &scope, written_at(field.ident.span()))
        });
        let nodes = self.nodes.iter().enumerate().map(|(i, entry)| {
            let row = self.fields.len() + i;
            match &entry.kind {
                Kind::Node { key, node } => self.node(row, entry, key, &node.tokens(di)),
                Kind::Binding { key, to } => self.binding(i, row, entry, key, to),
                Kind::Handler { .. } => quote!(),
            }
        });
        given.chain(nodes).collect()
    }

    fn node(&self, row: usize, entry: &Entry, key: &Key, node: &TokenStream) -> TokenStream {
        let di = self.di;
        let scope = quote_spanned!(entry.place()=> #di::NodeProbe::<(#node)>::NUMBER);
        let provides = self.provides(row, key, &scope, entry.place());
        let check = check(di, row, entry.place());
        let everywhere = has_lifetimes(&key.ty).then(|| {
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
            <<#ident as #di::Provides<#d, #q>>::Scope as #di::ScopeNumber>::SCOPE
        };
        let provides = self.provides(row, key, &scope, entry.place());
        let binding = binding(i);
        let (from, object) = (at(&to.ty, &lifetime("'di")), at(&key.ty, &lifetime("'di")));
        let check = check(di, row, entry.place());
        let coerced = quote_spanned!(entry.place()=> from);
        quote! {
            #provides
            #check
            struct #binding;
            #[automatically_derived]
            impl #di::Bind for #binding {
                type From<'di> = #from;
                type To<'di> = #object;
                fn coerce<'di>(_: #di::At<'di>, from: *const #from) -> *const (#object) {
                    #coerced
                }
            }
        }
    }

    fn provides(&self, row: usize, key: &Key, scope: &TokenStream, span: Span) -> TokenStream {
        let (di, ident) = (self.di, &self.item.ident);
        let (d, family, q) = (key.discriminator(), key.family(di), key.qualifier());
        let index = u16::try_from(row).unwrap_or(u16::MAX);
        quote_spanned! {span=>
            #[automatically_derived]
            unsafe impl #di::Provides<#d, #q> for #ident {
                type Family = #family;
                type Scope = #di::ScopeIs<{ #scope }>;
                const INDEX: u16 = #index;
            }
        }
    }

    /// Which handlers the container can run: all, or those listed.
    fn mounts(&self) -> TokenStream {
        let (di, ItemStruct { ident, vis, .. }) = (self.di, self.item);
        let impls = if self.handlers.is_empty() {
            quote! {
                #[automatically_derived]
                unsafe impl<__H: #di::Root<#ident>> #di::Mounts<__H> for #ident {
                    type Plan = __PlanOf<__H>;
                }
            }
        } else {
            self.handlers
                .iter()
                .map(|entry| self.mount(entry))
                .collect()
        };
        quote! {
            #[allow(unreachable_pub, missing_debug_implementations)]
            #vis struct __PlanOf<__H>(#di::core::marker::PhantomData<__H>);
            #[automatically_derived]
            impl<__H: #di::Root<#ident>> __PlanOf<__H> {
                const LAYOUT: #di::Layout<__STEPS, __INPUTS> = #di::Layout::new(&__GRAPH, &__H::SOURCES);
            }
            #[automatically_derived]
            unsafe impl<__H: #di::Root<#ident>> #di::Plan for __PlanOf<__H> {
                type Container = #ident;
                type Root = __H;
                const VIEW: #di::View<'static> = __PlanOf::<__H>::LAYOUT.view(&__GRAPH);
            }
            #impls
        }
    }

    fn mount(&self, entry: &Entry) -> TokenStream {
        let (di, ident) = (self.di, &self.item.ident);
        let Kind::Handler { ty } = &entry.kind else {
            return quote!();
        };
        quote_spanned! {entry.place()=>
            #[automatically_derived]
            unsafe impl #di::Mounts<#ty> for #ident {
                type Plan = __PlanOf<#ty>;
            }
        }
    }
}

fn check(di: &Facade, row: usize, span: Span) -> TokenStream {
    let di = di.at(span);
    quote_spanned!(span=> const _: () = #di::check(&__GRAPH, #row);)
}

fn binding(i: usize) -> syn::Ident {
    format_ident!("__Binding{i}")
}

fn lifetime(name: &str) -> Lifetime {
    Lifetime::new(name, Span::call_site())
}
