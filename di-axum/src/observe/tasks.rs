//! Tasks, by name.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::TaskCounts;

/// What the jobs of a task do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskStats {
    /// The name of the fn.
    pub name: &'static str,
    /// How many jobs there are, and were.
    pub counts: TaskCounts,
    /// How long the oldest of those that wait or run has been there.
    pub oldest: Option<Duration>,
}

/// Something that knows about the jobs of a task.
pub(crate) trait Counts: Send + Sync {
    fn read(&self) -> TaskStats;
}

/// The queues that were used, by the name of their task.
#[derive(Default)]
pub(crate) struct Queues(Mutex<BTreeMap<&'static str, Arc<dyn Counts>>>);

impl Queues {
    pub(crate) fn add(&self, name: &'static str, queue: Arc<dyn Counts>) {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        queues.insert(name, queue);
    }

    /// Those of these tasks. One that nobody has pushed to has done nothing.
    pub(super) fn read(&self, names: impl Iterator<Item = &'static str>) -> Vec<TaskStats> {
        let queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let none = |name| TaskStats {
            name,
            counts: TaskCounts::default(),
            oldest: None,
        };
        names
            .map(|name| {
                queues
                    .get(name)
                    .map_or_else(|| none(name), |queue| queue.read())
            })
            .collect()
    }
}
