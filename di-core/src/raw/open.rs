//! A scope that is opened at run time and filled one value at a time: by middleware before the handler, or outside of requests.
//!
//! It follows the same graph as a plan, step by step, with a table from rows to values where a frame has offsets. Each value is
//! in memory of its own and never moves; it is dropped with the scope, in reverse order of construction.

use std::{
    marker::PhantomData,
    panic::Location,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
};

use super::{
    call::Call,
    deps::Deps,
    filled::Filled,
    frame::Plan,
    held::{Kept, Slot},
    needs::rows,
    root::{InScope, RootOps},
};
use crate::{
    BuildError, Container, Failure, Outcome, TeardownError,
    container::{Asks, Provides},
    graph::{HandedIn, NO_ROW, Outside, Source},
    key::Of,
    observe::Observed,
    runtime::Runtime,
    scope::HeldByRef,
    teardown::Ended,
};

/// An open scope of the container `C`. Values are built when they are asked for, each once, and live until it ends.
///
/// ```
/// # use di_core::{Outcome, container, injectable};
/// # #[injectable(singleton)]
/// # pub struct Settings;
/// # #[injectable(request)]
/// # pub struct Report<'r> { settings: &'r Settings }
/// # #[container(Settings, Report<'_>)]
/// # pub struct App;
/// # async fn demo(app: App) -> Result<(), Box<dyn std::error::Error>> {
/// let scope = app.scope();
/// let report: &Report<'_> = scope.get::<Report<'_>>().await?;
/// # let _ = report;
/// scope.close(Outcome::Success).await?;
/// # Ok(())
/// # }
/// ```
///
/// Dropped without [`close`](Self::close), it is torn down by a task of the app, as cancelled.
pub struct OpenScope<C: Container> {
    filled: Arc<Filled<C>>,
    /// How it ends when it is dropped.
    outcome: Mutex<Outcome>,
}

impl<C: Container> OpenScope<C> {
    /// Opens one. Nothing is built yet.
    #[track_caller]
    pub fn new(container: C) -> Self {
        let runtime = container.handle().runtime();
        Self::told(container, runtime.observed_at(Location::caller()))
    }

    /// The same, of which somebody is told who knows what it is for.
    #[cfg(feature = "observe")]
    #[doc(hidden)]
    pub fn observed_by(container: C, observer: Arc<dyn crate::observe::Observer>) -> Self {
        Self::told(container, Observed::by(Some(observer)))
    }

    fn told(container: C, observed: Observed) -> Self {
        OpenScope {
            filled: Arc::new(Filled::new(container, observed)),
            outcome: Mutex::new(Outcome::Cancelled),
        }
    }

    /// The value `T` in this scope: built now, with what it needs, unless it was asked for before.
    ///
    /// What is extracted from a request cannot be built here; asking for something that needs it does not build.
    ///
    /// # Errors
    /// The first constructor that fails: the path of nodes to it, and its error. What was built stays, and the next call tries
    /// again.
    pub fn get<T: ?Sized>(&self) -> Asked<'_, '_, <C::Family as Of<'_>>::T, BuildError>
    where
        C: Provides<T, (), Scope: HeldByRef, Family: for<'q> Of<'q>>,
    {
        const {
            let row = <C as Provides<T, ()>>::INDEX;
            assert!(
                !C::GRAPH.reaches(row, Outside::Seed, HandedIn::NONE),
                "[DI025] what is asked for here, or something that it needs, is a `#[seed]`: hand it in, `app.scope().with(..)`"
            );
            assert!(
                !C::GRAPH.reaches(row, Outside::Extractor, HandedIn::NONE),
                "[DI007] what is asked for here, or something that it needs, is extracted from a request, and a scope that is \
                 opened with `app.scope()` has none"
            );
        }
        let row = <C as Provides<T, ()>>::INDEX;
        self.value::<T, (), _>(None, move |failure| failure.into_build_error::<C>(row))
    }

    /// Ends the scope: its values are torn down and dropped, in reverse order of construction, each awaited and told of the
    /// outcome. When the future is dropped before its end, a task of the app goes on with it.
    ///
    /// # Errors
    /// The teardowns that failed or panicked; the others were done.
    pub async fn close(self, outcome: Outcome) -> Result<(), TeardownError> {
        TeardownError::of(self.end(outcome).await.settle()).map_or(Ok(()), Err)
    }

    /// The container.
    pub fn container(&self) -> &C {
        &self.filled.container
    }

    #[doc(hidden)]
    /// The value under this key, built with what it needs if it is not there yet. `request` is what extractors read; without
    /// it nothing can be built that has one.
    ///
    /// # Errors
    /// The first constructor that fails.
    pub fn value<'s, 'h, T: ?Sized, Q, E>(
        &'s self,
        request: Option<&'h mut C::Request>,
        convert: impl FnOnce(Failure) -> E + Send + 'h,
    ) -> Asked<'s, 'h, <C::Family as Of<'s>>::T, E>
    where
        's: 'h,
        C: Provides<T, Q, Scope: HeldByRef, Family: for<'q> Of<'q>>,
    {
        let row = <C as Provides<T, Q>>::INDEX;
        let building = async move {
            let built = self.filled.built(row, request).await;
            built.map_err(convert)
        };
        Asked {
            building: Box::pin(building),
            _value: PhantomData,
        }
    }

    #[doc(hidden)]
    /// Builds the guards of a root, and what they need, in order.
    ///
    /// # Errors
    /// The first constructor that fails; the rest is not built.
    pub fn guard<P: Plan<Container = C>>(
        &self,
        request: &mut C::Request,
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        self.build(&P::VIEW.root[..P::VIEW.root_guards], Some(request))
    }

    #[doc(hidden)]
    /// Runs the extractors of what a root needs and is not built yet.
    ///
    /// # Errors
    /// The first rejection.
    pub fn extract<P: Plan<Container = C>>(
        &self,
        request: &mut C::Request,
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        self.extract_for(P::VIEW.root, request)
    }

    #[doc(hidden)]
    /// Builds what a root asks for, where it is not there.
    ///
    /// # Errors
    /// The first constructor that fails.
    pub fn ready<P: Plan<Container = C>>(&self) -> Preparing<'_, P> {
        Preparing {
            observed: &self.filled.observed,
            call: self.preparing(const { P::VIEW.root() }),
            _plan: PhantomData,
        }
    }

    #[doc(hidden)]
    /// Runs a root with what it asks for, which is built where it is not there.
    ///
    /// # Errors
    /// The first constructor that fails; the root does not run then.
    pub async fn run<O>(&self, root: &'static RootOps<C, O>) -> Result<O, Failure> {
        let mut call = self.prepare(root.view().root).await?;
        self.filled.observed.root_begins();
        // SAFETY: the sources are those of the root, which is of this container. The arguments, and the scope in which the values
        // are, stay until the root is dropped, which is before this future ends.
        let running = unsafe { InScope::begin(root, call.take().0) };
        Ok(running.await)
    }

    // For all roots of a container: the code of these is built once.

    fn preparing(&self, root: &'static [Source]) -> Preparation<'_> {
        Box::pin(self.prepare(root))
    }

    async fn build(
        &self,
        sources: &'static [Source],
        mut request: Option<&mut C::Request>,
    ) -> Result<(), Failure> {
        for row in rows(sources) {
            self.filled.build(row, request.as_deref_mut()).await?;
        }
        Ok(())
    }

    async fn prepare(&self, root: &'static [Source]) -> Result<Call, Failure> {
        for source in root {
            if let Source::Row(row) = *source {
                self.filled.build(row, None).await?;
            }
        }
        Call::prepare(&*self.filled, NO_ROW, root, None).await
    }

    async fn extract_for(
        &self,
        root: &'static [Source],
        request: &mut C::Request,
    ) -> Result<(), Failure> {
        self.filled.extract(root, request).await
    }

    /// Sets how the scope ends when it is dropped; cancelled, unless this was called.
    pub fn ends_with(&self, outcome: Outcome) {
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
    }

    #[doc(hidden)]
    /// The same, with what came of it.
    ///
    /// When the future is dropped before its end, a task of the app goes on with it.
    pub fn end(self, outcome: Outcome) -> impl Future<Output = Ended> + Send {
        self.begin_end(outcome)
    }

    /// The value of a row is this one.
    pub(super) fn hand_in(&mut self, row: u16, kept: Kept) {
        self.filled.hand_in(row, kept);
    }

    /// From now on the end owns what is in it.
    fn begin_end(&self, outcome: Outcome) -> ToItsEnd {
        self.filled.close();
        let ending = Ending(Arc::clone(&self.filled));
        ToItsEnd {
            ended: Some(Box::pin(async move { ending.0.end(outcome).await })),
            runtime: self.filled.container.handle().runtime(),
        }
    }
}

/// A value of an open scope that is being built. The value is borrowed from the scope for `'s`; what is read to build it is
/// borrowed for `'h`, no longer than it takes.
///
/// A type of its own, with what builds it erased: the future of an async fn that names `C: Provides<T>` for a `T` that borrows
/// is not `Send` for the compiler (rust#100013).
pub struct Asked<'s, 'h, V: ?Sized, E> {
    building: Pin<Box<dyn Future<Output = Result<Slot, E>> + Send + 'h>>,
    _value: PhantomData<fn() -> &'s V>,
}

impl<'s, V: ?Sized, E> Future for Asked<'s, '_, V, E> {
    type Output = Result<&'s V, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let found = ready!(self.building.as_mut().poll(cx));
        // SAFETY: the row is that of a key whose family's type is `V` (see `OpenScope::value`, which alone makes this), so the
        // slot points to one. It lives until the scope ends, which is borrowed for `'s`, and is only read.
        Poll::Ready(found.map(|slot| unsafe { &*slot.read() }))
    }
}

type Preparation<'s> = Pin<Box<dyn Future<Output = Result<Call, Failure>> + Send + 's>>;

/// What a root asks for, while it is built in an open scope.
pub struct Preparing<'s, P> {
    call: Preparation<'s>,
    observed: &'s Observed,
    _plan: PhantomData<fn() -> P>,
}

impl<'s, P> Future for Preparing<'s, P> {
    type Output = Result<Joined<'s, P>, Failure>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let call = ready!(self.call.as_mut().poll(cx))?;
        Poll::Ready(Ok(Joined {
            call,
            observed: self.observed,
            _plan: PhantomData,
        }))
    }
}

/// What a root asks for, in an open scope.
pub struct Joined<'s, P> {
    call: Call,
    observed: &'s Observed,
    _plan: PhantomData<fn() -> P>,
}

impl<'s, P: Plan> Joined<'s, P> {
    /// The values: borrowed from the scope, or owned.
    pub fn args<H: Asks<L>, L: Deps>(mut self) -> L::Args<'s>
    where
        P: Plan<Root = H>,
    {
        self.observed.root_begins();
        // SAFETY: the sources are those of `H`, of whose dependencies there is one list (`Asks` is unsafe to implement). What
        // is referred to lives until the scope ends, which is borrowed for as long.
        unsafe { L::take(self.call.take().0) }
    }
}

impl<C: Container> Drop for OpenScope<C> {
    fn drop(&mut self) {
        if self.filled.is_closed() {
            // Its end was begun.
            return;
        }
        if self.filled.has_teardown() {
            let outcome = *self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
            drop(self.begin_end(outcome));
        } else {
            self.filled.drop_values();
        }
    }
}

/// Owns what is in a scope that ends: what is not torn down is dropped with it. The values are dropped through a shared reference,
/// since they may refer to the scope ([`Lazy`](super::Lazy)), and before it is.
struct Ending<C: Container>(Arc<Filled<C>>);

impl<C: Container> Drop for Ending<C> {
    fn drop(&mut self) {
        self.0.drop_values();
    }
}

/// The end of a scope, which goes on as a task of the app when it is dropped.
struct ToItsEnd {
    ended: Option<Pin<Box<dyn Future<Output = Ended> + Send>>>,
    runtime: Arc<dyn Runtime>,
}

impl Future for ToItsEnd {
    type Output = Ended;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(ending) = &mut self.ended else {
            return Poll::Ready(Ended::new(Outcome::Cancelled));
        };
        let ended = ready!(ending.as_mut().poll(cx));
        self.ended = None;
        Poll::Ready(ended)
    }
}

impl Drop for ToItsEnd {
    fn drop(&mut self) {
        if let Some(ended) = self.ended.take() {
            let told = Arc::clone(&self.runtime);
            self.runtime.spawn(Box::pin(async move {
                ended.await.settle_beside(&*told);
            }));
        }
    }
}
