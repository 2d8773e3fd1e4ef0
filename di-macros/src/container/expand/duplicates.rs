//! One type has one provider.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};

use super::Field;
use crate::{
    common::{Key, Report, text},
    container::model::{Entry, written_at},
};

/// `#[container(Pool, Pool = connect)] struct App { pool: Pool }`: who provides it? The second is left out, so that the
/// rest is checked. Another name for the same type (an alias, an entry of a module) is the compiler's to find (E0119).
pub(super) fn check_duplicates<'a>(
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
