//! One type has one provider.

use std::collections::{HashMap, HashSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::{Container, Field};
use crate::{
    common::{Key, Report, text, written_at},
    container::{model::Entry, replace::short},
};

/// `#[container(Pool, Pool = connect)] struct App { pool: Pool }`: who provides it? The second is left out, so that the
/// rest is checked. What is written differently may still be one type, see [`Twins`].
pub(super) fn check_duplicates<'a>(
    fields: &[Field<'_>],
    entries: &'a [Entry],
    report: &mut Report,
) -> Vec<&'a Entry> {
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
    let mut roots = HashSet::new();
    let kept = entries.iter().filter(|entry| {
        let what = entry.kind.what();
        let Some(key) = entry.kind.key() else {
            // One of a module has a name of its own, and what is reached by two paths is one.
            let is_new = entry.id.is_some() || roots.insert(what.clone());
            if !is_new {
                let message = format!("[DI011] {what} is listed twice\n  help: keep one of them");
                report.push(syn::Error::new(entry.span, message));
            }
            return is_new;
        };
        match seen.get(&key.name()) {
            Some(first) => {
                report.push(duplicate(entry.span, key, first, &what));
                false
            }
            None => seen.insert(key.name(), what).is_none(),
        }
    });
    kept.collect()
}

/// The same for a module.
pub(crate) fn without_duplicates(entries: Vec<Entry>, report: &mut Report) -> Vec<Entry> {
    let kept = check_duplicates(&[], &entries, report);
    kept.into_iter().cloned().collect()
}

fn duplicate(at: Span, key: &Key, first: &str, second: &str) -> syn::Error {
    let name = key.name();
    let help = match second.starts_with("the task ") {
        true => "keep one of them, or give one a payload of its own",
        false => "keep one of them, or tell them apart, `#[qualifier(Name)]`",
    };
    let message = if first == second {
        format!("[DI011] `{name}` is listed twice, by {first}\n  help: {help}")
    } else {
        format!("[DI011] `{name}` is provided twice, by {first} and by {second}\n  help: {help}")
    };
    syn::Error::new(at, message)
}

/// Of a name that more have, such as `Repository` in every module, none is compared: each comparison costs the compiler time, and
/// so many are hardly one type.
const MOST_TWINS: usize = 4;

/// A row that may be of the same type as others before it, since they are called the same: `Pool, db::Pool, ..Storage`, where
/// `Storage` lists a `Pool`. Whether it is so, only types tell; an alias of another name is for the compiler to find (E0119).
pub(super) struct Twins {
    pub(super) row: usize,
    with: Vec<Twin>,
}

struct Twin {
    key: Key,
    note: String,
    place: Span,
}

/// What is provided, for a message.
struct Provided<'a> {
    row: usize,
    name: String,
    key: &'a Key,
    what: String,
    is_own: bool,
    place: Span,
}

impl Container<'_> {
    /// The rows whose names are short for the same.
    pub(super) fn find_twins(&self) -> Vec<Twins> {
        let fields = self.fields.iter().enumerate().map(|(row, field)| Provided {
            row,
            name: field.key.name(),
            key: &field.key,
            what: format!("the field `{}`", text(field.ident)),
            is_own: true,
            place: field.ident.span(),
        });
        let entries = (self.fields.len()..).zip(&self.nodes);
        let entries = entries.filter_map(|(row, entry)| {
            Some(Provided {
                row,
                name: entry.name.clone(),
                key: entry.kind.key()?,
                what: match self.module_of(entry) {
                    Some(module) => format!("the module `{}`", text(module)),
                    None => entry.kind.what(),
                },
                is_own: entry.id.is_none(),
                place: entry.span,
            })
        });
        let mut seen: HashMap<String, Vec<Provided<'_>>> = HashMap::new();
        let mut twins = Vec::new();
        for this in fields.chain(entries) {
            let before = seen.entry(short(&this.name)).or_default();
            // Two entries of one list whose paths differ are meant as two types.
            let others = before.iter().filter(|first| !(first.is_own && this.is_own));
            let with: Vec<Twin> = others.map(|first| twin(first, &this)).collect();
            if !with.is_empty() && before.len() < MOST_TWINS {
                let row = this.row;
                twins.push(Twins { row, with });
            }
            before.push(this);
        }
        twins
    }
}

fn twin(first: &Provided<'_>, second: &Provided<'_>) -> Twin {
    let help = match (first.is_own, second.is_own) {
        (false, false) => {
            "include one of them; or list it here, in the place of both, with `#[replace]` in front of it"
        }
        (true, true) => "keep one of them, or tell them apart, `#[qualifier(Name)]`",
        _ => {
            "keep one of them; or let this one take the place of the other, with `#[replace]` in front of it"
        }
    };
    let at = if second.is_own { second } else { first };
    let at = if at.is_own { at } else { second };
    let by = match first.what == second.what {
        true => format!("{}, in two entries", first.what),
        false => format!("{} and by {}", first.what, second.what),
    };
    let note = format!(
        "[DI011] `{}` is provided twice, by {by}\n  help: {help}",
        at.name
    );
    Twin {
        key: first.key.clone(),
        note,
        place: written_at(at.place),
    }
}

impl Twins {
    /// The type that the row is provided as: its own, or, where another has that, one that nobody asks for. It is found in the
    /// header of an impl, where the compiler resolves it only among types of this crate.
    pub(super) fn discriminator(&self) -> TokenStream {
        let (this, is) = self.names();
        quote!(<(#this, __Is<{ #is }>) as __Once>::Key)
    }

    /// ```ignore
    /// struct __Twin5;
    /// const __TWIN5: bool = Same::<Pool, (), Storage::K0, ()>::IS;
    /// impl __Once for (__Twin5, __Is<false>) { type Key = Storage::K0; }
    /// impl __Once for (__Twin5, __Is<true>) { type Key = __Twin5; }
    /// const _: () = refuse_unless(!Same::<..>::IS, "[DI011] ..");
    /// ```
    pub(super) fn tokens(&self, container: &Container<'_>, key: &Key) -> TokenStream {
        let (di, (this, is)) = (container.di, self.names());
        let (own, q) = (key.discriminator(), key.qualifier());
        let same = |twin: &Twin| {
            let (other, p) = (twin.key.discriminator(), twin.key.qualifier());
            quote!(#di::Same::<#other, #p, #own, #q>::IS)
        };
        let is_any = self.with.iter().map(same);
        let checks = self.with.iter().map(|twin| {
            let (same, note, place) = (same(twin), &twin.note, twin.place);
            let di = di.at(place);
            quote_spanned!(place=> const _: () = #di::refuse_unless(!#same, #note);)
        });
        let checks = container.is_judged.then(|| quote!(#(#checks)*));
        quote! {
            struct #this;
            const #is: bool = #(#is_any)||*;
            impl __Once for (#this, __Is<false>) {
                type Key = #own;
            }
            impl __Once for (#this, __Is<true>) {
                type Key = #this;
            }
            #checks
        }
    }

    fn names(&self) -> (Ident, Ident) {
        let row = self.row;
        (format_ident!("__Twin{row}"), format_ident!("__TWIN{row}"))
    }
}
