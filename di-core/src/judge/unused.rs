//! DI016: what is listed, and no root reaches it.
//!
//! A warning is said by the compiler's lint `deprecated`, which is the only one that others can use. What the container
//! writes for it is in `di-macros/src/container/expand/unused.rs`.

use super::is_refused;
use crate::graph::Table;

/// For each row, whether a root reaches it. All of them, when nothing is listed as a root; and when the graph is refused, or something
/// of it could not be written and so does not say what it needs: then that may be what would use them.
pub const fn used<const N: usize, const E: usize>(table: &Table<N, E>) -> [bool; N] {
    if !table.has_roots {
        return [true; N];
    }
    let (mut used, mut open, mut len) = ([false; N], [0u16; N], 0);
    let mut row = 0;
    while row < N {
        if table.rows[row].kind.is_root() {
            used[row] = true;
            open[len] = row as u16;
            len += 1;
        }
        row += 1;
    }
    let mut next = 0;
    while next < len {
        let row = open[next] as usize;
        next += 1;
        let mut k = 0;
        while k < table.rows[row].len as usize {
            if let Some(to) = table.edge(row, k).row()
                && !used[to as usize]
            {
                used[to as usize] = true;
                open[len] = to;
                len += 1;
            }
            k += 1;
        }
    }
    if len < N && (is_refused(table) || has_stub(table)) {
        return [true; N];
    }
    used
}

/// Whether a macro has failed for one of the entries, and said so.
const fn has_stub<const N: usize, const E: usize>(table: &Table<N, E>) -> bool {
    let mut row = 0;
    while row < N {
        if let Some(meta) = table.rows[row].meta
            && meta.is_stub()
        {
            return true;
        }
        row += 1;
    }
    false
}

/// Whether a root reaches one of these rows, which are those that a module brings.
pub const fn any_used(used: &[bool], rows: &[usize]) -> bool {
    let mut i = 0;
    while i < rows.len() {
        if used[rows[i]] {
            return true;
        }
        i += 1;
    }
    false
}
