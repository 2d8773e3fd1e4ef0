//! Tasks: what a request leaves to be done when it is over.

use std::{
    error::Error,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::response::{IntoResponse, Response};
use di_core::{__private::Deferred, BoxError, NotRunning, Outcome, Panic, TeardownError};

use super::queue::{Place, TaskQueue};
use crate::{OwnAnswer, construct_error::ConstructError, injectable};

/// Pushes jobs to a `#[task]`, from a request or any other scope. It is request-scoped, and listed as `Tasks<Welcome> = welcome`.
///
/// A job runs when the scope in which it was pushed is over, and, for a request, when the body of its response has been sent or
/// dropped; in a scope of its own. When that scope was no success (a status of 4xx or 5xx, a panic, a client that went away
/// before the response) the job is dropped, and counted, unless it was pushed by [`push_always`](Self::push_always).
///
/// ```
/// use axum::Json;
/// use di_axum::{PushError, Tasks, container, handler, injectable, task};
/// # #[injectable(singleton)]
/// # pub struct Mailer;
/// # impl Mailer { async fn send(&self, _: &str) -> Result<(), std::io::Error> { Ok(()) } }
///
/// pub struct Welcome {
///     address: String,
/// }
///
/// #[task]
/// async fn welcome(job: Welcome, mailer: &Mailer) -> Result<(), std::io::Error> {
///     mailer.send(&job.address).await
/// }
///
/// #[handler]
/// async fn join(tasks: &Tasks<Welcome>, Json(address): Json<String>) -> Result<(), PushError<Welcome>> {
///     tasks.push(Welcome { address })
/// }
///
/// #[container(Mailer, Tasks<Welcome> = welcome)]
/// pub struct App;
/// # fn main() {}
/// ```
///
/// A payload is `'static`, so that a task cannot hold what was borrowed from the request; it is given what it needs of it, and the rest is
/// injected. A task may take `&Tasks` itself.
pub struct Tasks<J: Send + 'static> {
    queue: Arc<TaskQueue<J>>,
    pushed: Mutex<Vec<Pushed<J>>>,
}

/// A job that waits for the end of its scope.
struct Pushed<J> {
    job: J,
    place: Place,
    is_always: bool,
}

#[injectable(request, teardown = close)]
impl<J: Send + 'static> Tasks<J> {
    fn new(queue: Arc<TaskQueue<J>>) -> Self {
        Tasks {
            queue,
            pushed: Mutex::default(),
        }
    }

    /// Pushes a job. It takes a place in the queue now, so that a full one is known before the request is answered. O(1).
    ///
    /// # Errors
    /// The queue is full, or the app is shut down; the job is in the error. As a response it is 503, with `Retry-After`.
    pub fn push(&self, job: J) -> Result<(), PushError<J>> {
        self.add(job, false)
    }

    /// Pushes a job that runs however the scope ends: to count a refused login, or to tell of a failure.
    ///
    /// # Errors
    /// As for [`push`](Self::push).
    pub fn push_always(&self, job: J) -> Result<(), PushError<J>> {
        self.add(job, true)
    }

    fn add(&self, job: J, is_always: bool) -> Result<(), PushError<J>> {
        let (job, place) = self.queue.take_place(job)?;
        let mut pushed = self.pushed.lock().unwrap_or_else(PoisonError::into_inner);
        pushed.push(Pushed {
            job,
            place,
            is_always,
        });
        Ok(())
    }

    async fn close(self) -> Deferred {
        let pushed = self.pushed.into_inner();
        let pushed = pushed.unwrap_or_else(PoisonError::into_inner);
        let queue = self.queue;
        Deferred::new(move |outcome: Outcome| {
            for Pushed {
                job,
                place,
                is_always,
            } in pushed
            {
                if outcome.is_success() || is_always {
                    queue.begin(job, place);
                }
            }
        })
    }
}

impl<J: Send + 'static> fmt::Debug for Tasks<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tasks").field(&self.queue).finish()
    }
}

/// How a task is run; the arguments of `#[task(..)]`.
#[derive(Clone, Copy, Debug)]
pub struct TaskOptions {
    pub(super) concurrency: usize,
    pub(super) queue: usize,
    pub(super) timeout: Option<Duration>,
    pub(super) stops_app: bool,
}

impl TaskOptions {
    /// 16 at once, 1,024 waiting, no time limit, and a failure is logged.
    pub const fn new() -> Self {
        TaskOptions {
            concurrency: 16,
            queue: 1024,
            timeout: None,
            stops_app: false,
        }
    }

    /// How many run at once.
    ///
    /// # Panics
    /// In const evaluation, for 0.
    #[must_use]
    pub const fn concurrency(mut self, limit: usize) -> Self {
        assert!(
            limit > 0,
            "[DI020] a task has a concurrency of at least 1, else none would ever run"
        );
        self.concurrency = limit;
        self
    }

    /// How many wait beyond those that run.
    #[must_use]
    pub const fn queue(mut self, limit: usize) -> Self {
        self.queue = limit;
        self
    }

    /// How long one may run.
    #[must_use]
    pub const fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// A failure stops the app.
    #[must_use]
    pub const fn stops_app(mut self, stops: bool) -> Self {
        self.stops_app = stops;
        self
    }
}

impl Default for TaskOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// A task that ended, for [`Builder::on_task_end`](crate::Builder::on_task_end).
#[derive(Clone, Copy, Debug)]
pub struct TaskEnd<'a> {
    /// The name of the fn.
    pub name: &'static str,
    /// What came of it.
    pub result: Result<(), &'a TaskError>,
    /// How long it ran, its scope included; not how long it waited.
    pub took: Duration,
}

/// Why a task did not do what it should.
#[derive(Debug)]
#[non_exhaustive]
pub enum TaskError {
    /// It returned this error.
    Failed(BoxError),
    /// It panicked.
    Panicked(Panic),
    /// Something that it needs could not be constructed.
    NotConstructed(Box<ConstructError>),
    /// It succeeded, and something that it used could not be torn down, such as a transaction that could not be committed.
    NotTornDown(TeardownError),
    /// It took longer than it may.
    TimedOut(Duration),
    /// The app was shut down, and it was not through by the deadline.
    CutOff,
    /// The app was not running when it should have begun.
    NotRunning(NotRunning),
}

impl TaskError {
    /// The error that the task returned, or this one.
    pub(super) fn into_own(self) -> BoxError {
        match self {
            TaskError::Failed(error) => error,
            other => Box::new(other),
        }
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TaskError::Failed(error) => error.fmt(f),
            TaskError::Panicked(panic) => panic.fmt(f),
            TaskError::NotConstructed(error) => error.fmt(f),
            TaskError::NotTornDown(error) => error.fmt(f),
            TaskError::TimedOut(limit) => write!(f, "it took longer than {limit:?}"),
            TaskError::CutOff => f.write_str("the app was shut down before it was through"),
            TaskError::NotRunning(error) => error.fmt(f),
        }
    }
}

impl Error for TaskError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            TaskError::Failed(error) => Some(&**error),
            TaskError::Panicked(panic) => Some(panic),
            TaskError::NotConstructed(error) => Some(&**error),
            TaskError::NotTornDown(error) => Some(error),
            TaskError::NotRunning(error) => Some(error),
            TaskError::TimedOut(_) | TaskError::CutOff => None,
        }
    }
}

/// A job that was not taken; it is still here.
pub struct PushError<J> {
    job: J,
    task: &'static str,
    why: Why,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Why {
    Full(usize),
    NotRunning(NotRunning),
}

impl<J> PushError<J> {
    #[cold]
    pub(super) fn new(job: J, task: &'static str, why: Why) -> Self {
        PushError { job, task, why }
    }

    /// The job.
    pub fn into_job(self) -> J {
        self.job
    }

    /// Whether the queue is full, so that it may be tried again; else the app is shut down.
    pub fn is_full(&self) -> bool {
        matches!(self.why, Why::Full(_))
    }
}

impl<J> fmt::Display for PushError<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.why {
            Why::Full(limit) => write!(
                f,
                "the queue of the task `{}` is full: {limit} run or wait",
                self.task
            ),
            Why::NotRunning(error) => write!(f, "the task `{}` cannot run: {error}", self.task),
        }
    }
}

impl<J> fmt::Debug for PushError<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushError")
            .field("task", &self.task)
            .field("why", &self.why)
            .finish_non_exhaustive()
    }
}

impl<J> Error for PushError<J> {}

impl<J> IntoResponse for PushError<J> {
    fn into_response(self) -> Response {
        tracing::warn!(task = self.task, "{self}");
        OwnAnswer::Error.busy(self.to_string())
    }
}
