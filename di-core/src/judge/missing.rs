//! DI001, and DI007 for what is no extractor: nothing provides a dependency.

use super::{
    needed_by,
    say::{Apart, at, hints, node, same, takes},
};
use crate::{
    Scope,
    graph::{Kind, Row, Source, Table},
    key::Mode,
    near::Module,
    node::Param,
    text::Text,
};

/// `struct Users<'r> { pool: &'r Pool }`, and no `Pool` in the list. Said once for a type, at the first that asks for it.
pub(super) const fn check_missing<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
) -> Option<Text> {
    let (mut k, mut is_first) = (0, true);
    while k < table.rows[row].len as usize {
        if matches!(table.edge(row, k), Source::Missing) {
            let Some(param) = &table.rows[row].asked(k) else {
                return None;
            };
            if matches!(param.mode, Mode::Extract) {
                return Some(no_extractor(&table.rows[row], param));
            }
            if !is_said_before(table, row, k, param) {
                let module = if is_first {
                    table.rows[row].module
                } else {
                    None
                };
                return Some(missing(table, row, param, module));
            }
            is_first = false;
        }
        k += 1;
    }
    None
}

/// `#[extract] token: Token`, and `Token` does not implement `FromRequestParts`.
const fn no_extractor(row: &Row, param: &Param) -> Text {
    let text = Text::new()
        .str("[DI007] `")
        .str(param.ty)
        .str("` is not an extractor\n  ");
    at(takes(node(text, row), param), row)
        .str("\n  help: implement `FromRequestParts` for `")
        .str(param.ty)
        .str("`, for any state or for this container as state")
}

const fn missing<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
    param: &Param,
    module: Option<&Module>,
) -> Text {
    let text = Text::new()
        .str("[DI001] nothing provides `")
        .str(param.ty)
        .str("`");
    let text = under(text, param).str("\n  ");
    let text = match table.rows[row].kind {
        // `dyn Mailer = SmtpMailer`, and no `SmtpMailer` in the list.
        Kind::Binding => text
            .str("`")
            .str(table.rows[row].name)
            .str("` is bound to it"),
        _ => at(takes(node(text, &table.rows[row]), param), &table.rows[row]),
    };
    let text = needed_by(text, table, row);
    let text = also(text, table, row, param);
    let (text, apart) = hints(text, table, &table.rows[row], param);
    if let Some((apart, provided)) = apart {
        return lives_otherwise(text, apart, &table.rows[row], &table.rows[provided], param);
    }
    if let Some(module) = module {
        return text
            .str("\n  the module `")
            .str(module.name)
            .str("` lists it, at ")
            .str(module.file)
            .str(":")
            .number(module.line)
            .str(", and is not included\n  help: include it in the list of `")
            .str(table.name)
            .str("`, `..")
            .str(module.name)
            .str("`");
    }
    let is_object = is_object(param.ty);
    let text = text.str(if is_object {
        "\n  help: bind it in the list of `"
    } else {
        "\n  help: add `"
    });
    let text = match is_object {
        true => text
            .str(table.name)
            .str("` to a listed type that implements it, `"),
        false => text,
    };
    let text = match param.qualifier {
        Some(qualifier) => text.str("#[qualifier(").str(qualifier).str(")] "),
        None => text,
    };
    let text = text.str(param.ty);
    if is_object {
        return text.str(" = Type`; or include the module that does");
    }
    let text = text
        .str("` to the list of `")
        .str(table.name)
        .str("`, include a module that lists it");
    match param.qualifier {
        // A field has none.
        Some(_) => text,
        None => text
            .str(", or hand it in as a field of `")
            .str(table.name)
            .str("`"),
    }
}

/// What helps when the type of this name lives for another time.
const fn lives_otherwise(
    text: Text,
    apart: Apart,
    asking: &Row,
    provided: &Row,
    param: &Param,
) -> Text {
    let text = text.str("\n  help: ");
    match apart {
        Apart::ProvidedForever if matches!(asking.kind, Kind::Binding) => {
            text.str("bind it to `").str(provided.key).str("`")
        }
        Apart::Outlives => text
            .str("borrow it, `")
            .str(param.name)
            .str(": &")
            .str(provided.key)
            .str("`, in something request-scoped; or pass what is needed of it as an argument of a method"),
        Apart::AskedForever if matches!((asking.kind, asking.scope), (Kind::Node, Scope::Singleton)) => text
            .str("`")
            .str(asking.name)
            .str("` lives as long as the app and cannot borrow: make it `request`; or have `")
            .str(provided.name)
            .str("` hold `Arc<T>` in place of `&T`"),
        Apart::AskedForever => text.str("write `'_`, or a lifetime of your own, in place of `'static`"),
        Apart::ProvidedForever => text.str("ask for `").str(provided.key).str("`"),
    }
}

/// Whether it is a trait object.
const fn is_object(ty: &str) -> bool {
    matches!(ty.as_bytes(), [b'd', b'y', b'n', b' ', ..])
}

const fn under(text: Text, param: &Param) -> Text {
    match param.qualifier {
        Some(qualifier) => text.str(" under `").str(qualifier).str("`"),
        None => text,
    }
}

/// Whether a row before this one, or a parameter before this one, misses the same.
const fn is_said_before<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
    param_k: usize,
    param: &Param,
) -> bool {
    let mut r = 0;
    while r <= row {
        let mut k = 0;
        while k < table.rows[r].len as usize && (r < row || k < param_k) {
            if misses(table, r, k, param) {
                return true;
            }
            k += 1;
        }
        r += 1;
    }
    false
}

/// Whether parameter `k` of a row misses what `param` misses. Types are compared by what is written.
const fn misses<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
    k: usize,
    param: &Param,
) -> bool {
    match (table.edge(row, k), table.rows[row].asked(k)) {
        (Source::Missing, Some(other)) => {
            !matches!(other.mode, Mode::Extract)
                && same(other.ty, param.ty)
                && match (other.qualifier, param.qualifier) {
                    (Some(a), Some(b)) => same(a, b),
                    (None, None) => true,
                    _ => false,
                }
        }
        _ => false,
    }
}

/// Who else misses it, by name.
const fn also<const N: usize, const E: usize>(
    mut text: Text,
    table: &Table<N, E>,
    row: usize,
    param: &Param,
) -> Text {
    let (mut r, mut found) = (row + 1, 0u32);
    while r < N {
        let mut k = 0;
        while k < table.rows[r].len as usize {
            if misses(table, r, k, param) {
                text = text
                    .str(if found == 0 {
                        "\n  also asked for by `"
                    } else {
                        ", `"
                    })
                    .str(table.rows[r].name)
                    .str("`");
                found += 1;
                break;
            }
            k += 1;
        }
        r += 1;
    }
    text
}
