//! What is listed and not used.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::Container;
use crate::{
    common::{lint_levels, text},
    container::{
        model::{Kind, Module},
        names::last_span,
    },
};

/// What stands for the lint on a container: `deprecated` is what the compiler calls it.
pub(super) const UNUSED: [&str; 2] = ["unused", "deprecated"];

/// What may turn out to be unused.
struct Suspect {
    /// As it is written.
    name: String,
    note: String,
    /// The rows of which one has to be used.
    rows: Vec<usize>,
    place: Span,
}

impl Container<'_> {
    /// A warning for each entry, field and module that no root reaches. The only lint that others can use is `deprecated`, and
    /// it is silent about the macro's own code: the name of the const, and nothing else, is the user's. One body for all.
    ///
    /// ```ignore
    /// struct __Used<const USED: bool>;
    /// impl __Used<true> { const Settings: () = (); }
    /// impl __Used<false> { #[deprecated(note = "..")] const Settings: () = (); }
    /// const __USED: [bool; 7] = used(&__GRAPH);
    /// const _: [(); 1] = [__Used::<{ __USED[3] }>::Settings];
    /// ```
    pub(super) fn unused(&self) -> Option<TokenStream> {
        let levels = lint_levels(&self.item.attrs, &UNUSED);
        let is_allowed = levels.last().is_some_and(|last| last.level == "allow");
        if !self.has_handlers || !self.is_judged || is_allowed {
            return None;
        }
        let (di, count) = (self.di, self.fields.len() + self.nodes.len());
        let suspects: Vec<Suspect> = self
            .unused_fields()
            .chain(self.unused_entries())
            .chain(self.unused_modules())
            .collect();
        if suspects.is_empty() {
            return None;
        }
        let mut seen = HashSet::new();
        let names = suspects
            .iter()
            .map(|suspect| ident(&suspect.name, suspect.place, &mut seen));
        let names: Vec<Ident> = names.collect();
        let notes = suspects.iter().map(|suspect| &suspect.note);
        let listed = suspects.len();
        let is_used = suspects.iter().map(|suspect| match &suspect.rows[..] {
            [row] => quote!(__USED[#row]),
            rows => quote!(#di::any_used(&__USED, &[#(#rows),*])),
        });
        let used = match self.same[..] {
            [] => quote!(#di::used(&__GRAPH)),
            _ => quote!(if __REPLACED { #di::used(&__GRAPH) } else { [true; #count] }),
        };
        // A const's name counts as the macro's where it is defined.
        let defined: Vec<Ident> = names
            .iter()
            .map(|name| Ident::new(&name.to_string(), Span::call_site()))
            .collect();
        Some(quote! {
            struct __Used<const __USED: bool>;
            #[allow(non_upper_case_globals, dead_code)]
            impl __Used<true> {
                #(const #defined: () = ();)*
            }
            #[allow(non_upper_case_globals, dead_code)]
            impl __Used<false> {
                #(#[deprecated(note = #notes)] const #defined: () = ();)*
            }
            const __USED: [bool; #count] = #used;
            #(#[#levels])*
            const _: [(); #listed] = [#(__Used::<{ #is_used }>::#names),*];
        })
    }

    /// `struct App { env: Env }`
    fn unused_fields(&self) -> impl Iterator<Item = Suspect> {
        let rows = self.fields.iter().enumerate();
        let rows = rows.filter(|(_, field)| !field.marks.may_be_unused);
        rows.map(|(row, field)| {
            let (name, ty) = (text(field.ident), text(field.ty));
            let note = format!(
                "[DI016] none of the listed handlers needs the field `{name}: {ty}`\n  help: remove it; or, when it is asked \
                 for elsewhere, by `get`, `Inject` or a scope, write `#[allow(unused)] {name}: {ty}`"
            );
            let (rows, place) = (vec![row], field.ident.span());
            Suspect { name, note, rows, place }
        })
    }

    /// `#[container(Settings, dyn Mailer = SmtpMailer, ..)]`. A module may list more than one container needs.
    fn unused_entries(&self) -> impl Iterator<Item = Suspect> {
        let rows = (self.fields.len()..).zip(&self.nodes);
        let own = rows.filter(|(_, entry)| {
            let is_root = matches!(
                entry.kind,
                Kind::Handler { .. } | Kind::Task { .. } | Kind::Service { .. }
            );
            entry.id.is_none() && !is_root && !entry.marks.may_be_unused
        });
        let app = text(&self.item.ident);
        own.map(move |(row, entry)| {
            let name = entry.name.clone();
            let note = format!(
                "[DI016] none of the listed handlers needs `{name}`\n  help: take it off the list of `{app}`; or, when it is \
                 asked for elsewhere, by `get`, `Inject` or a scope, write `#[allow(unused)]` in front of it"
            );
            let (rows, place) = (vec![row], entry.span);
            Suspect { name, note, rows, place }
        })
    }

    /// `..billing::Billing`
    fn unused_modules(&self) -> impl Iterator<Item = Suspect> {
        let app = text(&self.item.ident);
        self.modules.iter().filter_map(move |module| {
            let Module { include, ids } = module;
            let ids: HashSet<&String> = ids.iter().collect();
            let rows = (self.fields.len()..).zip(&self.nodes);
            let rows = rows.filter(|(_, entry)| entry.id.as_ref().is_some_and(|id| ids.contains(id)));
            let rows: Vec<usize> = rows.map(|(row, _)| row).collect();
            let name = text(&include.path);
            let note = format!(
                "[DI016] none of the listed handlers needs anything that `{name}` lists\n  help: take `..{name}` off the list of \
                 `{app}`, or write `#[allow(unused)]` in front of it"
            );
            let place = last_span(&include.path);
            let may_be_unused = include.may_be_unused || rows.is_empty();
            (!may_be_unused).then_some(Suspect { name, note, rows, place })
        })
    }
}

/// The name as that of a const, at the user's place.
fn ident(name: &str, place: Span, seen: &mut HashSet<String>) -> Ident {
    let mut word: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .collect();
    while syn::parse_str::<Ident>(&word).is_err() || !seen.insert(word.clone()) {
        word.push('_');
        if word.len() > 1000 {
            word = format!("entry_{}", seen.len());
        }
    }
    Ident::new(&word, place)
}
