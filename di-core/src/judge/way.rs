//! Ways through a graph. They run only when something is wrong.

use crate::{
    Scope,
    graph::{Kind, NO_ROW, Outside, Source, Table},
    node::Param,
};

/// Rows, one after the other.
pub(super) struct Way<const N: usize> {
    pub(super) rows: [u16; N],
    pub(super) len: usize,
}

/// The parameter by which a row takes another, one that needs it at once before one that is lazy; none for a binding.
pub(super) const fn param<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
    to: usize,
) -> Option<Param> {
    let Some(meta) = table.rows[row].meta else {
        return None;
    };
    let (mut k, mut lazy) = (0, None);
    while k < table.rows[row].len as usize {
        match table.edge(row, k) {
            Source::Row(target) if target as usize == to => return Some(meta.param(k)),
            Source::Lazy(target) if target as usize == to => lazy = Some(meta.param(k)),
            _ => {}
        }
        k += 1;
    }
    lazy
}

/// The shortest way to a row: from a handler if handlers are listed, else from a row that nobody needs. Breadth first.
pub(super) const fn way_to<const N: usize, const E: usize>(
    table: &Table<N, E>,
    to: usize,
) -> Way<N> {
    let (mut queue, mut end) = ([0u16; N], 0);
    let (mut from, mut seen) = ([NO_ROW; N], [false; N]);
    let needed = needed(table);
    let mut i = 0;
    while i < N {
        let is_root = if table.has_roots {
            table.rows[i].kind.is_root()
        } else {
            !needed[i]
        };
        if is_root {
            seen[i] = true;
            queue[end] = i as u16;
            end += 1;
        }
        i += 1;
    }
    let mut next = 0;
    while next < end && !seen[to] {
        let row = queue[next] as usize;
        next += 1;
        let mut k = 0;
        while k < table.rows[row].len as usize {
            if let Some(target) = table.edge(row, k).row()
                && !seen[target as usize]
            {
                seen[target as usize] = true;
                from[target as usize] = row as u16;
                queue[end] = target;
                end += 1;
            }
            k += 1;
        }
    }
    backwards(&from, to)
}

/// The way along `from`, turned around.
const fn backwards<const N: usize>(from: &[u16; N], to: usize) -> Way<N> {
    let mut len = 1;
    let mut row = to;
    while from[row] != NO_ROW {
        row = from[row] as usize;
        len += 1;
    }
    let mut way = Way {
        rows: [to as u16; N],
        len,
    };
    row = to;
    while len > 0 {
        len -= 1;
        way.rows[len] = row as u16;
        if from[row] != NO_ROW {
            row = from[row] as usize;
        }
    }
    way
}

/// For each row, whether another needs it.
const fn needed<const N: usize, const E: usize>(table: &Table<N, E>) -> [bool; N] {
    let mut needed = [false; N];
    let mut k = 0;
    while k < E {
        if let Some(to) = table.edges[k].row() {
            needed[to as usize] = true;
        }
        k += 1;
    }
    needed
}

/// A path from one row to another along the edges that need their row at once, both included. Depth first.
pub(super) const fn path<const N: usize, const E: usize>(
    table: &Table<N, E>,
    from: usize,
    to: usize,
) -> Way<N> {
    let mut way = Way {
        rows: [from as u16; N],
        len: 1,
    };
    let mut next = [0usize; N];
    let mut seen = [false; N];
    seen[from] = true;
    while way.len > 0 && way.rows[way.len - 1] as usize != to {
        let row = way.rows[way.len - 1] as usize;
        let k = next[row];
        next[row] += 1;
        if k >= table.rows[row].len as usize {
            way.len -= 1;
        } else if let Source::Row(target) = table.edge(row, k)
            && !seen[target as usize]
        {
            seen[target as usize] = true;
            way.rows[way.len] = target;
            way.len += 1;
        }
    }
    way
}

/// From a singleton through transients: the path to a request-scoped row, or (`extractor`) to a row with an extractor.
/// Empty when there is none.
pub(super) const fn inside<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
    extractor: bool,
) -> Way<N> {
    let mut way = Way {
        rows: [row as u16; N],
        len: 1,
    };
    let mut next = [0usize; N];
    let mut seen = [false; N];
    while way.len > 0 {
        let row = way.rows[way.len - 1] as usize;
        let k = next[row];
        next[row] += 1;
        if k >= table.rows[row].len as usize {
            way.len -= 1;
            continue;
        }
        match table.edge(row, k) {
            Source::Extract(_) if extractor => return way,
            Source::Row(to) | Source::Lazy(to) => {
                let scope = table.rows[to as usize].scope;
                let goes_on = scope.is(Scope::Transient) && !seen[to as usize];
                if goes_on || (scope.is(Scope::Request) && !extractor) {
                    seen[to as usize] = true;
                    way.rows[way.len] = to;
                    way.len += 1;
                    if !goes_on {
                        return way;
                    }
                }
            }
            _ => {}
        }
    }
    way
}

/// Whether a row takes a transient, directly or inside other transients.
pub(super) const fn takes<const N: usize, const E: usize>(
    table: &Table<N, E>,
    row: usize,
    transient: usize,
) -> bool {
    let (mut open, mut len, mut seen) = ([row as u16; N], 1, [false; N]);
    while len > 0 {
        len -= 1;
        let row = open[len] as usize;
        let mut k = 0;
        while k < table.rows[row].len as usize {
            if let Source::Row(to) = table.edge(row, k) {
                if to as usize == transient {
                    return true;
                }
                if table.rows[to as usize].scope.is(Scope::Transient) && !seen[to as usize] {
                    seen[to as usize] = true;
                    open[len] = to;
                    len += 1;
                }
            }
            k += 1;
        }
    }
    false
}

/// The way from a root, through all that is built for it, to what comes from outside. Empty when there is none. Depth first.
pub(super) const fn way_out<const N: usize, const E: usize>(
    table: &Table<N, E>,
    root: usize,
    what: Outside,
) -> Way<N> {
    let mut way = Way {
        rows: [root as u16; N],
        len: 1,
    };
    let (mut next, mut seen) = ([0usize; N], [false; N]);
    while way.len > 0 {
        let row = way.rows[way.len - 1] as usize;
        if matches!((what, table.rows[row].kind), (Outside::Seed, Kind::Seed)) {
            return way;
        }
        let k = next[row];
        next[row] += 1;
        if k >= table.rows[row].len as usize {
            way.len -= 1;
            continue;
        }
        match (table.edge(row, k), what) {
            (Source::Extract(_), Outside::Extractor) => return way,
            (Source::Row(to) | Source::Lazy(to), _)
                if !table.rows[to as usize].scope.is(Scope::Singleton) && !seen[to as usize] =>
            {
                seen[to as usize] = true;
                way.rows[way.len] = to;
                way.len += 1;
            }
            _ => {}
        }
    }
    way
}

/// Whether a root of this kind has this row built for it.
pub(super) const fn is_built_for<const N: usize, const E: usize>(
    table: &Table<N, E>,
    kind: Kind,
    row: usize,
) -> bool {
    let (mut open, mut len, mut seen) = ([0u16; N], 0, [false; N]);
    let mut i = 0;
    while i < N {
        if table.rows[i].kind as u8 == kind as u8 {
            open[len] = i as u16;
            len += 1;
        }
        i += 1;
    }
    while len > 0 {
        len -= 1;
        let from = open[len] as usize;
        let mut k = 0;
        while k < table.rows[from].len as usize {
            if let Some(to) = table.edge(from, k).row() {
                let is_built = !table.rows[to as usize].scope.is(Scope::Singleton);
                if is_built && to as usize == row {
                    return true;
                }
                if is_built && !seen[to as usize] {
                    seen[to as usize] = true;
                    open[len] = to;
                    len += 1;
                }
            }
            k += 1;
        }
    }
    false
}
