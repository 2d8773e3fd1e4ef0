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

/// What a task or service runs, written by `#[task]` and `#[service]`: `L` is the list of what is injected, `W` what it works on; of a
/// service, its [`Shutdown`](crate::Shutdown).
pub trait Job<L: Deps, W>: Asks<L> {
    /// Runs it.
    fn run<'r>(
        at: At<'r>,
        payload: W,
        injected: L::Args<'r>,
    ) -> impl Future<Output = Result<(), BoxError>> + Send;
}

/// A task.
#[diagnostic::on_unimplemented(
    message = "[DI010] `{Self}` is not a task",
    label = "listed as a task",
    note = "write `#[task]` on the async fn"
)]
pub trait Task<L: Deps, W>: Asks<L> + Sized {
    /// How it is run.
    const OPTIONS: TaskOptions;
    /// Its queue in an app.
    fn queue<C, J>(app: &Late<C>) -> Arc<TaskQueue<J>>
    where
        C: Hosts<Self> + Container<Request = Parts>,
        J: PayloadOf<W> + Send + 'static;
}

/// A service; the same.
#[diagnostic::on_unimplemented(
    message = "[DI010] `{Self}` is not a service",
    label = "listed in `services(..)`",
    note = "write `#[service]` on the async fn"
)]
pub trait Service<L: Deps>: Asks<L> + Sized {
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

/// What the `Tasks` of an entry push, of what its task takes: they are the same.
#[diagnostic::on_unimplemented(
    message = "[DI017] the task takes a `{W}`, but is listed as `Tasks<{Self}>`",
    label = "listed here",
    note = "list it as `Tasks<{W}>`"
)]
pub trait PayloadOf<W>: Sized {
    /// The same.
    fn of(self) -> W;
}
#[diagnostic::do_not_recommend]
impl<T> PayloadOf<T> for T {
    fn of(self) -> T {
        self
    }
}
/// Of a payload that nobody can name; see `ListedAs`.
#[diagnostic::do_not_recommend]
impl<T> PayloadOf<(NoPayload, PhantomData<T>)> for T {
    fn of(self) -> (NoPayload, PhantomData<T>) {
        unreachable!("there is no such task")
    }
}
enum NoPayload {}

/// The future of a job, in one allocation: its scope, and the fn.
pub(super) fn start<C, T, L, W>(
    app: C,
    payload: W,
    beside: Beside,
) -> ScopeFuture<Result<(), TaskError>>
where
    C: Hosts<T> + Container<Request = Parts>,
    T: Job<L, W>,
    L: Deps + 'static,
    W: Send + 'static,
{
    ScopeFuture::new::<C::Plan, _>(
        Run::<T, L, W> {
            payload,
            beside,
            _types: PhantomData,
        },
        app,
    )
}

struct Run<T, L, W> {
    payload: W,
    beside: Beside,
    _types: PhantomData<fn() -> (T, L)>,
}

impl<T: Job<L, W>, L: Deps + 'static, W: Send + 'static> Run<T, L, W> {
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
            return Box::pin(in_open_scope::<P, C, T, L, W>(app, self.payload, &seen)).await;
        }
        #[cfg(feature = "testing")]
        if app.handle().is_replaced() {
            // A scope that is filled at run time knows what is replaced.
            return Box::pin(in_open_scope::<P, C, T, L, W>(app, self.payload, &seen)).await;
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
            Ok(ready) => T::run(PhantomData, self.payload, ready.args::<T, L>())
                .await
                .map_err(TaskError::Failed),
            Err(failure) => Err(not_constructed::<C, P, T, L>(failure)),
        }
    }
}

impl<P, C, T, L, W> Flow<P> for Run<T, L, W>
where
    C: Container<Request = Parts>,
    P: Plan<Container = C, Root = T>,
    T: Job<L, W>,
    L: Deps + 'static,
    W: Send + 'static,
{
    type State = C;
    type Output = Result<(), TaskError>;

    fn run<'m>(
        self,
        app: &'m C,
        memory: Memory<'m, P>,
    ) -> impl Future<Output = Self::Output> + Send + use<'m, P, C, T, L, W> {
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
async fn in_open_scope<P, C, T, L, W>(app: &C, payload: W, seen: &Seen) -> Result<(), TaskError>
where
    C: Container<Request = Parts>,
    P: Plan<Container = C, Root = T>,
    T: Job<L, W>,
    L: Deps + 'static,
    W: Send + 'static,
{
    let scope = seen.scope(app.clone());
    let output = match scope.ready::<P>().await {
        Ok(ready) => {
            let running = T::run(PhantomData, payload, ready.args::<T, L>());
            let run = std::panic::AssertUnwindSafe(running);
            match futures_util::FutureExt::catch_unwind(run).await {
                Ok(output) => output.map_err(TaskError::Failed),
                Err(payload) => Err(TaskError::Panicked(Panic::caught(payload))),
            }
        }
        Err(failure) => Err(not_constructed::<C, P, T, L>(failure)),
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
fn not_constructed<C: Container, P: Plan, T: Asks<L>, L: Deps>(
    failure: di_core::Failure,
) -> TaskError {
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
