//! Constructors that would wait for each other for ever.

use std::collections::VecDeque;

use super::turns::Wait;
use crate::graph::{Graph, NO_ROW, Source};

/// The rows of the circle that this wait would close, the first one repeated at the end. O(waits * rows), and only where
/// a constructor has to wait.
pub(super) fn circle(graph: Graph, waits: &[Wait], new: Wait) -> Option<Vec<u16>> {
    let mut seen = vec![new.to];
    let mut ways = VecDeque::from([vec![new]]);
    while let Some(way) = ways.pop_front() {
        let last = *way.last()?;
        if last.to == new.from {
            return Some(rows(graph, &way));
        }
        for wait in waits.iter().filter(|wait| wait.from == last.to) {
            if !seen.contains(&wait.to) || wait.to == new.from {
                seen.push(wait.to);
                ways.push_back(way.iter().chain([wait]).copied().collect());
            }
        }
    }
    None
}

/// Each that waits, then what it asked for, and what that needs, down to what it waits for.
fn rows(graph: Graph, way: &[Wait]) -> Vec<u16> {
    let first = way.first().map(|wait| wait.from);
    let asked = way
        .iter()
        .flat_map(|wait| path(graph, wait.wanted, wait.to));
    first.into_iter().chain(asked).collect()
}

/// The shortest way along what is needed at once, both ends included. O(rows + edges).
fn path(graph: Graph, from: u16, to: u16) -> Vec<u16> {
    let mut asked_by = vec![NO_ROW; graph.rows.len()];
    let mut queue = VecDeque::from([from]);
    while let Some(row) = queue.pop_front() {
        for source in graph.sources(row) {
            if let Source::Row(next) = *source
                && next != from
                && asked_by[usize::from(next)] == NO_ROW
            {
                asked_by[usize::from(next)] = row;
                queue.push_back(next);
            }
        }
    }
    let mut path = vec![to];
    let mut row = to;
    while row != from && asked_by[usize::from(row)] != NO_ROW {
        row = asked_by[usize::from(row)];
        path.push(row);
    }
    path.reverse();
    path
}
