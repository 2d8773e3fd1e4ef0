//! Phrases of the judge's texts.

use crate::{
    Scope,
    graph::{Kind, Row, Table},
    key::Mode,
    node::Param,
    text::Text,
};

/// "`Users` (request)", "the handler `show`"
pub(super) const fn node(text: Text, row: &Row) -> Text {
    match row.kind {
        kind if kind.is_root() => root(text, row),
        _ => text
            .str("`")
            .str(row.name)
            .str("` (")
            .str(row.scope.name())
            .str(")"),
    }
}

/// "the handler `show`"
pub(super) const fn root(text: Text, row: &Row) -> Text {
    let what = match row.kind {
        Kind::Task => "the task `",
        Kind::Service => "the service `",
        _ => "the handler `",
    };
    text.str(what).str(row.name).str("`")
}

/// " takes `pool: &Pool`"
pub(super) const fn takes(text: Text, param: &Param) -> Text {
    held(text.str(" takes "), param)
}

/// "`pool: &Pool`"
pub(super) const fn held(text: Text, param: &Param) -> Text {
    let (open, close) = match param.mode {
        Mode::Guard => return text.str("`guard(").str(param.ty).str(")`"),
        Mode::Ref => ("&", ""),
        Mode::Shared => ("Arc<", ">"),
        Mode::Lent => ("Transient<", ">"),
        Mode::Lazy => ("Lazy<", ">"),
        Mode::LazyShared => ("LazyArc<", ">"),
        Mode::Owned | Mode::Extract => ("", ""),
    };
    let text = text.str("`");
    let text = match param.qualifier {
        Some(qualifier) => text.str("#[inject(").str(qualifier).str(")] "),
        None => text,
    };
    text.str(param.name)
        .str(": ")
        .str(open)
        .str(param.ty)
        .str(close)
        .str("`")
}

/// ", at src/users.rs:10"
pub(super) const fn at(text: Text, row: &Row) -> Text {
    match row.meta {
        Some(meta) => text.str(", at ").str(meta.file).str(":").number(meta.line),
        None => text,
    }
}

/// What is nearly what is missing: the same type under another qualifier, or another type of the same short name.
pub(super) const fn hints<const N: usize, const E: usize>(
    mut text: Text,
    table: &Table<N, E>,
    param: &Param,
) -> Text {
    let mut i = 0;
    while i < N {
        let row = &table.rows[i];
        let is_node = !row.kind.is_root() && !matches!(row.kind, Kind::Invalid);
        if is_node && same(short(row.key), short(param.ty)) {
            text = match (row.qualifier, param.qualifier) {
                (Some(has), Some(wants)) if same(has, wants) => other_type(text, row, param),
                (None, None) => other_type(text, row, param),
                (Some(has), _) => text
                    .str("\n  `")
                    .str(row.key)
                    .str("` is provided under `")
                    .str(has)
                    .str("`: is `#[inject(")
                    .str(has)
                    .str(")]` meant?"),
                (None, Some(_)) => text
                    .str("\n  `")
                    .str(row.key)
                    .str("` is provided without a qualifier: is that one meant?"),
            };
        }
        i += 1;
    }
    text
}

/// What is nearly what is missing, and lives for another time.
#[derive(Clone, Copy)]
pub(super) enum Apart {
    /// Held as `Arc`, a type that borrows is written `Users<'static>`, which is another one than that of a request.
    Outlives,
    /// `Users<'static>` is asked for, and `Users<'_>` is provided.
    AskedForever,
    /// The other way round.
    ProvidedForever,
}

/// The first row of this name that is only apart by how long it lives.
pub(super) const fn find_apart<const N: usize, const E: usize>(
    table: &Table<N, E>,
    param: &Param,
) -> Option<(Apart, usize)> {
    let mut i = 0;
    while i < N {
        let row = &table.rows[i];
        let is_node = !row.kind.is_root() && !matches!(row.kind, Kind::Invalid);
        let is_plain = row.qualifier.is_none() && param.qualifier.is_none();
        if is_node
            && is_plain
            && same(short(row.key), short(param.ty))
            && let Some(apart) = apart(row, param)
        {
            return Some((apart, i));
        }
        i += 1;
    }
    None
}

const fn apart(row: &Row, param: &Param) -> Option<Apart> {
    if matches!((param.mode, row.scope), (Mode::Shared, Scope::Request)) {
        return Some(Apart::Outlives);
    }
    match (is_forever(param.ty), is_forever(row.key)) {
        (true, false) => Some(Apart::AskedForever),
        (false, true) => Some(Apart::ProvidedForever),
        _ => None,
    }
}

/// Whether `'static` is written in the type.
const fn is_forever(ty: &str) -> bool {
    let (ty, word) = (ty.as_bytes(), b"'static");
    let mut start = 0;
    while start + word.len() <= ty.len() {
        let mut i = 0;
        while i < word.len() && ty[start + i] == word[i] {
            i += 1;
        }
        if i == word.len() {
            return true;
        }
        start += 1;
    }
    false
}

const fn other_type(text: Text, row: &Row, param: &Param) -> Text {
    let text = text.str("\n  ");
    match apart(row, param) {
        Some(Apart::Outlives) => at(text.str("`").str(row.name).str("` is provided"), row)
            .str(", but it is request-scoped: as `Arc` it would outlive its request"),
        Some(Apart::AskedForever) => at(text.str("`").str(row.name).str("` is provided"), row)
            .str(", but it borrows for less than `'static`"),
        Some(Apart::ProvidedForever) => at(text.str("`").str(row.key).str("` is provided"), row)
            .str(", which is another type: it borrows for `'static`"),
        None => {
            let text = text
                .str("another type of this name is provided, by the entry `")
                .str(row.name)
                .str("`");
            at(text, row).str(": is that one meant, or is an import missing?")
        }
    }
}

/// The last segment of a path, without arguments and further bounds: `Pool` of `dyn db::Pool<User> + Send`.
const fn short(name: &str) -> &str {
    let bytes = name.as_bytes();
    let mut end = 0;
    while end < bytes.len() && !matches!(bytes[end], b'<' | b'+') {
        end += 1;
    }
    while end > 0 && bytes[end - 1] == b' ' {
        end -= 1;
    }
    let mut start = end;
    while start > 0 && bytes[start - 1] != b':' && bytes[start - 1] != b' ' {
        start -= 1;
    }
    name.split_at(end).0.split_at(start).1
}

pub(super) const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}
