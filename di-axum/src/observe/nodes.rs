//! What is built of each node, in an app and for a route.

use std::{collections::HashMap, time::Duration};

use di_core::{__private::Source, Graph, Scope};

use crate::seen::Root;

use super::{
    shares::{NodeTally, Share},
    timing::Timing,
};

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
    /// How many there are now: of open scopes, and of the app. A transient counts as long as the scope that it was built in, and not where it was built for a
    /// singleton.
    pub live: u64,
    /// How long its constructor takes, without what it needs; while an async one waits, too. A struct that is put together of what it needs, and of nothing
    /// else, takes next to no time, and may be counted with none.
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

/// The nodes of an app.
pub(super) struct Nodes {
    graph: Graph,
    names: Vec<Named>,
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
        }
    }

    pub(super) fn named(&self, row: u16) -> &Named {
        self.names.get(usize::from(row)).unwrap_or(&UNKNOWN)
    }

    /// Those of the rows that were built for a handler that did not run, since something failed, which nobody got: neither a constructor that ran nor a guard.
    pub(super) fn in_vain(&self, built: &[u16], failed: &[u16], handler: &Root) -> Vec<u16> {
        if failed.is_empty() {
            return Vec::new();
        }
        let began = |row: usize| {
            built
                .iter()
                .chain(failed)
                .any(|ran| usize::from(*ran) == row)
        };
        let asked = self.graph.edges().filter(|edge| began(edge.from));
        let mut got: Vec<usize> = asked.map(|edge| edge.to).collect();
        let guards = handler.asks[..handler.guards].iter();
        got.extend(guards.filter_map(|source| match source {
            Source::Row(row) => Some(usize::from(*row)),
            _ => None,
        }));
        let in_vain = built
            .iter()
            .filter(|row| !got.contains(&usize::from(**row)));
        in_vain.copied().collect()
    }

    /// The nodes that are no roots, in the order of the graph.
    pub(super) fn read<'s>(
        &self,
        shares: impl Iterator<Item = &'s Share>,
        live: &HashMap<usize, u64>,
    ) -> Vec<NodeStats> {
        let mut sums = vec![NodeTally::default(); self.names.len()];
        for node in shares.flat_map(|share| &share.nodes) {
            if let Some(sum) = sums.get_mut(usize::from(node.row)) {
                sum.merge(node);
            }
        }
        let nodes = sums.into_iter().zip(&self.names).enumerate();
        nodes
            .filter_map(|(row, (sum, named))| {
                let build = sum.build.read();
                Some(NodeStats {
                    row,
                    name: named.name,
                    scope: named.scope?,
                    constructions: build.count,
                    failures: sum.failures,
                    live: live.get(&row).copied().unwrap_or(0),
                    build,
                    teardown: sum.teardown.read(),
                })
            })
            .collect()
    }
}
