//! The judge: what is wrong with a graph, said in const evaluation.
//!
//! `#[container]` writes one `const _: () = check(&GRAPH, i);` for each entry, spanned to it, so that independent mistakes
//! show up in one `cargo check`. One fn for each rule; all of them panic with a text for the user. The codes are
//! explained in docs/errors.md.

mod draft;
mod errors;
mod held;
mod missing;
mod root;
mod say;
mod unused;
mod way;

use crate::{
    Scope,
    graph::{Kind, NO_ROW, Source, Table},
    key::{REF, SHARED},
    text::Text,
};

use self::{
    errors::check_errors,
    held::check_held,
    missing::check_missing,
    root::check_root,
    say::{at, held, node, takes},
    way::{Way, inside, path, way_to},
};

pub use self::{
    draft::refusals,
    held::check_by_value,
    unused::{any_used, used},
};

/// Refuses a row that breaks a rule.
///
/// # Panics
/// In const evaluation, with the text of the first rule that is broken.
#[track_caller]
pub const fn check<const N: usize, const E: usize>(table: &Table<N, E>, row: usize) {
    if let Some(text) = verdict(table, row) {
        fail(text);
    }
}

/// What the first rule says that a row breaks.
const fn verdict<const N: usize, const E: usize>(table: &Table<N, E>, row: usize) -> Option<Text> {
    macro_rules! first {
        ($($rule:ident)*) => {$(
            if let Some(text) = $rule(table, row) {
                return Some(text);
            }
        )*};
    }
    if is_plain(table, row) {
        return None;
    }
    first!(check_missing check_held check_cycle check_captive check_extractors check_root check_errors);
    None
}

/// Whether no rule can be broken, at a glance: a node that cannot fail and is in no cycle, and holds what it takes as most
/// do. Asking each rule takes the compiler ten times as long.
const fn is_plain<const N: usize, const E: usize>(table: &Table<N, E>, row: usize) -> bool {
    let this = &table.rows[row];
    let Some(meta) = this.meta else {
        return false;
    };
    if !matches!(this.kind, Kind::Node) || this.errors.fallible || table.back[row] != NO_ROW {
        return false;
    }
    let is_singleton = this.scope.is(Scope::Singleton);
    let (mut k, first, len) = (0, this.first as usize, this.len as usize);
    // A call of `mode` for each would take longer than the rest.
    let modes = meta.params.as_bytes();
    while k < len {
        let Source::Row(to) = table.edges[first + k] else {
            return false;
        };
        let to = &table.rows[to as usize];
        let may_be_held = match (modes[k], to.scope) {
            (REF | SHARED, Scope::Singleton) => !to.is_lazy,
            (REF, Scope::Request) => !is_singleton,
            _ => false,
        };
        if !may_be_held {
            return false;
        }
        k += 1;
    }
    true
}

/// Refuses what the macro can put into words, and only types decide.
///
/// # Panics
/// In const evaluation, with the text, when it does not hold.
#[track_caller]
pub const fn refuse_unless(holds: bool, text: &str) {
    if !holds {
        fail(Text::new().str(text));
    }
}

/// Whether any row breaks a rule.
pub(crate) const fn is_refused<const N: usize, const E: usize>(table: &Table<N, E>) -> bool {
    if !table.valid {
        return true;
    }
    let mut row = 0;
    while row < N {
        if verdict(table, row).is_some() {
            return true;
        }
        row += 1;
    }
    false
}

/// A -> B -> A.
const fn check_cycle<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
) -> Option<Text> {
    if table.back[row] == NO_ROW {
        return None;
    }
    let first = table.back[row] as usize;
    let cycle = path(table, first, row);
    let mut text = Text::new().str("[DI002] a cycle: ");
    let mut k = 0;
    while k < cycle.len {
        text = text
            .str("`")
            .str(table.rows[cycle.rows[k] as usize].name)
            .str("` -> ");
        k += 1;
    }
    text = text.str("`").str(table.rows[first].name).str("`");
    k = 0;
    while k < cycle.len {
        let next = if k + 1 < cycle.len {
            cycle.rows[k + 1] as usize
        } else {
            first
        };
        text = hop(text.str("\n  "), table, cycle.rows[k] as usize, next);
        k += 1;
    }
    let way = way_to(table, first);
    if way.len > 1 {
        text = text.str("\n  the way into it: ");
        let mut k = 0;
        while k < way.len {
            text = text
                .str(if k == 0 { "`" } else { " -> `" })
                .str(table.rows[way.rows[k] as usize].name)
                .str("`");
            k += 1;
        }
    }
    Some(text.str(
        "\n  help: let one of them work without the other, or move what both need into a third",
    ))
}

/// A singleton that holds a request-scoped value, directly or inside a transient.
const fn check_captive<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
) -> Option<Text> {
    // A binding is as its implementation is, which is judged itself.
    let is_singleton = table.rows[row].scope.is(Scope::Singleton);
    if !is_singleton
        || matches!(table.rows[row].kind, Kind::Binding)
        || takes_singletons_only(table, row)
    {
        return None;
    }
    let chain = inside(table, row, false);
    if chain.len == 0 {
        return None;
    }
    let last = table.rows[chain.rows[chain.len - 1] as usize].name;
    let text = Text::new()
        .str("[DI003] the singleton `")
        .str(table.rows[row].name)
        .str("` would keep the request-scoped `")
        .str(last)
        .str("`");
    let text = hops(text, table, &chain);
    let text = needed_by(text, table, row);
    Some(
        text.str("\n  help: make `")
            .str(table.rows[row].name)
            .str("` `request`, or `")
            .str(last)
            .str("` `singleton`; or pass what is needed of `")
            .str(last)
            .str("` as an argument of a method"),
    )
}

/// Most do, and nothing has to be searched for in them.
const fn takes_singletons_only<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
) -> bool {
    let (first, len) = (table.rows[row].first as usize, table.rows[row].len as usize);
    let mut k = 0;
    while k < len {
        match table.edges[first + k] {
            Source::Row(to) if table.rows[to as usize].scope.is(Scope::Singleton) => k += 1,
            _ => return false,
        }
    }
    true
}

/// A singleton, or a transient inside one, that takes something from the request.
const fn check_extractors<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
) -> Option<Text> {
    if !table.rows[row].scope.is(Scope::Singleton) || takes_singletons_only(table, row) {
        return None;
    }
    let chain = inside(table, row, true);
    if chain.len > 0 {
        let text = Text::new()
            .str("[DI007] the singleton `")
            .str(table.rows[row].name)
            .str("` is built at start-up, where there is no request to extract from");
        let text = hops(text, table, &chain);
        return Some(
            text.str("\n  help: make `")
                .str(table.rows[row].name)
                .str("` `request`"),
        );
    }
    None
}

/// Each node of a chain and what it takes, in lines of their own; the last one only named.
const fn hops<const N: usize, const E: usize>(
    mut text: Text,
    table: &Table<N, E>,
    chain: &Way<N>,
) -> Text {
    let mut k = 0;
    while k < chain.len {
        let row = chain.rows[k] as usize;
        text = text.str("\n  ");
        text = if k + 1 < chain.len {
            hop(text, table, row, chain.rows[k + 1] as usize)
        } else {
            at(node(text, &table.rows[row]), &table.rows[row])
        };
        k += 1;
    }
    text
}

/// "`Orders` (singleton) takes `payments: Arc<dyn Payments>`, at src/orders.rs:10"
const fn hop<const N: usize, const E: usize>(
    text: Text,
    table: &Table<N, E>,
    row: usize,
    to: usize,
) -> Text {
    let text = node(text, &table.rows[row]);
    match way::param(table, row, to) {
        Some(param) => at(takes(text, &param), &table.rows[row]),
        None => text.str(" is bound to `").str(table.rows[to].name).str("`"),
    }
}

/// The way from a root to this row, from here upwards, in lines of their own.
const fn needed_by<const N: usize, const E: usize>(
    mut text: Text,
    table: &Table<N, E>,
    row: usize,
) -> Text {
    let way = way_to(table, row);
    let mut k = way.len - 1;
    while k > 0 {
        k -= 1;
        let (from, to) = (way.rows[k] as usize, way.rows[k + 1] as usize);
        text = node(text.str("\n  needed by "), &table.rows[from]);
        text = match way::param(table, from, to) {
            Some(param) => at(held(text.str(" for "), &param), &table.rows[from]),
            None => text.str(", which is bound to it"),
        };
    }
    text
}

#[track_caller]
const fn fail(text: Text) -> ! {
    panic!("{}", text.as_str())
}
