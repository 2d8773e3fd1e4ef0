//! The judge: what is wrong with a graph, said in const evaluation.
//!
//! `#[container]` writes one `const _: () = check(&GRAPH, i);` for each entry, spanned to it, so that independent mistakes
//! show up in one `cargo check`. One fn for each rule; all of them panic with a text for the user. The codes are
//! explained in docs/errors.md.

mod missing;
mod say;
mod way;

use crate::{
    Scope,
    graph::{Kind, NO_ROW, Row, Source, Table},
    key::Mode,
    node::Param,
    text::Text,
};

use self::{
    missing::check_missing,
    say::{at, held, node, same, takes},
    way::{Way, inside, path, way_to},
};

/// Refuses a row that breaks a rule.
///
/// # Panics
/// In const evaluation, with the text of the first rule that is broken.
#[track_caller]
pub const fn check<const N: usize, const E: usize>(table: &Table<N, E>, row: usize) {
    check_missing(table, row);
    check_held(table, row);
    check_cycle(table, row);
    check_captive(table, row);
    check_extractors(table, row);
    check_errors(table, row);
}

/// Refuses a node that a handler takes by value, as if it were an extractor.
///
/// # Panics
/// In const evaluation, when it is a node.
#[track_caller]
pub const fn check_by_value(scope: Option<Scope>, ty: &str) {
    let text = match scope {
        None => return,
        Some(Scope::Transient) => Text::new()
            .str("[DI013] `")
            .str(ty)
            .str("` is transient, not an extractor\n  help: mark it, `#[inject] name: ")
            .str(ty)
            .str("`"),
        Some(scope) => Text::new()
            .str("[DI006] `")
            .str(ty)
            .str("` is ")
            .str(scope.name())
            .str(": by value it would be created again\n  help: borrow it, `name: &")
            .str(ty)
            .str("`"),
    };
    fail(text);
}

/// A dependency held in a way that its scope does not allow.
#[track_caller]
const fn check_held<const N: usize, const E: usize>(table: &Table<N, E>, row: usize) {
    let mut k = 0;
    while k < table.rows[row].len as usize {
        if let Source::Row(to) = table.edge(row, k) {
            let to = &table.rows[to as usize];
            match table.rows[row].meta {
                Some(meta) => check_mode(table, row, &meta.params[k], to),
                None => check_bound(&table.rows[row], to),
            }
        }
        k += 1;
    }
}

#[track_caller]
const fn check_mode<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
    param: &Param,
    to: &Row,
) {
    let (code, why, sign) = match (param.mode, to.scope) {
        (Mode::Ref, Scope::Transient) => (
            "[DI004] `",
            "` is transient and cannot be borrowed: every place that asks gets its own",
            "",
        ),
        (Mode::Shared, Scope::Request) => (
            "[DI005] `",
            "` is request-scoped and cannot be held as `Arc`, which outlives the request",
            "&",
        ),
        (Mode::Shared, Scope::Transient) => (
            "[DI005] `",
            "` is transient: it is yours alone, not to be shared as `Arc`",
            "",
        ),
        (Mode::Owned, Scope::Singleton) => (
            "[DI006] `",
            "` is a singleton: by value it would be created again",
            "&",
        ),
        (Mode::Owned, Scope::Request) => (
            "[DI006] `",
            "` is request-scoped: by value it would be created again",
            "&",
        ),
        (Mode::Owned, Scope::Transient) if to.is_lent() => (
            "[DI015] `",
            "` is torn down by the container, which therefore keeps a handle to it",
            "Transient<",
        ),
        (Mode::Lent, Scope::Transient) if !to.is_lent() => {
            ("[DI015] `", "` has no teardown: it is yours alone", "")
        }
        (Mode::Lent, Scope::Singleton | Scope::Request) => {
            ("[DI015] `", "` is no transient: it is shared", "&")
        }
        (Mode::Guard, Scope::Singleton | Scope::Transient) => fail_guard(table, row, to),
        _ => return,
    };
    let text = Text::new().str(code).str(to.name).str(why).str("\n  ");
    let text = at(takes(node(text, &table.rows[row]), param), &table.rows[row]);
    let is_handler = matches!(table.rows[row].kind, Kind::Root);
    fail(
        needed_by(text, table, row)
            .str("\n  help: write `")
            .str(if is_handler && sign.is_empty() {
                "#[inject] "
            } else {
                ""
            })
            .str(param.name)
            .str(": ")
            .str(sign)
            .str(param.ty)
            .str(if same(sign, "Transient<") { ">`" } else { "`" })
            .str(match (param.mode, to.scope) {
                (Mode::Owned, Scope::Singleton) => ", or `Arc<..>`",
                _ => "",
            }),
    );
}

/// `#[handler(guard(Settings))]`, and `Settings` is a singleton.
#[track_caller]
const fn fail_guard<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
    guard: &Row,
) -> ! {
    let text = Text::new()
        .str("[DI019] `")
        .str(guard.name)
        .str("` guards `")
        .str(table.rows[row].name)
        .str("`, but is ")
        .str(guard.scope.name())
        .str(": a guard is built for each request, and turns it away when it fails");
    fail(
        text.str("\n  help: make `")
            .str(guard.name)
            .str("` `request`, with a constructor that returns a `Result`"),
    )
}

/// `dyn Clock = Ticker`, and `Ticker` is a transient.
#[track_caller]
const fn check_bound(binding: &Row, to: &Row) {
    if matches!(to.scope, Scope::Transient) {
        fail(
            Text::new()
                .str("[DI004] `")
                .str(binding.name)
                .str("` is bound to `")
                .str(to.name)
                .str("`, which is transient and cannot be borrowed\n  help: make `")
                .str(to.name)
                .str("` `singleton` or `request`"),
        );
    }
}

/// A -> B -> A.
#[track_caller]
const fn check_cycle<const N: usize, const E: usize>(table: &Table<N, E>, row: usize) {
    if table.back[row] == NO_ROW {
        return;
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
    fail(text.str(
        "\n  help: let one of them work without the other, or move what both need into a third",
    ));
}

/// A singleton that holds a request-scoped value, directly or inside a transient.
#[track_caller]
const fn check_captive<const N: usize, const E: usize>(table: &Table<N, E>, row: usize) {
    // A binding is as its implementation is, which is judged itself.
    let is_singleton = table.rows[row].scope.is(Scope::Singleton);
    if !is_singleton || matches!(table.rows[row].kind, Kind::Binding) {
        return;
    }
    let chain = inside(table, row, false);
    if chain.len == 0 {
        return;
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
    fail(
        text.str("\n  help: make `")
            .str(table.rows[row].name)
            .str("` `request`, or `")
            .str(last)
            .str("` `singleton`; or pass what is needed of `")
            .str(last)
            .str("` as an argument of a method"),
    );
}

/// A singleton, or a transient inside one, that takes something from the request.
#[track_caller]
const fn check_extractors<const N: usize, const E: usize>(table: &Table<N, E>, row: usize) {
    if !table.rows[row].scope.is(Scope::Singleton) {
        return;
    }
    let chain = inside(table, row, true);
    if chain.len > 0 {
        let text = Text::new()
            .str("[DI007] the singleton `")
            .str(table.rows[row].name)
            .str("` is built at start-up, where there is no request to extract from");
        let text = hops(text, table, &chain);
        fail(
            text.str("\n  help: make `")
                .str(table.rows[row].name)
                .str("` `request`"),
        );
    }
}

/// A constructor whose error can become neither an answer nor a source. A transient's goes where its owner's would.
#[track_caller]
const fn check_errors<const N: usize, const E: usize>(table: &Table<N, E>, row: usize) {
    let this = &table.rows[row];
    if !this.errors.fallible || !matches!(this.kind, Kind::Node) {
        return;
    }
    let is_transient = this.scope.is(Scope::Transient);
    let answers =
        this.scope.is(Scope::Request) || is_transient && is_part_of(table, row, Scope::Request);
    let is_source =
        this.scope.is(Scope::Singleton) || is_transient && is_part_of(table, row, Scope::Singleton);
    let text = if answers && this.errors.answer.is_none() {
        Text::new()
            .str("[DI008] the error of `")
            .str(this.name)
            .str("` would be the answer to a request, but does not implement `IntoResponse`\n  ")
    } else if is_source && this.errors.source.is_none() {
        Text::new()
            .str("[DI009] the error of `")
            .str(this.name)
            .str("` would be returned by `build()`, but does not implement `std::error::Error`\n  ")
    } else {
        return;
    };
    fail(at(node(text, this), this).str("\n  help: implement it for the error type"));
}

/// Whether a row of this scope, or a listed handler for that of a request, takes the transient, or one that takes it.
const fn is_part_of<const N: usize, const E: usize>(
    table: &Table<N, E>,
    transient: usize,
    scope: Scope,
) -> bool {
    let mut row = 0;
    while row < N {
        if table.rows[row].scope.is(scope) && way::takes(table, row, transient) {
            return true;
        }
        row += 1;
    }
    false
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
        Some(param) => at(takes(text, param), &table.rows[row]),
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
            Some(param) => at(held(text.str(" for "), param), &table.rows[from]),
            None => text.str(", which is bound to it"),
        };
    }
    text
}

#[track_caller]
const fn fail(text: Text) -> ! {
    panic!("{}", text.as_str())
}
