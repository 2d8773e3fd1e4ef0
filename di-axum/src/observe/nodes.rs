//! What is built of each node, in an app and for a route.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use di_core::{
    __private::{Act, Took},
    Graph, Scope,
};

use super::{shards::Sharded, timing::Timing};

/// What was built of a node, by whatever asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeStats {
    /// Its place in [`Graph::nodes`](crate::Graph::nodes).
    pub row: usize,
    /// Its name.
    pub name: &'static str,
    /// How long its values live.
    pub scope: Scope,
    /// How many were built.
    pub constructions: u64,
    /// How many constructors failed or panicked.
    pub failures: u64,
    /// How many there are now: of open scopes, and of the app. A transient counts as long as what it was built for.
    pub live: u64,
    /// How long its constructor takes, without what it needs; while an async one waits, too.
    pub build: Timing,
    /// How long its teardown takes.
    pub teardown: Timing,
}

/// What a route builds of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RouteNode {
    /// Its place in [`Graph::nodes`](crate::Graph::nodes).
    pub row: usize,
    /// How many were built for requests of the route.
    pub constructions: u64,
    /// How long that took together.
    pub took: Duration,
    /// How many of them nobody got in the end: neither the handler, which did not run, nor another constructor.
    pub in_vain: u64,
}

/// A node, as logs and spans name it.
pub(super) struct Named {
    pub(super) name: &'static str,
    pub(super) scope: Option<Scope>,
    pub(super) place: Option<(&'static str, u32)>,
}

impl Named {
    pub(super) fn scope(&self) -> &'static str {
        self.scope.map_or("", Scope::name)
    }
}

const UNKNOWN: Named = Named {
    name: "",
    scope: None,
    place: None,
};

/// What is counted of the nodes of an app.
pub(super) struct Nodes {
    graph: Graph,
    names: Vec<Named>,
    counted: Sharded<Mutex<Vec<Cells>>>,
}

/// Of one row.
#[derive(Clone, Default)]
struct Cells {
    build: Timing,
    failures: u64,
    teardown: Timing,
}

impl Nodes {
    pub(super) fn new(graph: Graph) -> Self {
        let names = graph.nodes().map(|node| Named {
            name: node.name,
            scope: node.scope,
            place: node.place,
        });
        Nodes {
            graph,
            names: names.collect(),
            counted: Sharded::new(Mutex::default),
        }
    }

    pub(super) fn named(&self, row: u16) -> &Named {
        self.names.get(usize::from(row)).unwrap_or(&UNKNOWN)
    }

    /// Those of these rows that no other of them asks for.
    pub(super) fn unasked(&self, rows: &[u16]) -> Vec<u16> {
        let is_among = |row: usize| rows.iter().any(|among| usize::from(*among) == row);
        let asked = self.graph.edges().filter(|edge| is_among(edge.from));
        let asked: Vec<usize> = asked.map(|edge| edge.to).collect();
        let unasked = rows
            .iter()
            .filter(|row| !asked.contains(&usize::from(**row)));
        unasked.copied().collect()
    }

    pub(super) fn count(&self, all: &[Took]) {
        let mut cells = lock(self.counted.mine());
        for took in all {
            let row = usize::from(took.row);
            if cells.len() <= row {
                cells.resize(row + 1, Cells::default());
            }
            match (took.act, took.is_failed) {
                (Act::Construct, false) => cells[row].build.add(took.took),
                (Act::Construct, true) => cells[row].failures += 1,
                (Act::Teardown, _) => cells[row].teardown.add(took.took),
            }
        }
    }

    /// The nodes that have a constructor or were built, in the order of the graph.
    pub(super) fn read(&self, live: &HashMap<usize, u64>) -> Vec<NodeStats> {
        let mut sums: Vec<Cells> = vec![Cells::default(); self.names.len()];
        for cells in self.counted.all() {
            for (sum, cells) in sums.iter_mut().zip(&*lock(cells)) {
                sum.build.merge(&cells.build);
                sum.failures += cells.failures;
                sum.teardown.merge(&cells.teardown);
            }
        }
        let nodes = sums.into_iter().zip(&self.names).enumerate();
        nodes
            .filter_map(|(row, (sum, named))| {
                Some(NodeStats {
                    row,
                    name: named.name,
                    scope: named.scope?,
                    constructions: sum.build.count,
                    failures: sum.failures,
                    live: live.get(&row).copied().unwrap_or(0),
                    build: sum.build,
                    teardown: sum.teardown,
                })
            })
            .collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No user's code runs under it.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
