//! DI007, DI010, DI025, DI026: what a handler, task or service reaches, and cannot have.

use super::{
    hops,
    say::root,
    way::{Way, inside, way_out},
};
use crate::{
    graph::{Kind, Outside, Table},
    text::Text,
};

/// What is said of a root, beyond what is said of every node.
pub(super) const fn check_root<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
) -> Option<Text> {
    let kind = table.rows[row].kind;
    if !kind.is_root() {
        return None;
    }
    if matches!(kind, Kind::Misplaced) {
        let text = Text::new().str("[DI010] `").str(table.rows[row].name);
        return Some(text.str(
            "` is no handler\n  help: list a service in `services(..)`, and a task as `Tasks<Payload> = name`",
        ));
    }
    if matches!(kind, Kind::Service) {
        let chain = inside(table, row, false);
        if chain.len > 0 {
            return Some(captive(table, row, &chain));
        }
    }
    if !matches!(kind, Kind::Handler) {
        let chain = way_out(table, row, Outside::Extractor);
        if chain.len > 0 {
            return Some(no_request(table, row, &chain));
        }
    }
    let chain = way_out(table, row, Outside::Seed);
    if chain.len > 0 {
        return Some(not_handed_in(table, row, &chain));
    }
    None
}

/// `#[service] async fn consumer(session: &Session)`, and `Session` is request-scoped.
const fn captive<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
    chain: &Way<N>,
) -> Text {
    let last = table.rows[chain.rows[chain.len - 1] as usize].name;
    let text = root(Text::new().str("[DI026] "), &table.rows[row])
        .str(" runs as long as the app, and would keep the request-scoped `")
        .str(last)
        .str("` for as long");
    hops(text, table, chain)
        .str("\n  help: open a scope for each piece of work: take `scopes: &Opener<")
        .str(table.name)
        .str(">`, and ask for it there, `scopes.open()?.get::<")
        .str(last)
        .str(">().await?`")
}

/// `#[task] async fn welcome(job: Welcome, caller: &Caller)`, and `Caller` is made of a header.
const fn no_request<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
    chain: &Way<N>,
) -> Text {
    let text = root(Text::new().str("[DI007] "), &table.rows[row])
        .str(" runs where there is no request to extract from");
    let text = hops(text, table, chain);
    match table.rows[row].kind {
        Kind::Task => {
            text.str("\n  help: put what it needs of the request in the payload of the task")
        }
        _ => text.str("\n  help: take what does not come from a request"),
    }
}

/// `#[handler] async fn show(tenant: &Tenant)`, and the entry is `#[seed] Tenant`.
const fn not_handed_in<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
    chain: &Way<N>,
) -> Text {
    let last = table.rows[chain.rows[chain.len - 1] as usize].name;
    let text = Text::new()
        .str("[DI025] `")
        .str(last)
        .str("` is handed in when a scope is opened, and nobody hands it in to ");
    let text = hops(root(text, &table.rows[row]), table, chain);
    match table.rows[row].kind {
        Kind::Task => text.str("\n  help: put what it needs of `").str(last).str(
            "` in the payload of the task; or open a scope in the task, `scopes.open()?.with(..)`",
        ),
        _ => text
            .str("\n  help: give `")
            .str(last)
            .str("` a constructor that takes it from the request, `#[extract]`, instead of `#[seed]`; or open a scope, `app.scope().with(..)`"),
    }
}
