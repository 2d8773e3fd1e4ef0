//! DI008, DI009: errors of constructors that cannot become what they would have to.

use super::{
    say::{at, node},
    way::{is_built_for, takes},
};
use crate::{
    Scope,
    graph::{Kind, Row, Table},
    text::Text,
};

/// A constructor whose error can become neither an answer nor a source. A transient's goes where its owner's would.
pub(super) const fn check_errors<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
) -> Option<Text> {
    let this = &table.rows[row];
    if !this.errors.fallible || !matches!(this.kind, Kind::Node) {
        return None;
    }
    if this.errors.answer.is_none() && answers(table, row) {
        return Some(text(
            this,
            "[DI008]",
            "would be the answer to a request, but does not implement `IntoResponse`",
        ));
    }
    if this.errors.source.is_none() {
        if this.is_lazy {
            return Some(text(
                this,
                "[DI009]",
                "would be returned where it is asked for, but does not implement `std::error::Error`",
            ));
        }
        if lives_for(table, row, Scope::Singleton) {
            return Some(text(
                this,
                "[DI009]",
                "would be returned by `build()`, but does not implement `std::error::Error`",
            ));
        }
        if is_built_for(table, Kind::Task, row) || is_built_for(table, Kind::Service, row) {
            return Some(text(
                this,
                "[DI009]",
                "would be that of a task or service, but does not implement `std::error::Error`",
            ));
        }
    }
    None
}

/// Whether a request may have to be answered with the error. Where the handlers are listed, one that only tasks need does not.
const fn answers<const N: usize, const E: usize>(table: &Table<N, E>, row: usize) -> bool {
    let is_for_requests = lives_for(table, row, Scope::Request);
    let is_only_for_tasks = table.has_roots
        && is_built_for(table, Kind::Task, row)
        && !is_built_for(table, Kind::Handler, row);
    is_for_requests && !is_only_for_tasks
}

/// Whether a row is of this scope, or a transient that one of it takes.
const fn lives_for<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
    scope: Scope,
) -> bool {
    let this = &table.rows[row];
    this.scope.is(scope) || this.scope.is(Scope::Transient) && is_part_of(table, row, scope)
}

const fn text(row: &Row, code: &str, what: &str) -> Text {
    let text = Text::new().str(code).str(" the error of `").str(row.name);
    let text = text.str("` ").str(what).str("\n  ");
    at(node(text, row), row).str("\n  help: implement it for the error type")
}

/// Whether a row of this scope, or a listed handler for that of a request, takes the transient, or one that takes it.
const fn is_part_of<const N: usize, const E: usize>(
    table: &Table<N, E>,
    transient: usize,
    scope: Scope,
) -> bool {
    let mut row = 0;
    while row < N {
        if table.rows[row].scope.is(scope) && takes(table, row, transient) {
            return true;
        }
        row += 1;
    }
    false
}
