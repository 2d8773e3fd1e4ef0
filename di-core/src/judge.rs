//! The judge: what is wrong with a graph, said in const evaluation.
//!
//! `#[container]` writes one `const _: () = check(&TABLE, i);` for each entry, spanned to it, so that independent mistakes
//! show up in one `cargo check`. One fn for each rule; all of them panic with a text for the user.

use crate::{
    Scope,
    graph::{Kind, NO_ROW, Row, Source, Table},
    key::Mode,
    node::Param,
    text::Text,
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

/// `struct Users<'r> { pool: &'r Pool }`, and no `Pool` in the list.
#[track_caller]
const fn check_missing<const N: usize, const E: usize>(table: &Table<N, E>, row: usize) {
    let node = &table.rows[row];
    let mut k = 0;
    while k < node.len as usize {
        if matches!(table.edge(row, k), Source::Missing) {
            let Some(meta) = node.meta else {
                fail(
                    Text::new().str("[DI001] `").str(node.name).str(
                        "` is bound to a type that nothing provides\n  help: list that type too",
                    ),
                )
            };
            let param = &meta.params[k];
            let text = if matches!(param.mode, Mode::Extract) {
                Text::new()
                    .str("[DI007] `")
                    .str(node.name)
                    .str("` takes `")
                    .str(param.name)
                    .str("` from the request, but `")
                    .str(param.ty)
                    .str("` is not an extractor here\n  help: implement `FromRequestParts` for `")
                    .str(param.ty)
                    .str("`, for this container as state or for any state\n")
            } else {
                needs(Text::new().str("[DI001] "), node, param)
                    .str(", which nothing provides\n  help: add `")
                    .str(param.ty)
                    .str("` to the list of the container, or hand it in as a field of the container\n")
            };
            fail(place(text, node));
        }
        k += 1;
    }
}

/// A dependency held in a way that its scope does not allow.
#[track_caller]
const fn check_held<const N: usize, const E: usize>(table: &Table<N, E>, row: usize) {
    let node = &table.rows[row];
    let mut k = 0;
    while k < node.len as usize {
        if let Source::Row(to) = table.edge(row, k) {
            let to = &table.rows[to as usize];
            match node.meta {
                Some(meta) => check_mode(node, &meta.params[k], to),
                None => check_bound(node, to),
            }
        }
        k += 1;
    }
}

#[track_caller]
const fn check_mode(node: &Row, param: &Param, to: &Row) {
    let text = match (param.mode, to.scope) {
        (Mode::Ref, Scope::Transient) => needs(Text::new().str("[DI004] "), node, param)
            .str(", but a transient cannot be borrowed: every place that asks for one gets its own\n  help: write `")
            .str(param.name)
            .str(": ")
            .str(param.ty)
            .str("`\n"),
        (Mode::Shared, Scope::Request | Scope::Transient) => {
            needs(Text::new().str("[DI005] "), node, param)
                .str(", but only a singleton can be held as `Arc`, and `")
                .str(to.name)
                .str("` is ")
                .str(to.scope.name())
                .str("\n  help: write `")
                .str(param.name)
                .str(if matches!(to.scope, Scope::Request) { ": &" } else { ": " })
                .str(param.ty)
                .str("`\n")
        }
        (Mode::Owned, Scope::Singleton | Scope::Request) => {
            needs(Text::new().str("[DI006] "), node, param)
                .str(", but by value it would be created again: `")
                .str(to.name)
                .str("` is ")
                .str(to.scope.name())
                .str("\n  help: write `")
                .str(param.name)
                .str(": &")
                .str(param.ty)
                .str("`")
                .str(if matches!(to.scope, Scope::Singleton) { " or `Arc<..>`" } else { "" })
                .str("\n")
        }
        _ => return,
    };
    fail(place(text, node));
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
                .str("`, which is transient and cannot be borrowed\n  help: make it `singleton` or `request`\n"),
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
    let path = search(table, first, row);
    let mut text = Text::new().str("[DI002] a cycle: ");
    let mut k = 0;
    while k < path.len {
        text = text
            .str("`")
            .str(table.rows[path.rows[k] as usize].name)
            .str("` -> ");
        k += 1;
    }
    text = text.str("`").str(table.rows[first].name).str(
        "`\n  help: let one of them work without the other, or move what both need into a third\n",
    );
    fail(text);
}

struct Path<const N: usize> {
    rows: [u16; N],
    len: usize,
}

/// A path from one row to another along the edges, both included.
const fn search<const N: usize, const E: usize>(
    table: &Table<N, E>,
    from: usize,
    to: usize,
) -> Path<N> {
    let mut path = Path {
        rows: [from as u16; N],
        len: 1,
    };
    let mut next = [0usize; N];
    let mut seen = [false; N];
    seen[from] = true;
    while path.len > 0 && path.rows[path.len - 1] as usize != to {
        let row = path.rows[path.len - 1] as usize;
        let k = next[row];
        next[row] += 1;
        if k >= table.rows[row].len as usize {
            path.len -= 1;
        } else if let Source::Row(target) = table.edge(row, k)
            && !seen[target as usize]
        {
            seen[target as usize] = true;
            path.rows[path.len] = target;
            path.len += 1;
        }
    }
    path
}

/// A singleton that holds a request-scoped value, directly or inside a transient.
#[track_caller]
const fn check_captive<const N: usize, const E: usize>(table: &Table<N, E>, row: usize) {
    if !table.rows[row].scope.is(Scope::Singleton) {
        return;
    }
    let path = inside(table, row, false);
    if path.len > 0 {
        let mut text = Text::new()
            .str("[DI003] the singleton `")
            .str(table.rows[row].name)
            .str("` would keep a request-scoped value:");
        text = hops(text, table, &path);
        let last = table.rows[path.rows[path.len - 1] as usize].name;
        fail(
            text.str("\n  help: make `")
                .str(table.rows[row].name)
                .str("` request-scoped, or `")
                .str(last)
                .str("` a singleton\n"),
        );
    }
}

/// A singleton, or a transient inside one, that takes something from the request.
#[track_caller]
const fn check_extractors<const N: usize, const E: usize>(table: &Table<N, E>, row: usize) {
    if !table.rows[row].scope.is(Scope::Singleton) {
        return;
    }
    let path = inside(table, row, true);
    if path.len > 0 {
        let mut text = Text::new()
            .str("[DI007] no request exists where singletons are built, but one is asked for:");
        text = hops(text, table, &path);
        fail(text.str("\n  help: `#[extract]` belongs into request-scoped constructors\n"));
    }
}

const fn hops<const N: usize, const E: usize>(
    mut text: Text,
    table: &Table<N, E>,
    path: &Path<N>,
) -> Text {
    let mut k = 0;
    while k < path.len {
        let node = &table.rows[path.rows[k] as usize];
        text = text
            .str(if k == 0 { "\n  `" } else { "\n  -> `" })
            .str(node.name)
            .str("` (")
            .str(node.scope.name())
            .str(")");
        if let Some(meta) = node.meta {
            text = text.str(" at ").str(meta.file).str(":").number(meta.line);
        }
        k += 1;
    }
    text
}

/// From a singleton through transients: the path to a request-scoped row, or (`extractor`) to a row with an extractor.
/// Empty when there is none.
const fn inside<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
    extractor: bool,
) -> Path<N> {
    let mut path = Path {
        rows: [row as u16; N],
        len: 1,
    };
    let mut next = [0usize; N];
    let mut seen = [false; N];
    while path.len > 0 {
        let row = path.rows[path.len - 1] as usize;
        let k = next[row];
        next[row] += 1;
        if k >= table.rows[row].len as usize {
            path.len -= 1;
            continue;
        }
        match table.edge(row, k) {
            Source::Extract(_) if extractor => return path,
            Source::Row(to) => {
                let scope = table.rows[to as usize].scope;
                let goes_on = scope.is(Scope::Transient) && !seen[to as usize];
                if goes_on || (scope.is(Scope::Request) && !extractor) {
                    seen[to as usize] = true;
                    path.rows[path.len] = to;
                    path.len += 1;
                    if !goes_on {
                        return path;
                    }
                }
            }
            _ => {}
        }
    }
    path
}

/// A constructor whose error can become neither an answer nor a source.
#[track_caller]
const fn check_errors<const N: usize, const E: usize>(table: &Table<N, E>, row: usize) {
    let node = &table.rows[row];
    if !node.errors.fallible || !matches!(node.kind, Kind::Node) {
        return;
    }
    let text = match node.scope {
        Scope::Request if node.errors.answer.is_none() => Text::new()
            .str("[DI008] when `")
            .str(node.name)
            .str("` cannot be constructed, its error is the answer to the request, but it does not implement `IntoResponse`\n  help: implement `IntoResponse` for the error type, or convert it to one that does\n"),
        Scope::Singleton if node.errors.source.is_none() => Text::new()
            .str("[DI009] when `")
            .str(node.name)
            .str("` cannot be constructed, `build()` returns its error, but it is not an error type\n  help: implement `std::error::Error` for it\n"),
        _ => return,
    };
    fail(place(text, node));
}

/// "`Users` needs `pool: &Pool`"
const fn needs(text: Text, node: &Row, param: &Param) -> Text {
    let (open, close) = match param.mode {
        Mode::Ref => ("&", ""),
        Mode::Shared => ("Arc<", ">"),
        Mode::Owned | Mode::Extract => ("", ""),
    };
    text.str("`")
        .str(node.name)
        .str("` needs `")
        .str(param.name)
        .str(": ")
        .str(open)
        .str(param.ty)
        .str(close)
        .str("`")
}

/// Where the node is defined.
const fn place(text: Text, node: &Row) -> Text {
    match node.meta {
        Some(meta) => text
            .str("  `")
            .str(node.name)
            .str("` (")
            .str(node.scope.name())
            .str(") is defined at ")
            .str(meta.file)
            .str(":")
            .number(meta.line),
        None => text,
    }
}

#[track_caller]
const fn fail(text: Text) -> ! {
    panic!("{}", text.as_str())
}
