//! What is built and torn down for a route, or for whatever else, and how long its handler runs.

use std::{sync::Mutex, time::Duration};

use di_core::__private::{Act, Took};

use super::{
    nodes::RouteNode,
    routes::Spent,
    shards::{Sharded, lock},
    timing::Tally,
};

/// While it is counted.
pub(super) struct Shares(Sharded<Mutex<Share>>);

/// What it comes to.
#[derive(Default)]
pub(super) struct Share {
    handler: u64,
    /// In the order in which they were first built.
    pub(super) nodes: Vec<NodeTally>,
}

/// Of one row.
#[derive(Clone, Default)]
pub(super) struct NodeTally {
    pub(super) row: u16,
    pub(super) build: Tally,
    pub(super) failures: u64,
    /// Nanoseconds of those that failed.
    failing: u64,
    pub(super) teardown: Tally,
    in_vain: u64,
}

impl NodeTally {
    pub(super) fn merge(&mut self, other: &Self) {
        self.build.merge(&other.build);
        self.failures += other.failures;
        self.failing += other.failing;
        self.teardown.merge(&other.teardown);
        self.in_vain += other.in_vain;
    }
}

impl Shares {
    pub(super) fn new() -> Self {
        Shares(Sharded::new(Mutex::default))
    }

    pub(super) fn count(&self, all: &[Took]) {
        let mut share = lock(self.0.mine());
        // What is built for a route is so in the same order again: the next one is mostly behind this one.
        let mut next = 0;
        for took in all {
            next = share.place(took.row, next);
            let node = &mut share.nodes[next];
            match (took.act, took.is_failed) {
                (Act::Construct, false) => node.build.add(took.nanos),
                (Act::Construct, true) => {
                    node.failures += 1;
                    node.failing += took.nanos;
                }
                (Act::Teardown, _) => node.teardown.add(took.nanos),
            }
            next += 1;
        }
    }

    /// These values were built, and nobody got them.
    pub(super) fn in_vain(&self, rows: &[u16]) {
        let mut share = lock(self.0.mine());
        for row in rows {
            let k = share.place(*row, 0);
            share.nodes[k].in_vain += 1;
        }
    }

    pub(super) fn handled(&self, nanos: u64) {
        lock(self.0.mine()).handler += nanos;
    }

    /// All of it, in the order of the graph.
    pub(super) fn read(&self) -> Share {
        let mut sum = Share::default();
        for share in self.0.all() {
            let share = lock(share);
            sum.handler += share.handler;
            for node in &share.nodes {
                let k = sum.place(node.row, 0);
                sum.nodes[k].merge(node);
            }
        }
        sum.nodes.sort_by_key(|node| node.row);
        sum
    }
}

impl Share {
    /// Where the row is, which is looked for from `next` on.
    fn place(&mut self, row: u16, next: usize) -> usize {
        if self.nodes.get(next).is_some_and(|node| node.row == row) {
            return next;
        }
        let found = self.nodes.iter().position(|node| node.row == row);
        found.unwrap_or_else(|| {
            self.nodes.push(NodeTally {
                row,
                ..NodeTally::default()
            });
            self.nodes.len() - 1
        })
    }

    pub(super) fn spent(&self) -> Spent {
        let all =
            |nanos: fn(&NodeTally) -> u64| Duration::from_nanos(self.nodes.iter().map(nanos).sum());
        Spent {
            constructors: all(|node| node.build.nanos + node.failing),
            handler: Duration::from_nanos(self.handler),
            teardown: all(|node| node.teardown.nanos),
        }
    }

    /// The nodes that were built.
    pub(super) fn built(&self) -> Vec<RouteNode> {
        let read = self.nodes.iter().map(|node| {
            let build = node.build.read();
            RouteNode {
                row: usize::from(node.row),
                constructions: build.count,
                took: build.sum,
                in_vain: node.in_vain,
            }
        });
        read.filter(|node| node.constructions > 0).collect()
    }
}
