//! Writes a container. By hand, the same stands in `di-core/tests/expansion.rs`.

mod draft;
mod duplicates;
mod parts;
mod rows;
mod table;
mod unused;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{ItemStruct, Lifetime, Path, Type};

pub(crate) use self::duplicates::without_duplicates;
use self::duplicates::{Twins, check_duplicates};
use super::{
    model::{Entry, Kind, Listing, Marks, Module},
    replace::{Replaced, Replacer, Same},
};
use crate::{
    common::{Facade, Key, shared, text, unqualified},
    injectable::nested,
};

/// The struct, its `build`, and everything that the compiler checks.
pub(crate) fn container(item: &ItemStruct, listing: Listing, di: &Facade) -> TokenStream {
    let fields: Vec<Field<'_>> = item.fields.iter().filter_map(Field::new).collect();
    // Of a list that is not known nothing can be replaced.
    let replacers = fields.iter().filter(|_| !listing.is_broken);
    let replaced = Replaced::of(&listing, replacers.filter_map(Field::replacer).collect());
    let Listing {
        modules,
        draft,
        is_broken,
        ..
    } = listing;
    let entries: Vec<Entry> = replaced.entries.iter().map(Entry::adopted).collect();
    let mut report = replaced.report;
    let entries = check_duplicates(&fields, &entries, &mut report);
    let errors = report.check().err().map(|error| error.to_compile_error());
    let entries = parts::with_parts(item, entries, di);
    let is_handler = |entry: &Entry| matches!(entry.kind, Kind::Handler { .. });
    let has_handlers = entries.iter().any(is_handler);
    // Rows: fields, then these.
    let nodes: Vec<&Entry> = entries.iter().collect();
    let mut container = Container {
        item,
        fields,
        nodes,
        modules,
        draft,
        same: replaced.same,
        twins: Vec::new(),
        is_judged: !replaced.is_unclear && !is_broken,
        is_broken,
        has_handlers,
        di,
    };
    container.twins = container.find_twins();
    let structure = container.structure();
    let (import, imported) = (di.import(), di.imported());
    container.di = &imported;
    let (table, replaced, checks, mounts, unused, draft) = (
        container.table(),
        container.replaced(),
        container.rows(),
        container.mounts(),
        container.unused(),
        container.draft_warning(),
    );
    quote! {
        #structure
        const _: () = {
            #import
            #table
            #replaced
            #(#checks)*
            #mounts
            #unused
            #draft
        };
        #errors
    }
}

struct Container<'a> {
    item: &'a ItemStruct,
    fields: Vec<Field<'a>>,
    /// Nodes and bindings, then handlers; their rows follow those of the fields.
    nodes: Vec<&'a Entry>,
    modules: Vec<Module>,
    draft: Option<Ident>,
    /// What has to be one type, else nothing further is said.
    same: Vec<Same>,
    /// Rows that may be of one type.
    twins: Vec<Twins>,
    is_judged: bool,
    /// It is all that there is: any handler can be mounted, and anything be got.
    is_broken: bool,
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
    marks: Marks,
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
            key: unqualified(provided),
            is_shared,
            marks: Marks::of_field(&field.attrs).unwrap_or_default(),
        })
    }

    /// Of a field with `#[replace]`.
    fn replacer(&self) -> Option<Replacer> {
        Some(Replacer {
            entry: None,
            key: self.key.clone(),
            replace: self.marks.replace.clone()?,
            what: format!("the field `{}`", text(self.ident)),
            place: self.ident.span(),
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
        let parameters: Vec<_> = self
            .fields
            .iter()
            .map(|Field { ident, ty, .. }| quote!(#ident: #ty))
            .collect();
        let names = self.fields.iter().map(|field| field.ident);
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
        let late = parts::late();
        let built_in = self.built_in().map(|(_, value)| value.clone());
        let values: Vec<TokenStream> = values.chain(built_in).collect();
        let values = nested(values.into_iter());
        let (make_late, pass_late) = match di.is_web {
            true => (
                Some(quote!(let #late = #di::Late::<Self>::new();)),
                Some(quote!(, #late)),
            ),
            false => (None, None),
        };
        let (run, runs, services) = (self.run(), self.runs(), self.services());
        let (provided, got) = match self.is_broken {
            true => (None, quote!(#di::core::unreachable!())),
            false => (
                Some(quote! {
                    where
                        Self: #di::Provides<__T, Scope: #di::HeldByArc + #di::Eager, Family: #di::Of<'static, T = __T>>,
                }),
                quote!(self.0.get::<__T, (), _>()),
            ),
        };
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
                    Self::builder(#(#names),*).build().await
                }

                /// What can be said before it is built: limits, and in tests replacements.
                #[allow(clippy::too_many_arguments, dead_code)]
                #vis fn builder(#(#parameters),*) -> #di::Builder<Self> {
                    #make_late
                    #di::Builder::<Self>::new(#values #pass_late)
                }

                /// Tells open streams to end, waits for tasks, services and what else runs beside requests, and then tears the singletons
                /// down, in reverse order of construction, each awaited. Stop the server first, as `di_axum::serve` does: a
                /// request that is still served would use what is torn down. What is not through by the deadline is cut off.
                ///
                /// Each is torn down once: a second call waits for the first, and then has nothing to do. When the first was
                /// dropped before its end, as by a time limit, the second goes on with the next singleton.
                ///
                /// # Errors
                /// The teardowns that failed; the others were done.
                #[allow(dead_code)]
                #vis async fn shutdown(&self) -> #di::core::result::Result<(), #di::TeardownError> {
                    #di::shutdown(&self.0).await
                }

                #run

                /// Opens a scope outside of a request, or for longer than one: for a stream, a socket, a command.
                #[allow(dead_code)]
                #[track_caller]
                #vis fn scope(&self) -> #di::OpenScope<Self> {
                    #di::OpenScope::new(#di::core::clone::Clone::clone(self))
                }

                /// The graph: nodes, edges, and how to draw them.
                #[allow(dead_code)]
                #vis const fn graph() -> #di::Graph {
                    <Self as #di::Container>::GRAPH
                }

                /// The singleton `T`. O(1), no lock.
                #[allow(dead_code)]
                #vis fn get<__T: ?#di::core::marker::Sized>(&self) -> &__T #provided {
                    #got
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

            #runs
            #services
        }
    }
}

impl Container<'_> {
    /// Judges a row, unless the container is a draft.
    fn check(&self, row: usize, span: Span) -> Option<TokenStream> {
        let di = self.di.at(span);
        if self.draft.is_some() || !self.is_judged {
            return None;
        }
        let _ = &di;
        let check = quote_spanned!(span=> __check(#row));
        let check = match self.same[..] {
            [] => check,
            _ => quote_spanned!(span=> if __REPLACED { #check }),
        };
        Some(quote_spanned!(span=> const _: () = #check;))
    }

    /// The module that an entry comes from.
    fn module_of(&self, entry: &Entry) -> Option<&Path> {
        let id = entry.id.as_ref()?;
        let module = self.modules.iter().find(|module| module.ids.contains(id))?;
        Some(&module.include.path)
    }

    /// That what is replaced is of the type of what replaces it.
    fn replaced(&self) -> Option<TokenStream> {
        let di = self.di;
        let (checks, holds) = (
            self.same.iter().map(|same| same.check(di)),
            self.same.iter().map(|same| same.holds(di)),
        );
        (!self.same.is_empty()).then(|| {
            quote! {
                const __REPLACED: bool = {
                    use #di::NotSame as _;
                    #(#holds)&&*
                };
                #(#checks)*
            }
        })
    }
}

/// What an entry is called: its name as users read it, which for an entry of a module is the one that is written there.
fn called(entry: &Entry, key: &Key, di: &Facade) -> TokenStream {
    let full = match entry.id {
        None => key.type_name(),
        // By an alias.
        Some(_) => String::new(),
    };
    named(&entry.name, &full, key, di)
}

/// The name, with that of the type as it is written: with `'static` it is another one than without.
fn named(name: &str, full: &str, key: &Key, di: &Facade) -> TokenStream {
    let parts = key.qualifier.as_ref().and_then(|_| name.rsplit_once(" ("));
    let (ty, qualifier) = match parts {
        Some((ty, qualifier)) => {
            let qualifier = qualifier.trim_end_matches(')');
            (ty, quote!(#di::core::option::Option::Some(#qualifier)))
        }
        None => (name, quote!(#di::core::option::Option::None)),
    };
    let ty = match full.contains("'static") {
        true => full,
        false => ty,
    };
    quote!(#di::Name { name: #name, key: #ty, qualifier: #qualifier })
}

fn binding(i: usize) -> syn::Ident {
    format_ident!("__Binding{i}")
}

fn lifetime(name: &str) -> Lifetime {
    Lifetime::new(name, Span::call_site())
}
