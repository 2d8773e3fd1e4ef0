//! The queue of a task, one for each app.

use std::{
    error::Error,
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use axum::http::request::Parts;
use di_core::{
    __private::{Deps, Hosts, Late},
    Container, NotRunning,
};
use futures_util::future::BoxFuture;
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout},
};

use super::{
    background::Background,
    job::{Job, PayloadOf, Task, start},
    task::{PushError, TaskEnd, TaskError, TaskOptions, Why},
};
#[cfg(feature = "observe")]
use crate::observe::{Age, Ages};
use crate::{runtime::AppRuntime, seen::Beside};

/// The queue of the task that takes a `J`: a singleton, which `Tasks<J> = name` in the list brings along. Use it where there is no
/// scope that a job should wait for: in singletons, services and plain handlers.
///
/// The number of jobs that run at once is bounded, and so is that of those that wait. A job beyond that is refused, and
/// given back: nothing is dropped to make room, and nobody waits for it.
pub struct TaskQueue<J> {
    shared: Arc<Shared>,
    /// For those that run, and those that wait.
    places: Arc<Semaphore>,
    app: App<J>,
}

type App<J> = Box<dyn Fn(&Arc<Shared>) -> Result<Bound<J>, NotRunning> + Send + Sync>;

/// What the jobs of a task have in common.
struct Shared {
    name: &'static str,
    options: TaskOptions,
    turns: Arc<Semaphore>,
    tally: Tally,
    #[cfg(feature = "observe")]
    ages: Arc<Ages>,
    #[cfg(feature = "observe")]
    shown: std::sync::Once,
    #[cfg(feature = "observe")]
    key: crate::observe::TaskKey,
}

/// How many jobs there are; see [`TaskCounts`].
#[derive(Default)]
struct Tally {
    waiting: AtomicUsize,
    running: AtomicUsize,
    done: AtomicU64,
    failed: AtomicU64,
    dropped: AtomicU64,
}

/// A running app, which runs a `J`.
struct Bound<J> {
    background: Arc<Background>,
    run: Box<dyn FnOnce(J) -> BoxFuture<'static, Result<(), TaskError>> + Send>,
}

impl Tally {
    fn read(&self) -> TaskCounts {
        TaskCounts {
            waiting: self.waiting.load(Relaxed),
            running: self.running.load(Relaxed),
            done: self.done.load(Relaxed),
            failed: self.failed.load(Relaxed),
            dropped: self.dropped.load(Relaxed),
        }
    }
}

/// How many jobs a task has, and had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskCounts {
    /// Wait for the end of their scope, or for their turn.
    pub waiting: usize,
    /// Run.
    pub running: usize,
    /// Ended well, since the app was built.
    pub done: u64,
    /// Failed, panicked, took too long or were cut off.
    pub failed: u64,
    /// Never began: their scope was no success, or the app was shut down.
    pub dropped: u64,
}

/// A place in the queue. A job that loses its place without having begun is counted as dropped.
pub(super) struct Place {
    shared: Arc<Shared>,
    is_waiting: bool,
    _place: OwnedSemaphorePermit,
    /// From the push to the end of the job.
    #[cfg(feature = "observe")]
    _age: Age,
}

impl Place {
    fn new(shared: &Arc<Shared>, place: OwnedSemaphorePermit) -> Self {
        shared.tally.waiting.fetch_add(1, Relaxed);
        Place {
            shared: Arc::clone(shared),
            is_waiting: true,
            _place: place,
            #[cfg(feature = "observe")]
            _age: shared.ages.begin(),
        }
    }

    fn begin(&mut self) {
        self.is_waiting = false;
        self.shared.tally.waiting.fetch_sub(1, Relaxed);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.is_waiting {
            self.begin();
            self.shared.tally.dropped.fetch_add(1, Relaxed);
        }
    }
}

/// A job that runs.
struct InRun<'a>(&'a Tally);

impl<'a> InRun<'a> {
    fn new(tally: &'a Tally) -> Self {
        tally.running.fetch_add(1, Relaxed);
        InRun(tally)
    }
}

impl Drop for InRun<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Relaxed);
    }
}

#[cfg(feature = "observe")]
impl crate::observe::Counts for Shared {
    fn read(&self) -> crate::observe::TaskStats {
        crate::observe::TaskStats {
            name: self.name,
            counts: self.tally.read(),
            oldest: self.ages.oldest(),
        }
    }
}

impl Shared {
    /// Lets the app see it, once.
    fn show(self: &Arc<Self>, runtime: &AppRuntime) {
        #[cfg(feature = "observe")]
        self.shown
            .call_once(|| runtime.observed.queues.add(self.key, self.clone()));
        let _ = runtime;
    }

    /// Runs one job, and tells whoever wants to know.
    async fn attempt(
        &self,
        background: &Background,
        run: impl Future<Output = Result<(), TaskError>>,
    ) -> Result<(), TaskError> {
        let _counted = InRun::new(&self.tally);
        let _named = background.enter(self.name);
        let begun = Instant::now();
        let limited = async {
            match self.options.timeout {
                Some(limit) => match timeout(limit, run).await {
                    Ok(result) => result,
                    Err(_) => Err(TaskError::TimedOut(limit)),
                },
                None => run.await,
            }
        };
        let result = background.cut.run_until_cancelled(limited).await;
        let result = result.unwrap_or(Err(TaskError::CutOff));
        let count = match result {
            Ok(()) => &self.tally.done,
            Err(_) => &self.tally.failed,
        };
        count.fetch_add(1, Relaxed);
        background.tell(TaskEnd {
            name: self.name,
            result: result.as_ref().copied(),
            took: begun.elapsed(),
        });
        result
    }

    /// Waits for its turn, and runs a job that nobody waits for.
    async fn run<J>(self: Arc<Self>, bound: Bound<J>, job: J, mut place: Place) {
        let Bound { background, run } = bound;
        let turn = Arc::clone(&self.turns).acquire_owned();
        // Turns are never closed.
        let Some(Ok(_turn)) = background.cut.run_until_cancelled(turn).await else {
            tracing::error!(
                task = self.name,
                "a task was dropped: the app was shut down before its turn"
            );
            return;
        };
        place.begin();
        if let Err(error) = self.attempt(&background, run(job)).await {
            tracing::error!(
                task = self.name,
                error = &error as &dyn Error,
                "a task failed"
            );
            if self.options.stops_app {
                background.fail(self.name, error.into_own());
            }
        }
    }
}

impl<J: Send + 'static> TaskQueue<J> {
    /// The queue of the task `T` in an app.
    #[doc(hidden)]
    pub fn of<C, T, L, W>(late: &Late<C>) -> Arc<Self>
    where
        C: Hosts<T> + Container<Request = Parts>,
        T: Task<L, W> + Job<L, W>,
        L: Deps + 'static,
        J: PayloadOf<W>,
        W: Send + 'static,
    {
        let (options, late) = (T::OPTIONS, late.clone());
        let places = options.concurrency.saturating_add(options.queue);
        let semaphore = |limit: usize| Arc::new(Semaphore::new(limit.min(Semaphore::MAX_PERMITS)));
        Arc::new(TaskQueue {
            shared: Arc::new(Shared {
                name: T::META.name,
                options,
                turns: semaphore(options.concurrency),
                tally: Tally::default(),
                #[cfg(feature = "observe")]
                ages: Arc::default(),
                #[cfg(feature = "observe")]
                shown: std::sync::Once::new(),
                #[cfg(feature = "observe")]
                key: (T::META.name, T::META.file, T::META.line),
            }),
            places: semaphore(places),
            app: Box::new(move |shared| {
                let app = late.get()?;
                let runtime = app.handle().runtime_as::<AppRuntime>();
                let runtime = runtime.ok_or(NotRunning::OVER)?;
                shared.show(runtime);
                let background = Arc::clone(&runtime.background);
                Ok(Bound {
                    background,
                    run: Box::new(move |job| {
                        Box::pin(start::<C, T, L, W>(app, job.of(), Beside::Task))
                    }),
                })
            }),
        })
    }

    /// Runs a job as soon as there is a turn for it, whatever becomes of the scope of whoever pushes it. O(1).
    ///
    /// # Errors
    /// As for [`Tasks::push`](crate::Tasks::push).
    pub fn push(&self, job: J) -> Result<(), PushError<J>> {
        let (job, place) = self.take_place(job)?;
        self.begin(job, place);
        Ok(())
    }

    /// Runs a job now, in a scope of its own, and waits for its end: no queue, no turn to wait for. When the future is dropped before
    /// its end, what the scope has is torn down by a task of the app.
    ///
    /// # Errors
    /// What the task returned, or why it could not.
    pub async fn run(&self, job: J) -> Result<(), TaskError> {
        let Bound { background, run } = (self.app)(&self.shared).map_err(TaskError::NotRunning)?;
        let _open = background.tasks.token();
        #[cfg(feature = "observe")]
        let _age = self.shared.ages.begin();
        self.shared.attempt(&background, run(job)).await
    }

    /// How many jobs there are, and were. The numbers are read one after the other.
    pub fn counts(&self) -> TaskCounts {
        self.shared.tally.read()
    }

    pub(super) fn take_place(&self, job: J) -> Result<(J, Place), PushError<J>> {
        let Shared { name, options, .. } = &*self.shared;
        let why = match (
            (self.app)(&self.shared),
            Arc::clone(&self.places).try_acquire_owned(),
        ) {
            (Ok(_), Ok(place)) => return Ok((job, Place::new(&self.shared, place))),
            (Err(error), _) => Why::NotRunning(error),
            (Ok(_), Err(_)) => Why::Full(options.concurrency.saturating_add(options.queue)),
        };
        Err(PushError::new(job, name, why))
    }

    /// The job is due. Where nobody can run it any more it is dropped, which is counted.
    pub(super) fn begin(&self, job: J, place: Place) {
        let Shared { name, .. } = *self.shared;
        let bound = (self.app)(&self.shared).map_err(|error| error.to_string());
        let runtime = Handle::try_current().map_err(|error| error.to_string());
        match (bound, runtime) {
            (Ok(bound), Ok(runtime)) => {
                let tasks = bound.background.tasks.clone();
                let run = Arc::clone(&self.shared).run(bound, job, place);
                tasks.spawn_on(run, &runtime);
            }
            (Err(why), _) | (_, Err(why)) => {
                tracing::error!(task = name, why, "a task was dropped");
            }
        }
    }
}

impl<J> fmt::Debug for TaskQueue<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskQueue")
            .field("task", &self.shared.name)
            .field("options", &self.shared.options)
            .finish_non_exhaustive()
    }
}

/// A container that runs jobs of this type: one that lists `Tasks<J> = name`.
#[diagnostic::on_unimplemented(
    message = "[DI001] `{Self}` has no task that takes a `{J}`",
    label = "not listed in `{Self}`",
    note = "write `#[task]` on an async fn whose first parameter is a `{J}`, and list `Tasks<{J}> = name`"
)]
pub trait Runs<J>: Container {
    /// Its queue.
    fn queue(&self) -> Option<Arc<TaskQueue<J>>>;
}

/// A job that nobody has. A container with one task alone runs these, too: otherwise the compiler would take any other job for that of the task, and
/// say "mismatched types" instead of the text above.
pub enum NoJob {}

/// A job that runs now; ready with what came of it. A type of its own, and not that of an async fn, so that a container without such a task is said
/// once.
#[must_use = "a future does nothing unless it is awaited"]
pub struct RunFuture(BoxFuture<'static, Result<(), TaskError>>);

impl Future for RunFuture {
    type Output = Result<(), TaskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

impl fmt::Debug for RunFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RunFuture")
    }
}

/// `app.run(job)`
pub fn run<C: Runs<J>, J: Send + 'static>(app: &C, job: J) -> RunFuture {
    let queue = app.queue();
    RunFuture(Box::pin(async move {
        match queue {
            Some(queue) => queue.run(job).await,
            None => Err(TaskError::NotRunning(NotRunning::OVER)),
        }
    }))
}
