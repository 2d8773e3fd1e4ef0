//! One job in a scope of its own.

use std::{convert::Infallible, marker::PhantomData, sync::Arc};

use axum::http::request::Parts;
use di_core::{
    __private::{Asks, At, Deps, Ended, Flow, Frame, Hosts, Late, Memory, Plan, ScopeFuture},
    BoxError, Container, Outcome, Panic, TeardownError,
};

use super::{
    queue::TaskQueue,
    service::{ServiceOf, ServiceOptions},
    task::{TaskError, TaskOptions},
};
use crate::{
    construct_error::{Asker, ConstructError},
    ended::log,
    seen::{Beside, Seen},
};

/// What a task or service runs, written by `#[task]` and `#[service]`. `Seal` is a private type of the expansion.
pub trait Job<Seal>: Asks<Seal> {
    /// What it works on; of a service, its [`Shutdown`](crate::Shutdown).
    type Payload: Send + 'static;
    /// Runs it.
    fn run<'r>(
        at: At<'r>,
        payload: Self::Payload,
        injected: <Self::Deps as Deps>::Args<'r>,
    ) -> impl Future<Output = Result<(), BoxError>> + Send;
}

/// A task.
#[diagnostic::on_unimplemented(
    message = "[DI010] `{Self}` is not a task",
    label = "listed as a task",
    note = "write `#[task]` on the async fn"
)]
pub trait Task<Seal>: Asks<Seal> + Sized {
    /// How it is run.
    const OPTIONS: TaskOptions;
    /// What is pushed.
    type Pushed: Send + 'static;
    /// Its queue in an app.
    fn queue<C, J>(app: &Late<C>) -> Arc<TaskQueue<J>>
    where
        C: Hosts<Self> + Container<Request = Parts>,
        Self::Pushed: PayloadOf<J>,
        J: Send + 'static;
}

/// A service; the same.
#[diagnostic::on_unimplemented(
    message = "[DI010] `{Self}` is not a service",
    label = "listed in `services(..)`",
    note = "write `#[service]` on the async fn"
)]
pub trait Service<Seal>: Asks<Seal> + Sized {
    /// How it is run.
    const OPTIONS: ServiceOptions;
    /// How it is started.
    fn of<C>() -> ServiceOf<C>
    where
        C: Hosts<Self> + Container<Request = Parts>;
}

/// What a task or service returns.
#[diagnostic::on_unimplemented(
    message = "[DI009] a task or service returns nothing, or a `Result` whose error implements `std::error::Error`",
    label = "this one returns `{Self}`"
)]
pub trait Finished {
    /// The same for all.
    ///
    /// # Errors
    /// Its own.
    fn finished(self) -> Result<(), BoxError>;
}

#[diagnostic::do_not_recommend]
impl Finished for () {
    fn finished(self) -> Result<(), BoxError> {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl Finished for Infallible {
    fn finished(self) -> Result<(), BoxError> {
        match self {}
    }
}

#[diagnostic::do_not_recommend]
impl<T, E: Into<BoxError>> Finished for Result<T, E> {
    fn finished(self) -> Result<(), BoxError> {
        self.map(drop).map_err(Into::into)
    }
}

/// The payload of a task, and that of the `Tasks` which it is listed as: they are the same.
#[diagnostic::on_unimplemented(
    message = "[DI017] the task takes a `{Self}`, but is listed as `Tasks<{K}>`",
    label = "listed here",
    note = "list it as `Tasks<{Self}>`"
)]
pub trait PayloadOf<K>: Sized {
    /// The same.
    fn of(payload: K) -> Self;
}
#[diagnostic::do_not_recommend]
impl<T> PayloadOf<T> for T {
    fn of(payload: T) -> T {
        payload
    }
}
/// Of a payload that nobody can name; see `ListedAs`.
#[diagnostic::do_not_recommend]
impl<T> PayloadOf<(NoPayload, PhantomData<T>)> for T {
    fn of((nobody, _): (NoPayload, PhantomData<T>)) -> T {
        match nobody {}
    }
}
enum NoPayload {}

/// The future of a job, in one allocation: its scope, and the fn.
pub(super) fn start<C, T, S>(
    app: C,
    payload: T::Payload,
    beside: Beside,
) -> ScopeFuture<Result<(), TaskError>>
where
    C: Hosts<T> + Container<Request = Parts>,
    T: Job<S>,
    S: 'static,
{
    ScopeFuture::new::<C::Plan, _>(
        Run::<T, S> {
            payload,
            beside,
            _types: PhantomData,
        },
        app,
    )
}

struct Run<T: Job<S>, S> {
    payload: T::Payload,
    beside: Beside,
    _types: PhantomData<fn() -> (T, S)>,
}

impl<T: Job<S>, S: 'static> Run<T, S> {
    async fn run_seen<'m, C, P>(
        self,
        app: &'m C,
        memory: Memory<'m, P>,
        mut seen: Seen,
    ) -> Result<(), TaskError>
    where
        C: Container<Request = Parts>,
        P: Plan<Container = C, Root = T>,
    {
        if const { P::VIEW.is_lazy() } {
            // What is put off has no place in a frame.
            return Box::pin(in_open_scope::<P, C, T, S>(app, self.payload, &seen)).await;
        }
        #[cfg(feature = "testing")]
        if app.handle().is_replaced() {
            // A scope that is filled at run time knows what is replaced.
            return Box::pin(in_open_scope::<P, C, T, S>(app, self.payload, &seen)).await;
        }
        let mut frame = memory.open();
        seen.frame(&mut frame);
        let ready = if const { Frame::<'_, P>::IS_ASYNC } {
            let mut building = frame.build();
            let built = (&mut building).await;
            built.map(|()| building.into_ready())
        } else {
            frame.build_now()
        };
        match ready {
            Ok(ready) => T::run(PhantomData, self.payload, ready.args::<T, S>())
                .await
                .map_err(TaskError::Failed),
            Err(failure) => Err(not_constructed::<C, P, T, S>(failure)),
        }
    }
}

impl<P, C, T, S> Flow<P> for Run<T, S>
where
    C: Container<Request = Parts>,
    P: Plan<Container = C, Root = T>,
    T: Job<S>,
    S: 'static,
{
    type State = C;
    type Output = Result<(), TaskError>;

    fn run<'m>(
        self,
        app: &'m C,
        memory: Memory<'m, P>,
    ) -> impl Future<Output = Self::Output> + Send + use<'m, P, C, T, S> {
        let seen = Seen::beside(app, self.beside, T::META);
        seen.clone().around(|| self.run_seen(app, memory, seen))
    }

    fn outcome(output: &Self::Output) -> Outcome {
        outcome_of(output)
    }

    #[cold]
    fn panicked(panic: Panic) -> Self::Output {
        Err(TaskError::Panicked(panic))
    }

    #[cold]
    fn ended(output: Self::Output, ended: Ended) -> Self::Output {
        settled(output, ended)
    }
}

/// The same in a scope that is filled at run time.
async fn in_open_scope<P, C, T, S>(
    app: &C,
    payload: T::Payload,
    seen: &Seen,
) -> Result<(), TaskError>
where
    C: Container<Request = Parts>,
    P: Plan<Container = C, Root = T>,
    T: Job<S>,
    S: 'static,
{
    let scope = seen.scope(app.clone());
    let output = match scope.ready::<P>().await {
        Ok(ready) => {
            let running = T::run(PhantomData, payload, ready.args::<T, S>());
            let run = std::panic::AssertUnwindSafe(running);
            match futures_util::FutureExt::catch_unwind(run).await {
                Ok(output) => output.map_err(TaskError::Failed),
                Err(payload) => Err(TaskError::Panicked(Panic::caught(payload))),
            }
        }
        Err(failure) => Err(not_constructed::<C, P, T, S>(failure)),
    };
    let outcome = outcome_of(&output);
    let ended = scope.end(outcome).await;
    settled(output, ended)
}

fn outcome_of(output: &Result<(), TaskError>) -> Outcome {
    match output {
        Ok(()) => Outcome::Success,
        Err(TaskError::Panicked(_)) => Outcome::Panicked,
        Err(_) => Outcome::of_status(500),
    }
}

#[cold]
fn not_constructed<C: Container, P: Plan, T: Job<S>, S>(failure: di_core::Failure) -> TaskError {
    let asker = Asker {
        handler: Some(T::META.name),
        root: P::VIEW.root(),
    };
    TaskError::NotConstructed(Box::new(ConstructError::owned(C::GRAPH, failure, asker)))
}

/// Does what the scope has left to be done; a job that could not commit has failed.
fn settled(output: Result<(), TaskError>, ended: Ended) -> Result<(), TaskError> {
    let failures = ended.settle();
    match (output, TeardownError::of(failures)) {
        (Ok(()), Some(error)) => Err(TaskError::NotTornDown(error)),
        (Err(output), Some(error)) => {
            log(error.failures());
            Err(output)
        }
        (output, None) => output,
    }
}
