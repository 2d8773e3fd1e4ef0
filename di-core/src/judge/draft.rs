//! Drafts: what the judge would say of a graph, at run time, where it can be printed beside the graph.

use super::verdict;
use crate::graph::Table;

/// What is wrong with each row, in the words of the compile-time errors.
pub fn refusals<const N: usize, const E: usize>(table: &Table<N, E>) -> Vec<String> {
    (0..N)
        .filter_map(|row| verdict(table, row))
        .map(|text| text.as_str().to_string())
        .collect()
}
