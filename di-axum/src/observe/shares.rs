//! What the time of a route goes to, and what is built for it.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use di_core::__private::{Act, Took};

use super::{nodes::RouteNode, routes::Spent, shards::Sharded};

/// Of one route, while it is counted.
pub(super) struct Shares(Sharded<Mutex<Share>>);

/// What it comes to.
#[derive(Default)]
pub(super) struct Share {
    pub(super) spent: Spent,
    /// In the order in which they were first built.
    pub(super) nodes: Vec<RouteNode>,
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
            match took.act {
                Act::Construct => {
                    share.spent.constructors += took.took;
                    if !took.is_failed {
                        next = share.place(usize::from(took.row), next);
                        share.nodes[next].constructions += 1;
                        share.nodes[next].took += took.took;
                        next += 1;
                    }
                }
                Act::Teardown => share.spent.teardown += took.took,
            }
        }
    }

    /// These values were built, and nobody got them.
    pub(super) fn in_vain(&self, rows: &[u16]) {
        let mut share = lock(self.0.mine());
        for row in rows {
            let k = share.place(usize::from(*row), 0);
            share.nodes[k].in_vain += 1;
        }
    }

    pub(super) fn handled(&self, took: Duration) {
        lock(self.0.mine()).spent.handler += took;
    }

    pub(super) fn read(&self) -> Share {
        let mut sum = Share::default();
        for share in self.0.all() {
            let share = lock(share);
            sum.spent.constructors += share.spent.constructors;
            sum.spent.handler += share.spent.handler;
            sum.spent.teardown += share.spent.teardown;
            for node in &share.nodes {
                let k = sum.place(node.row, 0);
                sum.nodes[k].constructions += node.constructions;
                sum.nodes[k].took += node.took;
                sum.nodes[k].in_vain += node.in_vain;
            }
        }
        sum.nodes.sort_by_key(|node| node.row);
        sum
    }
}

impl Share {
    /// Where the row is, which is looked for from `next` on.
    fn place(&mut self, row: usize, next: usize) -> usize {
        let len = self.nodes.len();
        let found = (0..len)
            .map(|k| (next + k) % len)
            .find(|k| self.nodes[*k].row == row);
        found.unwrap_or_else(|| {
            self.nodes.push(RouteNode {
                row,
                constructions: 0,
                took: Duration::ZERO,
                in_vain: 0,
            });
            len
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No user's code runs under it.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
