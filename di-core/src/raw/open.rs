//! A scope that is opened at run time and filled one value at a time: by middleware before the handler, or outside of requests.
//!
//! It follows the same graph as a plan, step by step, with a table from rows to values where a frame has offsets. Each value is
//! in memory of its own and never moves; it is dropped with the scope, in reverse order of construction.

use std::{
    alloc::Layout,
    any::Any,
    collections::{HashMap, HashSet},
    marker::PhantomData,
    pin::Pin,
    sync::{
        Arc, PoisonError,
        atomic::{
            AtomicUsize,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
    task::{Context, Poll, ready},
};

use futures_util::lock::Mutex;

use super::{
    block::{Kept, Slot},
    call::{Call, extract},
    closing::{Closing, TeardownOp},
    construct::{Place, run},
    deps::Deps,
    frame::Plan,
    heap::{allocate, free},
    maker::{AsyncOp, Maker, Op, Output},
    replace::Make,
};
use crate::{
    BuildError, Container, Failure, Outcome, Scope, TeardownError,
    container::{Asks, Provides},
    graph::{HandedIn, NO_ROW, Outside, Source},
    key::Of,
    runtime::Runtime,
    scope::HeldByRef,
    teardown::{Ended, caught},
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
    container: C,
    state: Mutex<State<C>>,
    /// How it ends when it is dropped.
    outcome: std::sync::Mutex<Outcome>,
}

pub(super) struct State<C: Container> {
    pub(super) container: C,
    /// For each request-scoped row that is built, the pointer to its value.
    slots: HashMap<u16, Slot>,
    /// What the extractors of rows that are not built have yielded, by row and parameter; of a transient, for each place that
    /// takes it.
    pub(super) extracted: HashMap<(u16, usize), Vec<Value>>,
    /// In order of construction; dropped in reverse.
    values: Vec<Held>,
    /// How many constructors run on other threads.
    busy: Arc<AtomicUsize>,
    /// Tells the runtime that the scope is still open.
    _open: Box<dyn Any + Send + Sync>,
}

// SAFETY: slots point to singletons or to values, which are `Send + Sync` (see `Node`); the rest is `Send`.
unsafe impl<C: Container> Send for State<C> {}

/// A constructor that runs on another thread, for what it borrows.
pub(super) struct Busy(Arc<AtomicUsize>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Release);
    }
}

/// A value that the scope holds.
enum Held {
    Built(Value),
    /// What a test has put in its place; or what is kept of a transient with a teardown.
    Kept(Kept),
}

/// A value in memory of its own.
pub(super) struct Value {
    at: *mut u8,
    layout: Layout,
    drop: Option<unsafe fn(*mut u8)>,
    teardown: Option<(TeardownOp, &'static str)>,
    /// Whether it is written, and neither moved away nor given to its teardown.
    is_live: bool,
}

// SAFETY: holds a node's value, or what an extractor yielded; both are `Send`.
unsafe impl Send for Value {}

impl Value {
    /// Memory for a value that is not written yet.
    fn new(output: &Output, teardown: Option<(TeardownOp, &'static str)>) -> Self {
        let layout = Layout::from_size_align(output.size, output.align);
        let layout = layout.expect("the layout of a type");
        Value {
            at: allocate(layout),
            layout,
            drop: output.drop,
            teardown,
            is_live: false,
        }
    }

    fn place(&self) -> Place {
        Place(self.at)
    }

    /// Moves the value to another place.
    ///
    /// # Safety
    /// It is written, and `to` is free memory for it.
    pub(super) unsafe fn move_to(mut self, to: *mut u8) {
        self.is_live = false;
        // SAFETY: the caller's.
        unsafe { self.at.copy_to_nonoverlapping(to, self.layout.size()) }
    }

    /// Starts the teardown, which takes the value. It has to end before this is dropped, whose memory it is in.
    fn close(&mut self, outcome: Outcome) -> Option<(Closing, &'static str)> {
        let (op, node) = self.teardown.take().filter(|_| self.is_live)?;
        self.is_live = false;
        // SAFETY: the value is live, and given away; all that it borrows was built before it and ends after it.
        Some((unsafe { Closing::start(op, self.at, outcome) }, node))
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        // SAFETY: a live value is dropped once; nobody uses the memory again.
        unsafe {
            if let (true, Some(drop)) = (self.is_live, self.drop) {
                let _ = caught(|| drop(self.at));
            }
            free(self.at, self.layout);
        }
    }
}

impl<C: Container> State<C> {
    fn new(container: C) -> Self {
        let _open = container.handle().runtime().opened();
        State {
            container,
            slots: HashMap::new(),
            extracted: HashMap::new(),
            values: Vec::new(),
            busy: Arc::default(),
            _open,
        }
    }

    /// The pointer to the value of a shared row that is built.
    pub(super) fn slot(&self, row: u16) -> Slot {
        match self.slots.get(&row) {
            Some(slot) => *slot,
            None => self.container.handle().slot_of(C::GRAPH.slot(row)),
        }
    }

    /// The same, where it is not known that the singleton was constructed.
    pub(super) fn filled_slot(&self, row: u16) -> Result<Slot, Failure> {
        let slot = self.slot(row);
        if slot.is_empty() {
            return Err(Failure::not_constructed(row));
        }
        Ok(slot)
    }

    /// Builds a row, and what it needs, unless it is there.
    async fn build(
        &mut self,
        row: u16,
        mut request: Option<&mut C::Request>,
    ) -> Result<(), Failure> {
        for row in self.missing(row) {
            self.construct(row, request.as_deref_mut()).await?;
        }
        Ok(())
    }

    async fn construct(
        &mut self,
        row: u16,
        request: Option<&mut C::Request>,
    ) -> Result<(), Failure> {
        if let Some(make) = self.container.handle().make(row) {
            return self.replace(row, &make, request);
        }
        let this = &C::GRAPH.rows[usize::from(row)];
        let Some(maker) = &this.maker else {
            return Err(Failure::not_handed_in(row));
        };
        let teardown = maker.teardown.map(|teardown| (teardown, this.name));
        let mut value = Value::new(&maker.output, teardown);
        let mut call = Call::prepare(self, row, C::GRAPH.sources(row), request).await?;
        let runtime = self.container.handle().runtime();
        let _busy = self.busy(maker);
        let made = run(maker, call.take(), value.place(), &*runtime, true).await;
        made.map_err(|error| Failure::new(row, error))?;
        value.is_live = true;
        let slot = match maker.op {
            // SAFETY: a binding writes a fat pointer, which is what a slot for it holds.
            Op::Alias(..) => unsafe { Slot::of_fat(value.at) },
            _ => Slot::of(value.at.cast_const()),
        };
        self.slots.insert(row, slot);
        self.values.push(Held::Built(value));
        Ok(())
    }

    /// Counts a constructor that runs on another thread, until what this returns is dropped. It is dropped after the future that
    /// waits for that thread, and is not dropped when safe code forgets that one.
    pub(super) fn busy(&self, maker: &Maker) -> Option<Busy> {
        let is_blocking = matches!(maker.op, Op::Blocking(_));
        is_blocking.then(|| {
            self.busy.fetch_add(1, Relaxed);
            Busy(Arc::clone(&self.busy))
        })
    }

    /// Leaks everything, where another thread may still use it: whoever waited for it was forgotten.
    fn leak_if_busy(&mut self) {
        if self.busy.load(Acquire) > 0 {
            std::mem::forget(std::mem::take(&mut self.values));
            std::mem::forget(self.container.clone());
        }
    }

    /// Makes what a test has put in the place of a row.
    fn replace(
        &mut self,
        row: u16,
        make: &Make<C>,
        request: Option<&mut C::Request>,
    ) -> Result<(), Failure> {
        let kept = match request {
            Some(request) => make(request),
            None => make(&C::empty_request()),
        };
        self.slots.insert(row, kept.slot);
        self.keep(kept);
        Ok(())
    }

    pub(super) fn keep(&mut self, kept: Kept) {
        self.values.push(Held::Kept(kept));
    }

    /// What a row needs; nothing, when a test has replaced it.
    fn sources(&self, row: u16) -> &'static [Source] {
        match self.container.handle().make(row) {
            Some(_) => &[],
            None => C::GRAPH.sources(row),
        }
    }

    /// The request-scoped rows that have to be built for this one, dependencies first, and it last.
    fn missing(&self, row: u16) -> Vec<u16> {
        let mut order = Vec::new();
        let mut open = vec![(row, 0)];
        while let Some((row, k)) = open.pop() {
            if self.is_there(row) || order.contains(&row) {
                continue;
            }
            match self.sources(row).get(k) {
                Some(source) => {
                    open.push((row, k + 1));
                    if let Source::Row(to) = *source {
                        open.push((to, 0));
                    }
                }
                None if C::GRAPH.rows[usize::from(row)].scope == Scope::Request => order.push(row),
                None => {}
            }
        }
        order
    }

    fn is_there(&self, row: u16) -> bool {
        C::GRAPH.rows[usize::from(row)].scope == Scope::Singleton || self.slots.contains_key(&row)
    }

    /// Runs the extractors that are needed for these sources, of rows that are not built.
    async fn extract(
        &mut self,
        sources: &[Source],
        request: &mut C::Request,
    ) -> Result<(), Failure> {
        for row in self.replaced(sources) {
            self.construct(row, Some(&mut *request)).await?;
        }
        for (row, k, op) in self.extractors(sources) {
            let mut value = Value::new(&op.output, None);
            let place = value.place();
            extract(op, row, &self.container, Some(&mut *request), place).await?;
            value.is_live = true;
            self.extracted.entry((row, k)).or_default().push(value);
        }
        Ok(())
    }

    /// The rows below these sources that a test has replaced, which are made while there is a request.
    fn replaced(&self, sources: &[Source]) -> Vec<u16> {
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        let mut open: Vec<u16> = rows(sources).rev().collect();
        while let Some(row) = open.pop() {
            if self.is_there(row) || !seen.insert(row) {
                continue;
            }
            if self.container.handle().make(row).is_some() {
                found.push(row);
            }
            open.extend(rows(self.sources(row)).rev());
        }
        found
    }

    /// The extractors below these sources, in the order of a plan: row, parameter, and operation; a transient's for each place
    /// that takes it.
    fn extractors(&self, sources: &[Source]) -> Vec<(u16, usize, &'static AsyncOp)> {
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        let mut open: Vec<(u16, usize)> = rows(sources).rev().map(|row| (row, 0)).collect();
        while let Some((row, k)) = open.pop() {
            let is_shared = C::GRAPH.rows[usize::from(row)].scope != Scope::Transient;
            if k == 0 && (self.is_there(row) || is_shared && !seen.insert(row)) {
                continue;
            }
            let Some(source) = self.sources(row).get(k) else {
                continue;
            };
            open.push((row, k + 1));
            match *source {
                Source::Row(to) => open.push((to, 0)),
                Source::Extract(op) if !(is_shared && self.extracted.contains_key(&(row, k))) => {
                    found.push((row, k, op));
                }
                _ => {}
            }
        }
        found
    }

    /// Tears down and drops the values, in reverse order of construction. One that fails or panics does not stop the others.
    async fn end(mut self, outcome: Outcome) -> Ended {
        let mut ended = Ended::new(outcome);
        self.leak_if_busy();
        while let Some(mut held) = self.values.pop() {
            let closing = match &mut held {
                Held::Built(value) => value.close(ended.outcome),
                // SAFETY: it is dropped after the teardown.
                Held::Kept(kept) => unsafe { kept.close(ended.outcome) },
            };
            let Some((closing, node)) = closing else {
                continue;
            };
            ended.note(node, Ok(closing.await));
        }
        ended
    }

    fn has_teardown(&self) -> bool {
        self.values.iter().any(|held| match held {
            Held::Built(value) => value.teardown.is_some(),
            Held::Kept(kept) => kept.has_teardown(),
        })
    }
}

/// The rows among some sources.
fn rows(sources: &[Source]) -> impl DoubleEndedIterator<Item = u16> {
    sources.iter().filter_map(|source| match *source {
        Source::Row(row) => Some(row),
        _ => None,
    })
}

impl<C: Container> Drop for State<C> {
    fn drop(&mut self) {
        self.leak_if_busy();
        while let Some(value) = self.values.pop() {
            drop(value);
        }
    }
}

impl<C: Container> OpenScope<C> {
    /// Opens one. Nothing is built yet.
    pub fn new(container: C) -> Self {
        OpenScope {
            state: Mutex::new(State::new(container.clone())),
            container,
            outcome: std::sync::Mutex::new(Outcome::Cancelled),
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
        &self.container
    }

    #[doc(hidden)]
    /// The value under this key, built with what it needs if it is not there yet. `request` is what extractors read; without
    /// it nothing can be built that has one.
    ///
    /// # Errors
    /// The first constructor that fails.
    pub fn value<'s, 'h, T: ?Sized, Q, E>(
        &'s self,
        mut request: Option<&'h mut C::Request>,
        convert: impl FnOnce(Failure) -> E + Send + 'h,
    ) -> Asked<'s, 'h, <C::Family as Of<'s>>::T, E>
    where
        's: 'h,
        C: Provides<T, Q, Scope: HeldByRef, Family: for<'q> Of<'q>>,
    {
        let row = <C as Provides<T, Q>>::INDEX;
        let building = async move {
            if self.container.handle().runtime().is_over() {
                return Err(convert(Failure::not_running(row)));
            }
            let mut state = self.state.lock().await;
            let built = state.build(row, request.as_deref_mut()).await;
            let found = built.and_then(|()| state.filled_slot(row));
            found.map(Found).map_err(convert)
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
    pub async fn ready<P: Plan<Container = C>>(&self) -> Result<Joined<'_, P>, Failure> {
        Ok(Joined {
            call: self.prepare(P::VIEW.root).await?,
            _scope: PhantomData,
            _plan: PhantomData,
        })
    }

    // For all roots of a container: the code of these is built once.

    async fn build(
        &self,
        sources: &'static [Source],
        mut request: Option<&mut C::Request>,
    ) -> Result<(), Failure> {
        let mut state = self.state.lock().await;
        for row in rows(sources) {
            state.build(row, request.as_deref_mut()).await?;
        }
        Ok(())
    }

    async fn prepare(&self, root: &'static [Source]) -> Result<Call, Failure> {
        let mut state = self.state.lock().await;
        for row in rows(root) {
            state.build(row, None).await?;
        }
        Call::prepare(&mut *state, NO_ROW, root, None).await
    }

    async fn extract_for(
        &self,
        root: &'static [Source],
        request: &mut C::Request,
    ) -> Result<(), Failure> {
        self.state.lock().await.extract(root, request).await
    }

    /// Sets how the scope ends when it is dropped; cancelled, unless this was called.
    pub fn ends_with(&self, outcome: Outcome) {
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
    }

    #[doc(hidden)]
    /// The same, with what came of it.
    ///
    /// When the future is dropped before its end, a task of the app goes on with it.
    pub fn end(mut self, outcome: Outcome) -> impl Future<Output = Ended> + Send {
        let ended = self.take().end(outcome);
        ToItsEnd {
            ended: Some(Box::pin(ended)),
            runtime: self.container.handle().runtime(),
        }
    }

    /// The value of a row is this one.
    pub(super) fn hand_in(&mut self, row: u16, kept: Kept) {
        let state = self.state.get_mut();
        state.slots.insert(row, kept.slot);
        state.keep(kept);
    }

    /// What is in it; it is then empty.
    fn take(&mut self) -> State<C> {
        let empty = State::new(self.container.clone());
        std::mem::replace(self.state.get_mut(), empty)
    }
}

/// A value of an open scope that is being built. The value is borrowed from the scope for `'s`; what is read to build it is
/// borrowed for `'h`, no longer than it takes.
///
/// A type of its own, with what builds it erased: the future of an async fn that names `C: Provides<T>` for a `T` that borrows
/// is not `Send` for the compiler (rust#100013).
pub struct Asked<'s, 'h, V: ?Sized, E> {
    building: Pin<Box<dyn Future<Output = Result<Found, E>> + Send + 'h>>,
    _value: PhantomData<fn() -> &'s V>,
}

/// The pointer to a value.
struct Found(Slot);

// SAFETY: points to a value that is `Sync` (see `Node`).
unsafe impl Send for Found {}

impl<'s, V: ?Sized, E> Future for Asked<'s, '_, V, E> {
    type Output = Result<&'s V, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let found = ready!(self.building.as_mut().poll(cx));
        // SAFETY: the row is that of a key whose family's type is `V` (see `OpenScope::value`, which alone makes this), so the
        // slot points to one. It lives until the scope ends, which is borrowed for `'s`, and is only read.
        Poll::Ready(found.map(|Found(slot)| unsafe { &*slot.read() }))
    }
}

/// What a root asks for, in an open scope.
pub struct Joined<'s, P> {
    call: Call,
    _scope: PhantomData<&'s ()>,
    _plan: PhantomData<fn() -> P>,
}

impl<'s, P: Plan> Joined<'s, P> {
    /// The values: borrowed from the scope, or owned.
    pub fn args<H: Asks<S>, S>(mut self) -> <H::Deps as Deps>::Args<'s>
    where
        P: Plan<Root = H>,
    {
        // SAFETY: the sources are those of `H`, of whose dependencies there is one list (`Asks` is unsafe to implement). What
        // is referred to lives until the scope ends, which is borrowed for as long.
        unsafe { <H::Deps as Deps>::take(self.call.take().0, 0) }
    }
}

impl<C: Container> Drop for OpenScope<C> {
    fn drop(&mut self) {
        if self.state.get_mut().has_teardown() {
            let outcome = self.outcome.get_mut();
            let outcome = *outcome.unwrap_or_else(PoisonError::into_inner);
            drop(ToItsEnd {
                ended: Some(Box::pin(self.take().end(outcome))),
                runtime: self.container.handle().runtime(),
            });
        }
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
