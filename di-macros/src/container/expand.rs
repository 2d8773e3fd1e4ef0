//! Writes a container. By hand, the same stands in `di-core/tests/expansion.rs`.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{ItemStruct, Lifetime, Type};

use super::model::{Entry, Kind, written_at};
use crate::common::{Facade, Key, Report, at, has_lifetimes, shared, text};

/// The struct, its `build`, and everything that the compiler checks.
pub(crate) fn container(item: &ItemStruct, entries: &[Entry], di: &Facade) -> TokenStream {
    let fields: Vec<Field<'_>> = item.fields.iter().filter_map(Field::new).collect();
    let entries: Vec<Entry> = entries.iter().map(Entry::adopted).collect();
    let (entries, duplicates) = check_duplicates(&fields, &entries);
    let (handlers, nodes): (Vec<&Entry>, Vec<&Entry>) = entries
        .into_iter()
        .partition(|entry| matches!(entry.kind, Kind::Handler { .. }));
    let has_handlers = !handlers.is_empty();
    // Rows: fields, nodes, handlers.
    let nodes: Vec<&Entry> = nodes.into_iter().chain(handlers).collect();
    let container = Container {
        item,
        fields,
        nodes,
        has_handlers,
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
        #duplicates
    }
}

/// `#[container(Pool, Pool = connect)] struct App { pool: Pool }`: who provides it? The second is left out, so that the
/// rest is checked. Another name for the same type (an alias, an entry of a module) is the compiler's to find (E0119).
fn check_duplicates<'a>(
    fields: &[Field<'_>],
    entries: &'a [Entry],
) -> (Vec<&'a Entry>, Option<TokenStream>) {
    let mut report = Report::default();
    let mut seen = HashMap::new();
    for field in fields {
        let what = format!("the field `{}`", text(field.ident));
        if let Some(first) = seen.insert(field.key.name(), what.clone()) {
            report.push(duplicate(
                written_at(field.ident.span()),
                &field.key,
                &first,
                &what,
            ));
        }
    }
    let kept = entries.iter().filter(|entry| {
        let Some(key) = entry.kind.key() else {
            return true;
        };
        let what = entry.kind.what();
        match seen.get(&key.name()) {
            Some(first) => {
                report.push(duplicate(entry.span, key, first, &what));
                false
            }
            None => seen.insert(key.name(), what).is_none(),
        }
    });
    let kept = kept.collect();
    (
        kept,
        report.check().err().map(|error| error.to_compile_error()),
    )
}

fn duplicate(at: Span, key: &Key, first: &str, second: &str) -> syn::Error {
    let name = key.name();
    let help = "keep one of them, or tell them apart, `#[qualifier(Name)]`";
    let message = if first == second {
        format!("[DI011] `{name}` is listed twice, by {first}\n  help: {help}")
    } else {
        format!("[DI011] `{name}` is provided twice, by {first} and by {second}\n  help: {help}")
    };
    syn::Error::new(at, message)
}

struct Container<'a> {
    item: &'a ItemStruct,
    fields: Vec<Field<'a>>,
    /// Nodes and bindings, then handlers; their rows follow those of the fields.
    nodes: Vec<&'a Entry>,
    has_handlers: bool,
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

                /// The graph: nodes, edges, and how to draw them.
                #[allow(dead_code)]
                #vis const fn graph() -> #di::Graph {
                    <Self as #di::Container>::GRAPH
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
            let name = called(&field.key, di);
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
                NoAnswer as _, NoSource as _, NotANode as _, PickSome as _, Settle as _, SomeError as _,
                Unprovided as _,
            };

            #(const #rows: #di::Listed = #listed;)*
            const __LISTED: [#di::Listed; #count] = [#(#given_rows,)* #(#rows,)*];
            const __EDGES: usize = #di::count_edges(&__LISTED);
            static __GRAPH: #di::Table<#count, __EDGES> = #di::Table::new(#name, &__LISTED);
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
        let (di, ident) = (self.di, &self.item.ident);
        match &entry.kind {
            Kind::Node { key, node } => self.recipe(entry, key, &node.tokens(di)),
            Kind::Binding { key, to } => {
                let (binding, name) = (binding(i), called(key, di));
                let (d, f, q) = (to.discriminator(), to.family(di), to.qualifier());
                quote_spanned! {entry.place()=>
                    #di::Listed::binding::<#binding>(#name, #di::Probe::<#ident, #d, #f, #q>::SOURCE)
                }
            }
            Kind::Handler { ty } => self.root(entry, &quote!(#ty)),
        }
    }

    /// A handler: the same, of what it asks for.
    fn root(&self, entry: &Entry, handler: &TokenStream) -> TokenStream {
        let (container, name) = (&self.item.ident, &entry.name);
        let (place, di) = (entry.place(), self.di.at(entry.place()));
        quote_spanned! {place=>
            #di::Listed::root::<#container, _, _>(
                #di::Name { name: #name, key: #name, qualifier: #di::core::option::Option::None },
                <#handler as #di::Asks<_>>::ASKED,
                |ask| ask.pick().settle(),
            )
        }
    }

    /// Everything that is read of a node's recipe, and the check that it yields the key's type at every lifetime
    /// (`PhantomData` allows no coercion). In one body, at one place, and always spelt the same: what is wrong with a
    /// node is then one error.
    fn recipe(&self, entry: &Entry, key: &Key, node: &TokenStream) -> TokenStream {
        let (container, name) = (&self.item.ident, called(key, self.di));
        let (place, di) = (entry.place(), self.di.at(entry.place()));
        let key = at(&key.ty, &lifetime("'di"));
        let recipe = quote_spanned!(place=> <#node as #di::Recipe<_>>);
        quote_spanned! {place=> {
            let _: for<'di> fn(
                #di::At<'di>,
                #di::core::marker::PhantomData<#recipe::Output<'di>>,
            ) -> #di::core::marker::PhantomData<#key> = |_, value| #di::listed_as(value);
            #di::Listed::node::<#container, _, _>(
                #name,
                #recipe::MADE,
                |ask| ask.pick().settle(),
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
                Kind::Handler { ty } => self.mount(row, entry, ty),
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

    /// Which handlers the container can run: all of them, by what each says that it asks for; or those listed, by their
    /// rows, so that what is wrong with one is said here and not where it is mounted.
    fn mounts(&self) -> TokenStream {
        let (di, ItemStruct { ident, vis, .. }) = (self.di, self.item);
        if self.has_handlers {
            return quote! {
                #[allow(unreachable_pub, missing_debug_implementations)]
                #vis struct __PlanOf<__H, const __ROW: usize>(#di::core::marker::PhantomData<__H>);
                #[automatically_derived]
                impl<__H: 'static, const __ROW: usize> __PlanOf<__H, __ROW> {
                    const LAYOUT: #di::Layout<__STEPS, __INPUTS> =
                        #di::Layout::new(&__GRAPH, __GRAPH.sources(__ROW));
                }
                #[automatically_derived]
                unsafe impl<__H: 'static, const __ROW: usize> #di::Plan for __PlanOf<__H, __ROW> {
                    type Container = #ident;
                    type Root = __H;
                    const VIEW: #di::View<'static> = __PlanOf::<__H, __ROW>::LAYOUT.view(&__GRAPH);
                }
            };
        }
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
            #[automatically_derived]
            unsafe impl<__H: #di::Root<#ident>> #di::Mounts<__H> for #ident {
                type Plan = __PlanOf<__H>;
            }
        }
    }

    fn mount(&self, row: usize, entry: &Entry, handler: &Type) -> TokenStream {
        let (di, ident) = (self.di, &self.item.ident);
        let check = check(di, row, entry.place());
        quote_spanned! {entry.place()=>
            #[automatically_derived]
            unsafe impl #di::Mounts<#handler> for #ident {
                type Plan = __PlanOf<#handler, #row>;
            }
            #check
        }
    }
}

/// What an entry is called.
fn called(key: &Key, di: &Facade) -> TokenStream {
    let (name, ty, qualifier) = (key.name(), key.type_name(), key.qualifier_name(di));
    quote!(#di::Name { name: #name, key: #ty, qualifier: #qualifier })
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
