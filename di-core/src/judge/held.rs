//! DI004, DI005, DI006, DI022, DI024: dependencies held in a way that their scope does not allow; DI019, and DI013.

use super::{
    fail, needed_by,
    say::{at, node, takes},
};
use crate::{
    Scope,
    graph::{Kind, Row, Table},
    key::Mode,
    node::Meta,
    text::Text,
};

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
            .str(match scope {
                Scope::Singleton => "` is a singleton",
                _ => "` is request-scoped",
            })
            .str(": by value it would be created again\n  help: borrow it, `name: &")
            .str(ty)
            .str("`"),
    };
    fail(text);
}

/// A dependency held in a way that its scope does not allow.
pub(super) const fn check_held<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
) -> Option<Text> {
    let mut k = 0;
    while k < table.rows[row].len as usize {
        if let Some(to) = table.edge(row, k).row() {
            let to = &table.rows[to as usize];
            let verdict = match table.rows[row].meta {
                Some(meta) => check_mode(table, row, meta, k, to),
                None => check_bound(&table.rows[row], to),
            };
            if verdict.is_some() {
                return verdict;
            }
        }
        k += 1;
    }
    None
}

const fn check_mode<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
    meta: &Meta,
    k: usize,
    to: &Row,
) -> Option<Text> {
    let (code, why, sign) = match (meta.mode(k), to.scope) {
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
            "[DI022] `",
            "` is torn down by the container, which therefore keeps a handle to it",
            "Transient<",
        ),
        (Mode::Lent, Scope::Transient) if !to.is_lent() => {
            ("[DI022] `", "` has no teardown: it is yours alone", "")
        }
        (Mode::Lent, Scope::Singleton | Scope::Request) => {
            ("[DI022] `", "` is no transient: it is shared", "&")
        }
        (Mode::Guard, Scope::Singleton | Scope::Transient) => {
            return Some(no_guard(table, row, to));
        }
        (Mode::Lazy, Scope::Transient) => (
            "[DI024] `",
            "` is transient: every place that asks has its own, made with its owner, and nothing to put off",
            if to.is_lent() { "Transient<" } else { "" },
        ),
        (Mode::LazyShared, Scope::Transient) => (
            "[DI024] `",
            "` is transient: it is yours alone, not to be shared",
            if to.is_lent() { "Transient<" } else { "" },
        ),
        (Mode::Lazy, Scope::Singleton) if !to.is_lazy => (
            "[DI024] `",
            "` is a singleton that is built at start-up: there is nothing to put off",
            "&",
        ),
        (Mode::LazyShared, Scope::Singleton) if !to.is_lazy => (
            "[DI024] `",
            "` is a singleton that is built at start-up: there is nothing to put off",
            "Arc<",
        ),
        (Mode::LazyShared, Scope::Request) => (
            "[DI024] `",
            "` is request-scoped and cannot be held as `LazyArc`, which outlives the request",
            "Lazy<",
        ),
        (Mode::Ref, Scope::Singleton) if to.is_lazy => (
            "[DI024] `",
            "` is a lazy singleton, built when it is first needed: a reference to it may find nothing",
            "Lazy<",
        ),
        (Mode::Shared, Scope::Singleton) if to.is_lazy => (
            "[DI024] `",
            "` is a lazy singleton, built when it is first needed: there may be nothing to share yet",
            "LazyArc<",
        ),
        _ => return None,
    };
    let param = &meta.param(k);
    let text = Text::new().str(code).str(to.name).str(why).str("\n  ");
    let text = at(takes(node(text, &table.rows[row]), param), &table.rows[row]);
    let is_handler = matches!(table.rows[row].kind, Kind::Handler);
    // Held in another way it would still be a captive.
    let is_captive =
        table.rows[row].scope.is(Scope::Singleton) && matches!(to.scope, Scope::Request);
    let text = needed_by(text, table, row).str("\n  help: ");
    let text = match is_captive {
        true => text
            .str("make `")
            .str(table.rows[row].name)
            .str("` `request`, and write `"),
        false => text.str("write `"),
    };
    Some(
        text.str(if is_handler && sign.is_empty() {
            "#[inject] "
        } else {
            ""
        })
        .str(param.name)
        .str(": ")
        .str(sign)
        .str(param.ty)
        .str(if is_open(sign) { ">`" } else { "`" })
        .str(match (param.mode, to.scope) {
            _ if is_captive => "; or pass what is needed of it as an argument of a method",
            (Mode::Owned, Scope::Singleton) => ", or `Arc<..>`",
            (Mode::Lazy | Mode::LazyShared, Scope::Singleton) => {
                "; or make it lazy, `#[injectable(singleton, lazy)]`"
            }
            _ => "",
        }),
    )
}

/// Whether a bracket has to be closed.
const fn is_open(sign: &str) -> bool {
    matches!(sign.as_bytes(), [.., b'<'])
}

/// `#[handler(guard(Settings))]`, and `Settings` is a singleton.
const fn no_guard<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
    guard: &Row,
) -> Text {
    let text = Text::new()
        .str("[DI019] `")
        .str(guard.name)
        .str("` guards `")
        .str(table.rows[row].name)
        .str("`, but is ")
        .str(guard.scope.name())
        .str(": a guard is built for each request, and turns it away when it fails");
    text.str("\n  help: make `")
        .str(guard.name)
        .str("` `request`, with a constructor that returns a `Result`")
}

/// `dyn Clock = Ticker`, and `Ticker` is a transient.
const fn check_bound(binding: &Row, to: &Row) -> Option<Text> {
    if matches!(to.scope, Scope::Transient) {
        return Some(
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
    None
}
