//! What runs beside requests, and its end.

use std::{
    collections::BTreeMap,
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use di_core::BoxError;
use tokio::time::{Instant, timeout_at};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{service::Running, task::TaskEnd};

/// How long an app waits for what runs when it is shut down, unless something else is said.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// How long it waits beyond that for what was told to end at once: its teardown may take that long.
const GRACE: Duration = Duration::from_secs(5);

/// Hears of every task that ends.
pub(crate) type Hook = Arc<dyn Fn(&TaskEnd<'_>) + Send + Sync>;

/// What runs beside the requests of an app.
pub(crate) struct Background {
    /// Tasks.
    pub(super) tasks: TaskTracker,
    /// Teardowns of requests whose client went away, blocking handlers, and open scopes.
    pub(crate) scopes: TaskTracker,
    /// Cancelled when the app begins to shut down.
    pub(crate) stopping: CancellationToken,
    /// Cancelled when nobody waits any longer for a task.
    pub(super) cut: CancellationToken,
    /// In the order in which they were started.
    services: Mutex<Vec<Running>>,
    /// What runs, by name, and how often.
    names: Mutex<BTreeMap<&'static str, usize>>,
    /// What stopped the app, or failed while it was being stopped.
    failures: Mutex<Vec<(&'static str, BoxError)>>,
    /// Held while it is being shut down.
    ending: tokio::sync::Mutex<()>,
    is_over: AtomicBool,
    has_services: AtomicBool,
    deadline: Duration,
    hook: Option<Hook>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No user's code runs under these.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Background {
    pub(crate) fn new(deadline: Duration, hook: Option<Hook>) -> Self {
        Background {
            tasks: TaskTracker::new(),
            scopes: TaskTracker::new(),
            stopping: CancellationToken::new(),
            cut: CancellationToken::new(),
            services: Mutex::default(),
            names: Mutex::default(),
            failures: Mutex::default(),
            ending: tokio::sync::Mutex::default(),
            is_over: AtomicBool::new(false),
            has_services: AtomicBool::new(false),
            deadline,
            hook,
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(SeqCst)
    }

    /// When what runs has to be through, if the app is shut down now.
    pub(crate) fn deadline(&self) -> Instant {
        Instant::now() + self.deadline
    }

    /// A task of this name runs, until what this returns is dropped.
    pub(super) fn enter(&self, name: &'static str) -> Entered<'_> {
        *lock(&self.names).entry(name).or_default() += 1;
        Entered {
            background: self,
            name,
        }
    }

    /// Tells whoever wanted to know of tasks that end.
    pub(super) fn tell(&self, end: TaskEnd<'_>) {
        if let Some(hook) = &self.hook
            && std::panic::catch_unwind(AssertUnwindSafe(|| hook(&end))).is_err()
        {
            tracing::error!(task = end.name, "what `on_task_end` was given panicked");
        }
    }

    /// Something failed, and the app is to stop for it.
    pub(super) fn fail(&self, name: &'static str, error: BoxError) {
        lock(&self.failures).push((name, error));
        self.stopping.cancel();
    }

    /// What failed, by name, in the order in which it did; told once.
    pub(crate) fn take_failures(&self) -> Vec<(&'static str, BoxError)> {
        std::mem::take(&mut *lock(&self.failures))
    }

    /// Whether the services are to be started: they were not, and the app is not about to end.
    pub(super) fn begin_services(&self) -> bool {
        !self.has_services.swap(true, SeqCst) && !self.stopping.is_cancelled()
    }

    pub(super) fn services(&self) -> MutexGuard<'_, Vec<Running>> {
        lock(&self.services)
    }

    /// Tells everything to end and waits for it: tasks, then services, the last one first, then what scopes are still open. What is not through by
    /// the deadline is cut off, and named.
    pub(crate) async fn end(&self, deadline: Instant) {
        let _turn = self.ending.lock().await;
        self.stopping.cancel();
        self.end_tasks(deadline).await;
        loop {
            let Some(last) = self.services().pop() else {
                break;
            };
            last.stop(deadline.max(Instant::now() + GRACE)).await;
        }
        // Those that services have pushed.
        self.end_tasks(deadline).await;
        let closed = wait(&self.scopes, deadline).await && {
            // What comes after this is refused; what came before is waited for.
            self.is_over.store(true, SeqCst);
            wait(&self.scopes, deadline).await && wait(&self.tasks, deadline).await
        };
        self.is_over.store(true, SeqCst);
        if !closed {
            tracing::error!(
                scopes = self.scopes.len(),
                "the app was shut down while scopes were open, or what they hold was being torn down"
            );
        }
    }

    async fn end_tasks(&self, deadline: Instant) {
        if wait(&self.tasks, deadline).await {
            return;
        }
        tracing::error!(
            tasks = self.names(),
            waiting = self.tasks.len(),
            "tasks were not through by the deadline, and are cut off"
        );
        self.cut.cancel();
        if !wait(&self.tasks, Instant::now() + GRACE).await {
            tracing::error!(
                tasks = self.names(),
                "tasks block their threads, and are left behind"
            );
        }
        // Their teardowns.
        wait(&self.scopes, Instant::now() + GRACE).await;
    }

    /// What runs: `welcome, export (3)`
    fn names(&self) -> String {
        let names = lock(&self.names);
        let names = names.iter().map(|(name, count)| match count {
            1 => (*name).to_string(),
            count => format!("{name} ({count})"),
        });
        names.collect::<Vec<_>>().join(", ")
    }
}

/// Waits until there is nothing; whether that was so in time.
async fn wait(tracker: &TaskTracker, deadline: Instant) -> bool {
    tracker.close();
    // Without a timer, which not every runtime has.
    tracker.is_empty() || timeout_at(deadline, tracker.wait()).await.is_ok()
}

pub(super) struct Entered<'a> {
    background: &'a Background,
    name: &'static str,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        let mut names = lock(&self.background.names);
        if let Some(count) = names.get_mut(self.name) {
            *count -= 1;
            if *count == 0 {
                names.remove(self.name);
            }
        }
    }
}
