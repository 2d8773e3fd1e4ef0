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

/// What is nearly what is missing: the same type under another qualifier, or for another time, or another type of the same short name. And which row
/// lives for another time, if one does.
pub(super) const fn hints<const N: usize, const E: usize>(
    mut text: Text,
    table: &Table<N, E>,
    asking: &Row,
    param: &Param,
) -> (Text, Option<(Apart, usize)>) {
    let (mut i, mut found) = (0, None);
    while i < N {
        let row = &table.rows[i];
        let is_node = !row.kind.is_root() && !matches!(row.kind, Kind::Invalid);
        if is_node && same(short(row.key), short(param.ty)) {
            let is_plain = match (row.qualifier, param.qualifier) {
                (Some(has), Some(wants)) => same(has, wants),
                (None, None) => true,
                _ => false,
            };
            text = match (is_plain, row.qualifier) {
                (true, _) => {
                    let apart = apart(row, param);
                    if let (None, Some(apart)) = (found, apart) {
                        found = Some((apart, i));
                    }
                    other_type(text, row, param, apart)
                }
                (false, Some(has)) if matches!(asking.kind, Kind::Binding) => text
                    .str("\n  `")
                    .str(row.key)
                    .str("` is provided under `")
                    .str(has)
                    .str("`, and what is bound has no qualifier"),
                (false, Some(has)) => text
                    .str("\n  `")
                    .str(row.key)
                    .str("` is provided under `")
                    .str(has)
                    .str("`: is `#[inject(")
                    .str(has)
                    .str(")]` meant?"),
                (false, None) => text
                    .str("\n  `")
                    .str(row.key)
                    .str("` is provided without a qualifier: is that one meant?"),
            };
        }
        i += 1;
    }
    (text, found)
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

/// How a row whose type is the same but for `'static` lives for another time.
const fn apart(row: &Row, param: &Param) -> Option<Apart> {
    if !same_but_static(last(row.key), last(param.ty)) {
        return None;
    }
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
    let ty = ty.as_bytes();
    let mut i = 0;
    while i < ty.len() {
        if starts(ty, i, b"'static") {
            return true;
        }
        i += 1;
    }
    false
}

/// Whether two types are written in the same way, if `'static` is left out of both: `Two<'static, u8>` and `Two<u8>`.
const fn same_but_static(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (mut i, mut k) = (without_static(a, 0), without_static(b, 0));
    while i < a.len() && k < b.len() && a[i] == b[k] {
        i = without_static(a, i + 1);
        k = without_static(b, k + 1);
    }
    i == a.len() && k == b.len()
}

/// Where the type goes on, from `i` on, without lifetimes and what stands around them.
const fn without_static(ty: &[u8], mut i: usize) -> usize {
    loop {
        let start = i;
        if starts(ty, i, b" + 'static") {
            i += b" + 'static".len();
        }
        i = after_static(ty, i);
        if starts(ty, i, b"<") {
            let end = after_static(ty, i + 1);
            if end > i + 1 && starts(ty, end, b">") {
                i = end + 1;
            }
        }
        if i == start {
            return i;
        }
    }
}

/// After the lifetimes that stand there, and what parts them.
const fn after_static(ty: &[u8], mut i: usize) -> usize {
    while starts(ty, i, b"'static") {
        i += b"'static".len();
        if starts(ty, i, b", ") {
            i += 2;
        } else if starts(ty, i, b" ") {
            i += 1;
        }
    }
    i
}

const fn starts(text: &[u8], at: usize, with: &[u8]) -> bool {
    let mut i = 0;
    while i < with.len() {
        if at + i >= text.len() || text[at + i] != with[i] {
            return false;
        }
        i += 1;
    }
    true
}

const fn other_type(text: Text, row: &Row, param: &Param, apart: Option<Apart>) -> Text {
    let text = text.str("\n  ");
    match apart {
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
            let text = at(text, row);
            match same(row.key, param.ty) {
                true => text.str(": is an import missing, or is another lifetime meant?"),
                false => text.str(": is that one meant, or is an import missing?"),
            }
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

/// The last segment of a path, with its arguments and further bounds: `Pool<User>` of `db::Pool<User>`.
const fn last(name: &str) -> &str {
    let bytes = name.as_bytes();
    let (mut i, mut start) = (0, 0);
    while i < bytes.len() && !matches!(bytes[i], b'<' | b'+') {
        if matches!(bytes[i], b':' | b' ') && !starts(bytes, i, b" +") {
            start = i + 1;
        }
        i += 1;
    }
    name.split_at(start).1
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
