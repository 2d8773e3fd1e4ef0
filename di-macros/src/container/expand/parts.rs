//! What tasks and services add to a container.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{ItemStruct, Type, parse_quote};

use super::Container;
use crate::{
    common::{Facade, unqualified, written_at},
    container::{
        model::{Entry, Kind, Marks, NodeType},
        names::type_span,
    },
};

/// The entries in the order of their rows: what provides something, the roots, and what every app has. A task is three of them: its queue, a
/// singleton; `Tasks<Payload>`, which pushes to it; and the fn, a root.
pub(super) fn with_parts(item: &ItemStruct, entries: Vec<&Entry>, di: &Facade) -> Vec<Entry> {
    let (mut nodes, mut roots) = (Vec::new(), Vec::new());
    for entry in entries {
        match &entry.kind {
            Kind::Task { key, ty, payload } => {
                nodes.push(queue(entry, ty, payload, di));
                let node = NodeType::Type(key.ty.clone());
                let key = key.clone();
                nodes.push(part(entry, entry.name.clone(), Kind::Node { key, node }));
                roots.push(entry.clone());
            }
            Kind::Handler { .. } | Kind::Service { .. } => roots.push(entry.clone()),
            _ => nodes.push(entry.clone()),
        }
    }
    let opener = di.is_web.then(|| opener(item, di));
    nodes.into_iter().chain(roots).chain(opener).collect()
}

/// `TaskQueue<Welcome>`
fn queue(entry: &Entry, task: &Type, payload: &Type, di: &Facade) -> Entry {
    let place = written_at(type_span(task));
    let task = as_task(task, di);
    let kind = Kind::BuiltIn {
        key: unqualified(parse_quote!(#di::TaskQueue<#payload>)),
        value: {
            let late = late();
            quote_spanned!(place=> #task::queue::<_, #payload>(&#late))
        },
        is_hidden: false,
    };
    let name = entry.name.replacen("Tasks", "TaskQueue", 1);
    part(entry, name, kind)
}

/// `<welcome as Task<_, _>>`, at the place of its name.
fn as_task(task: &Type, di: &Facade) -> TokenStream {
    let place = written_at(type_span(task));
    let di = di.at(place);
    quote_spanned!(place=> <#task as #di::Task<_, _>>)
}

/// `Opener<App>`, which every app has.
fn opener(item: &ItemStruct, di: &Facade) -> Entry {
    let ident = &item.ident;
    let ty: Type = parse_quote!(#di::Opener<#ident>);
    Entry {
        id: None,
        name: format!("Opener<{ident}>"),
        kind: Kind::BuiltIn {
            key: unqualified(ty),
            value: {
                let late = late();
                quote!(#di::Opener::<Self>::of(&#late))
            },
            is_hidden: true,
        },
        marks: allowed(),
        span: ident.span(),
    }
}

/// The variable of `builder()` that will know the app.
pub(super) fn late() -> Ident {
    Ident::new("late", Span::mixed_site())
}

fn part(of: &Entry, name: String, kind: Kind) -> Entry {
    Entry {
        id: of.id.clone(),
        name,
        kind,
        marks: allowed(),
        span: of.span,
    }
}

fn allowed() -> Marks {
    Marks {
        may_be_unused: true,
        ..Marks::default()
    }
}

impl Container<'_> {
    /// Types and constructors of what the facade hands in, in the order of the rows.
    pub(super) fn built_in(&self) -> impl Iterator<Item = (&Type, &TokenStream)> {
        self.nodes.iter().filter_map(|entry| match &entry.kind {
            Kind::BuiltIn { key, value, .. } => Some((&key.ty, value)),
            _ => None,
        })
    }

    /// `app.run(job)`
    pub(super) fn run(&self) -> Option<TokenStream> {
        let (di, vis) = (self.di, &self.item.vis);
        di.is_web.then(|| {
            quote! {
                /// Runs the task that takes this job, now and in a scope of its own, and waits for its end: in a command, or a test.
                ///
                /// # Errors
                /// What the task returned, or why it could not run.
                #[allow(dead_code)]
                #vis fn run<__J: #di::core::marker::Send + 'static>(&self, job: __J) -> #di::RunFuture
                where
                    Self: #di::Runs<__J>,
                {
                    #di::run(self, job)
                }
            }
        })
    }

    /// Which jobs `run` takes.
    pub(super) fn runs(&self) -> Option<TokenStream> {
        let (di, ident) = (self.di, &self.item.ident);
        let runs = self.nodes.iter().filter_map(|entry| match &entry.kind {
            Kind::Task { payload, .. } => Some(quote_spanned! {entry.place()=>
                #[automatically_derived]
                impl #di::Runs<#payload> for #ident {
                    fn queue(&self) -> #di::core::option::Option<#di::std::sync::Arc<#di::TaskQueue<#payload>>> {
                        #di::core::option::Option::Some(self.0.share::<#di::TaskQueue<#payload>, (), _>())
                    }
                }
            }),
            _ => None,
        });
        let runs: Vec<TokenStream> = runs.collect();
        (!runs.is_empty()).then(|| {
            quote! {
                #(#runs)*
                #[automatically_derived]
                impl #di::Runs<#di::NoJob> for #ident {
                    fn queue(&self) -> #di::core::option::Option<#di::std::sync::Arc<#di::TaskQueue<#di::NoJob>>> {
                        #di::core::option::Option::None
                    }
                }
            }
        })
    }

    /// The services, in the order of the list.
    pub(super) fn services(&self) -> Option<TokenStream> {
        let (di, ident) = (self.di, &self.item.ident);
        let services = self.nodes.iter().filter_map(|entry| match &entry.kind {
            Kind::Service { ty } => {
                let (place, web) = (entry.place(), di.at(entry.place()));
                Some(quote_spanned!(place=> <#ty as #web::Service<_>>::of()))
            }
            _ => None,
        });
        di.is_web.then(|| {
            quote! {
                #[automatically_derived]
                impl #di::Services for #ident {
                    fn services() -> #di::std::vec::Vec<#di::ServiceOf<Self>> {
                        #di::std::vec![#(#services),*]
                    }
                }
            }
        })
    }
}
