//! What is built and torn down for a route, or for whatever else, and how long its handler runs.

use std::{
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use di_core::__private::{Act, Took};
use thread_local::ThreadLocal;

use super::{desk::lock, nodes::RouteNode, routes::Spent, timing::Tally};

/// What one thread counts of it, or all together.
#[derive(Default)]
pub(super) struct Share {
    /// Nanoseconds of the handler.
    pub(super) handler: u64,
    /// In the order in which they were first built.
    pub(super) nodes: Vec<NodeTally>,
}

/// Of one row. In this order, so that what most values take of it is one cache line.
#[derive(Clone, Default)]
#[repr(C)]
pub(super) struct NodeTally {
    pub(super) row: u16,
    pub(super) failures: u64,
    /// Nanoseconds of those that failed.
    failing: u64,
    in_vain: u64,
    pub(super) build: Tally,
    pub(super) teardown: Tally,
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

/// What is built for no route, counted by each thread.
#[derive(Default)]
pub(super) struct Others(ThreadLocal<Own>);

/// Its lines are no other thread's.
#[derive(Default)]
#[repr(align(128))]
struct Own(Mutex<Share>);

impl Others {
    /// Where this thread counts.
    pub(super) fn mine(&self) -> MutexGuard<'_, Share> {
        lock(&self.0.get_or_default().0)
    }

    pub(super) fn read(&self) -> Share {
        let mut sum = Share::default();
        self.0.iter().for_each(|own| sum.merge(&lock(&own.0)));
        sum
    }
}

impl Share {
    /// Counts something that was done, and returns where what is done next will probably be: what is built for a route is so in the same order again. There it
    /// is looked for first.
    #[inline]
    pub(super) fn count(&mut self, took: &Took, nanos: u64, next: usize) -> usize {
        let place = self.place(took.row, next);
        let node = &mut self.nodes[place];
        match (took.act, took.is_failed) {
            (Act::Construct, false) => node.build.add(nanos),
            (Act::Construct, true) => {
                node.failures += 1;
                node.failing += nanos;
            }
            (Act::Teardown, _) => node.teardown.add(nanos),
        }
        place + 1
    }

    /// These values were built, and nobody got them.
    pub(super) fn in_vain(&mut self, rows: &[u16]) {
        for row in rows {
            let k = self.place(*row, 0);
            self.nodes[k].in_vain += 1;
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.handler += other.handler;
        for node in &other.nodes {
            let k = self.place(node.row, 0);
            self.nodes[k].merge(node);
        }
    }

    /// In the order of the graph.
    pub(super) fn sort(&mut self) {
        self.nodes.sort_by_key(|node| node.row);
    }

    /// Where the row is, which is looked for from `next` on.
    fn place(&mut self, row: u16, next: usize) -> usize {
        if self.nodes.get(next).is_some_and(|node| node.row == row) {
            return next;
        }
        self.search(row)
    }

    #[inline(never)]
    fn search(&mut self, row: u16) -> usize {
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
