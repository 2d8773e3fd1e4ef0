//! `#[replace] dyn Mailer = FakeMailer`: an entry in the place of another.
//!
//! Which one is found by what is written, since a macro knows no types. That both are of one type is then checked in
//! types, by the compiler: where they are not, nothing else is said.

use std::collections::{BTreeSet, HashMap};

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::model::{Entry, Listing, Module, Replace};
use crate::common::{Facade, Key, Report, text, written_at};

/// An entry or field with `#[replace]`.
pub(super) struct Replacer {
    /// The entry's place in the list; none for a field.
    pub(super) entry: Option<usize>,
    pub(super) key: Key,
    pub(super) replace: Replace,
    /// What it is, in a sentence.
    pub(super) what: String,
    pub(super) place: Span,
}

/// What is left of a list.
pub(super) struct Replaced {
    /// Without those that are replaced.
    pub(super) entries: Vec<Entry>,
    pub(super) same: Vec<Same>,
    pub(super) report: Report,
    /// Whether something replaces nothing. Then whatever else could be said may follow from that.
    pub(super) is_unclear: bool,
}

/// Two keys that have to be of one type.
pub(super) struct Same {
    new: Key,
    old: Key,
    note: String,
    place: Span,
}

impl Replaced {
    /// Drops what the fields and the entries replace.
    pub(super) fn of(listing: &Listing, fields: Vec<Replacer>) -> Self {
        let own = listing.entries.iter().enumerate();
        let entries = own.filter_map(|(i, entry)| {
            Some(Replacer {
                entry: Some(i),
                key: entry.kind.key()?.clone(),
                replace: entry.marks.replace.clone()?,
                what: entry.kind.what(),
                place: entry.span,
            })
        });
        let replacers: Vec<Replacer> = fields.into_iter().chain(entries).collect();
        let mut search = Search {
            entries: listing.entries.clone(),
            modules: &listing.modules,
            dropped: BTreeSet::new(),
            same: Vec::new(),
            report: Report::default(),
            is_unclear: false,
        };
        search.drop_replaced_by_modules();
        let mut seen: HashMap<String, String> = HashMap::new();
        for replacer in replacers {
            match seen.insert(replacer.key.name(), replacer.what.clone()) {
                Some(first) => search.refuse_second(&replacer, &first),
                None => search.replace(&replacer),
            }
        }
        let Search {
            entries,
            dropped,
            same,
            report,
            is_unclear,
            ..
        } = search;
        let entries = entries.into_iter().enumerate();
        let kept = entries.filter(|(i, _)| !dropped.contains(i));
        let entries = kept.map(|(_, entry)| entry).collect();
        Replaced {
            entries,
            same,
            report,
            is_unclear,
        }
    }
}

struct Search<'a> {
    entries: Vec<Entry>,
    modules: &'a [Module],
    dropped: BTreeSet<usize>,
    same: Vec<Same>,
    report: Report,
    is_unclear: bool,
}

impl Search<'_> {
    /// `#[module(..Storage, #[replace] Pool = fake)] struct Fakes;` replaces that `Pool` wherever `Fakes` is included, also
    /// where `Storage` is reached by another path.
    fn drop_replaced_by_modules(&mut self) {
        let mut by: HashMap<String, usize> = HashMap::new();
        for i in 0..self.entries.len() {
            for id in self.entries[i].marks.replaced.clone() {
                match by.get(&id) {
                    Some(&first) => {
                        let (name, of) = (
                            self.entries[i].name.clone(),
                            [first, i].map(|i| self.module(i)),
                        );
                        let message = format!(
                            "[DI011] `{name}` is replaced twice, by {} and by {}\n  help: include one of them, or replace it here, \
                             too: `#[replace] {name}`",
                            of[0], of[1],
                        );
                        self.report
                            .push(syn::Error::new(self.entries[i].span, message));
                        self.dropped.insert(i);
                    }
                    None => {
                        by.insert(id, i);
                    }
                }
            }
        }
        for (i, entry) in self.entries.iter().enumerate() {
            if entry.id.as_ref().is_some_and(|id| by.contains_key(id)) {
                self.dropped.insert(i);
            }
        }
    }

    /// `#[replace] Pool = a, #[replace] Pool = b`
    fn refuse_second(&mut self, second: &Replacer, first: &str) {
        let (name, what) = (second.key.name(), &second.what);
        let by = match first == what {
            true => first.to_string(),
            false => format!("{first} and by {what}"),
        };
        let message =
            format!("[DI011] `{name}` is replaced twice, by {by}\n  help: keep one of them");
        self.report.push(syn::Error::new(second.place, message));
        self.dropped.extend(second.entry);
    }

    fn replace(&mut self, new: &Replacer) {
        let found = self.candidates(new);
        if found.is_empty() {
            self.refuse_nothing(new);
        }
        for &old in &found {
            self.dropped.insert(old);
            self.inherit(new, old);
            self.compare(new, old, found.len() > 1);
        }
    }

    /// The entries whose names are short for the same: those of modules, and of the list itself the one that is written in the
    /// same way, if there is one.
    fn candidates(&self, new: &Replacer) -> Vec<usize> {
        let (name, short_name) = (new.key.name(), short(&new.key.name()));
        let of = new.replace.module.as_ref().map(text);
        let entries = self.entries.iter().enumerate();
        let found = entries.filter(|(i, entry)| {
            let is_other = Some(*i) != new.entry && !self.dropped.contains(i);
            let is_of = of.as_ref().is_none_or(|of| self.is_of(entry, of));
            let is_old = entry.marks.replace.is_none() || entry.id.is_some();
            let is_named = entry.kind.key().is_some() && short(&entry.name) == short_name;
            is_other && is_of && is_old && is_named
        });
        let found: Vec<usize> = found.map(|(i, _)| i).collect();
        let is_exact = |i: &usize| self.entries[*i].id.is_none() && self.entries[*i].name == name;
        match found.iter().copied().find(is_exact) {
            Some(exact) => vec![exact],
            None => found,
        }
    }

    fn is_of(&self, entry: &Entry, module: &str) -> bool {
        let modules = self.modules.iter();
        let mut of = modules.filter(|other| text(&other.include.path) == module);
        entry
            .id
            .as_ref()
            .is_some_and(|id| of.any(|module| module.ids.contains(id)))
    }

    /// Whoever includes both the module of the new and that of the old one drops the old one.
    fn inherit(&mut self, new: &Replacer, old: usize) {
        let Entry { id, marks, .. } = &self.entries[old];
        let ids: Vec<String> = id.iter().chain(&marks.replaced).cloned().collect();
        if let Some(new) = new.entry {
            self.entries[new].marks.replaced.extend(ids);
        }
    }

    fn compare(&mut self, new: &Replacer, old: usize, is_one_of_several: bool) {
        let entry = &self.entries[old];
        let Some(key) = entry.kind.key() else { return };
        if entry.id.is_none() && key.name() == new.key.name() {
            return;
        }
        let help = match is_one_of_several {
            true => "say whose is meant, `#[replace(path::Module)]`",
            false => "write it by a path to the type that is listed there",
        };
        let note = format!(
            "[DI015] `{}` replaces {}, which has the same name and is another type\n  help: {help}",
            new.key.name(),
            self.named(old),
        );
        let (new, old, place) = (new.key.clone(), key.clone(), written_at(new.place));
        self.same.push(Same {
            new,
            old,
            note,
            place,
        });
    }

    /// `#[replace] dyn Mailer = FakeMailer`, and no `dyn Mailer` in the modules.
    fn refuse_nothing(&mut self, new: &Replacer) {
        // A field of that name is a duplicate, and is said as one.
        self.is_unclear |= !self.modules.is_empty();
        let name = new.key.name();
        let whose = match &new.replace.module {
            Some(module) => format!("`{}` does not list it", text(module)),
            None if self.modules.is_empty() => "nothing else lists it".to_string(),
            None => "no included module and no other entry lists it by this name".to_string(),
        };
        let near: Vec<String> = (0..self.entries.len())
            .filter(|i| Some(*i) != new.entry && !self.dropped.contains(i))
            .filter(|i| self.entries[*i].kind.key().is_some())
            .filter(|i| short(unqualified(&self.entries[*i].name)) == short(unqualified(&name)))
            .map(|i| format!("\n  {} is listed: is that one meant?", self.named(i)))
            .collect();
        let message = format!(
            "[DI015] `{name}` replaces nothing: {whose}{}\n  help: take `#[replace]` away, or write the type by the name that it is \
             listed under",
            near.concat(),
        );
        let place = new.replace.place;
        self.report.push(syn::Error::new(place, message));
        if self.is_unclear {
            self.dropped.extend(new.entry);
        }
    }

    /// "the `Pool` of `billing::Billing`"
    fn named(&self, i: usize) -> String {
        let entry = &self.entries[i];
        match entry.id {
            Some(_) => format!("the `{}` of {}", entry.name, self.module(i)),
            None => format!("`{}`", entry.name),
        }
    }

    /// "`billing::Billing`"
    fn module(&self, i: usize) -> String {
        let id = self.entries[i].id.as_ref();
        let mut modules = self.modules.iter();
        let module = modules.find(|module| id.is_some_and(|id| module.ids.contains(id)));
        module.map_or_else(
            || "this list".to_string(),
            |module| format!("`{}`", text(&module.include.path)),
        )
    }
}

impl Same {
    /// Whether it is so, in concrete code with `NotSame` in scope.
    pub(super) fn holds(&self, di: &Facade) -> TokenStream {
        let [(new, p), (old, q)] =
            [&self.new, &self.old].map(|key| (key.discriminator(), key.qualifier()));
        quote!(#di::Same::<#new, #p, #old, #q>::IS)
    }

    /// Refuses it when it is not.
    pub(super) fn check(&self, di: &Facade) -> TokenStream {
        let (note, place, holds) = (&self.note, self.place, self.holds(di));
        let di = di.at(place);
        quote_spanned! {place=>
            const _: () = {
                #[allow(unused_imports)]
                use #di::NotSame as _;
                #di::refuse_unless(#holds, #note)
            };
        }
    }
}

/// A name without the paths to its parts: `dyn Handler<Order> (Primary)` of `dyn bus::Handler<shop::Order> (names::Primary)`.
pub(super) fn short(name: &str) -> String {
    let mut out = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once("::") {
        let start = before
            .rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '#' || c == '$'))
            .map_or(0, |at| {
                at + before[at..].chars().next().map_or(1, char::len_utf8)
            });
        out.push_str(&before[..start]);
        rest = after;
    }
    out + rest
}

/// Without the qualifier.
fn unqualified(name: &str) -> &str {
    name.split_once(" (").map_or(name, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn short_names_have_no_paths() {
        for (name, expected) in [
            ("Pool", "Pool"),
            ("crate::db::Pool", "Pool"),
            (
                "::sqlx::Pool<sqlx::Any> (names::Primary)",
                "Pool<Any> (Primary)",
            ),
            (
                "dyn bus::Handler<shop::Order> + Send",
                "dyn Handler<Order> + Send",
            ),
            ("[a::B; 4]", "[B; 4]"),
        ] {
            assert_eq!(short(name), expected);
        }
    }
}
