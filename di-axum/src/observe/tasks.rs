//! Tasks, by name.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use super::desk::lock;
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

/// Name, file and line of a task: in another module there may be one of the same name.
pub(crate) type TaskKey = (&'static str, &'static str, u32);

/// The queues that were used, by their task.
#[derive(Default)]
pub(crate) struct Queues(Mutex<BTreeMap<TaskKey, Arc<dyn Counts>>>);

impl Queues {
    pub(crate) fn add(&self, task: TaskKey, queue: Arc<dyn Counts>) {
        let mut queues = lock(&self.0);
        queues.insert(task, queue);
    }

    /// Those of these tasks. One that nobody has pushed to has done nothing.
    pub(super) fn read(&self, tasks: impl Iterator<Item = TaskKey>) -> Vec<TaskStats> {
        let queues = lock(&self.0);
        let none = |name| TaskStats {
            name,
            counts: TaskCounts::default(),
            oldest: None,
        };
        tasks
            .map(|task| {
                let queue = queues.get(&task);
                queue.map_or_else(|| none(task.0), |queue| queue.read())
            })
            .collect()
    }
}
