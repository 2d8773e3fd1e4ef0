//! The frame of one request, the driver that fills it, and the future that owns its memory.

use std::{
    alloc::{Layout, alloc, dealloc, handle_alloc_error},
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};

use super::{
    inputs::Inputs,
    maker::{AsyncOp, MakeFn, Op, Thrown},
};
use crate::{
    Container, Failure,
    container::Asks,
    graph::MAX_DEPS,
    key::Deps,
    plan::{SHARED, View},
};

/// The plan of a root, as a type.
///
/// # Safety
/// `VIEW` is a plan of the container's graph for the dependencies that `Root` asks for.
pub unsafe trait Plan: Sized + 'static {
    /// The container whose graph it was made from.
    type Container: Container;
    /// The root that it was made for.
    type Root: 'static;
    /// The plan.
    const VIEW: View<'static>;
}

/// What happens around a frame: a request is taken apart, the frame is filled, the handler runs.
pub trait Flow<P: Plan>: Sized + Send + 'static {
    /// What the future returns.
    type Output;
    /// Runs in memory that lives for `'m`.
    fn run<'m>(
        self,
        memory: Memory<'m, P>,
    ) -> impl Future<Output = Self::Output> + Send + use<'m, Self, P>;
}

/// The memory of a frame, not yet filled.
pub struct Memory<'m, P> {
    at: *mut u8,
    _memory: PhantomData<&'m mut P>,
}

// SAFETY: plain memory that only this value names.
unsafe impl<P> Send for Memory<'_, P> {}

impl<'m, P: Plan> Memory<'m, P> {
    /// A frame in this memory, for as long as the container is borrowed.
    #[inline(always)]
    pub fn open<'c>(self, container: &'c P::Container) -> Frame<'c, P>
    where
        'm: 'c,
    {
        Frame {
            bases: Bases {
                at: self.at,
                app: container.handle().base(),
            },
            container: std::ptr::from_ref(container).cast(),
            mark: 0,
            stage: Stage::Open,
            _borrows: PhantomData,
        }
    }
}

/// The values of one request.
pub struct Frame<'m, P: Plan> {
    bases: Bases,
    container: *const u8,
    /// How far construction is; see the module's documentation. Only kept where something has to be dropped.
    mark: u32,
    stage: Stage,
    _borrows: PhantomData<&'m P>,
}

/// Where a frame's values are, and the app's slots. Passed by value: behind a reference the optimiser reads it again after
/// every value that is written.
#[derive(Clone, Copy)]
struct Bases {
    at: *mut u8,
    app: *const u8,
}

impl Bases {
    #[inline(always)]
    fn inputs(self, at: &'static [u32; MAX_DEPS]) -> Inputs {
        Inputs {
            frame: self.at,
            app: self.app,
            at: at.as_ptr(),
        }
    }

    /// # Safety
    /// `offset` is inside the frame.
    #[inline(always)]
    unsafe fn place(self, offset: usize) -> *mut u8 {
        // SAFETY: the caller's.
        unsafe { self.at.add(offset) }
    }
}

/// What was begun: every part of a plan runs at most once, since it moves owned values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    Extracting,
    Extracted,
    Building,
}

// SAFETY: what a frame holds is `Send` (`Recipe::Output`, `Extractor::Value`), and a frame is not shared while it is
// filled.
unsafe impl<P: Plan> Send for Frame<'_, P> {}

impl<'m, P: Plan> Frame<'m, P> {
    /// Whether [`extract`](Self::extract) has anything to do, and therefore has to be called.
    pub const EXTRACTS: bool = P::VIEW.extractors > 0;

    /// Whether a constructor is async, so that [`build`](Self::build) is needed instead of
    /// [`build_now`](Self::build_now).
    pub const IS_ASYNC: bool = {
        let mut k = P::VIEW.extractors;
        while k < P::VIEW.len && !matches!(kind::<P>(k), StepKind::Async(_)) {
            k += 1;
        }
        k < P::VIEW.len
    };

    /// Runs the extractors, in order.
    ///
    /// # Errors
    /// The first rejection.
    ///
    /// # Panics
    /// When called twice.
    pub async fn extract(
        &mut self,
        request: &mut <P::Container as Container>::Request,
    ) -> Result<(), Failure> {
        self.begin(Stage::Open, Stage::Extracting);
        let request = std::ptr::from_mut(request).cast();
        Drive::<'_, '_, P, true> {
            frame: self,
            request: Shelf(request),
            next: 0,
            pending: None,
        }
        .await?;
        self.stage = Stage::Extracted;
        Ok(())
    }

    /// Runs the constructors, in order, when none is async.
    ///
    /// # Errors
    /// The first constructor that fails; the rest is not built.
    ///
    /// # Panics
    /// When called twice, or before [`extract`](Self::extract) where that has something to do.
    #[inline(always)]
    pub fn build_now(&mut self) -> Result<Ready<'_, 'm, P>, Failure> {
        assert!(const { !Self::IS_ASYNC }, "the plan has async constructors");
        self.begin(Self::BEFORE_BUILD, Stage::Building);
        build_chunk::<P, First>(self.bases, &mut self.mark)?;
        Ok(Ready(self))
    }

    /// Runs the constructors, in order.
    ///
    /// # Errors
    /// The first constructor that fails; the rest is not built.
    ///
    /// # Panics
    /// When called twice, or before [`extract`](Self::extract) where that has something to do.
    pub async fn build(&mut self) -> Result<Ready<'_, 'm, P>, Failure> {
        self.begin(Self::BEFORE_BUILD, Stage::Building);
        let (request, next) = (
            Shelf(std::ptr::null_mut()),
            const { P::VIEW.extractors as u32 },
        );
        Drive::<'_, '_, P, false> {
            frame: self,
            request,
            next,
            pending: None,
        }
        .await?;
        Ok(Ready(self))
    }

    const BEFORE_BUILD: Stage = if Self::EXTRACTS {
        Stage::Extracted
    } else {
        Stage::Open
    };

    #[inline(always)]
    fn begin(&mut self, from: Stage, to: Stage) {
        assert!(
            self.stage == from,
            "a frame is filled once, and extractors run before constructors"
        );
        self.stage = to;
    }
}

impl<P: Plan> Drop for Frame<'_, P> {
    #[inline(always)]
    fn drop(&mut self) {
        if const { first_drop::<P>() < P::VIEW.len } {
            drop_chunk::<P, First>(self.bases, self.mark);
        }
    }
}

/// A frame whose values are all built.
pub struct Ready<'f, 'm, P: Plan>(&'f mut Frame<'m, P>);

impl<'f, P: Plan> Ready<'f, '_, P> {
    /// What the root asks for. Owned values are moved out of the frame.
    #[inline(always)]
    pub fn args<H: Asks<S>, S>(self) -> <H::Deps as Deps>::Args<'f>
    where
        P: Plan<Root = H>,
    {
        const {
            assert!(
                P::VIEW.root_len == <H::Deps as Deps>::LEN,
                "a plan for other dependencies"
            )
        };
        if const { takes_drop::<P>(P::VIEW.len) } {
            self.0.mark = const { 2 * P::VIEW.len as u32 + 1 };
        }
        // SAFETY: the plan was made for the dependencies of `H`, of which there is one list (`Asks` is unsafe to
        // implement), and all steps are done. The frame is borrowed for `'f`, and its container for longer.
        unsafe { <H::Deps as Deps>::take(self.0.bases.inputs(const { &at::<P>(P::VIEW.len) }), 0) }
    }
}

// ---- What the driver knows about step `k`, all in const evaluation.

enum StepKind {
    /// Beyond the end of the plan.
    None,
    Sync(MakeFn),
    Async(AsyncOp),
}

const fn kind<P: Plan>(k: usize) -> StepKind {
    if k >= P::VIEW.len {
        return StepKind::None;
    }
    let step = &P::VIEW.steps[k];
    if let Some(op) = step.extractor {
        return StepKind::Async(*op);
    }
    match &P::VIEW.rows[step.row as usize].maker {
        Some(maker) => match maker.op {
            Op::Sync(make) | Op::Alias(make, _) => StepKind::Sync(make),
            Op::Async(op) => StepKind::Async(op),
        },
        None => StepKind::None,
    }
}

// The compiler evaluates every const block of an instance, also behind a condition that is false: what follows
// is therefore total, with an idle answer where there is no such step.

const fn make_fn<P: Plan>(k: usize) -> MakeFn {
    match kind::<P>(k) {
        StepKind::Sync(make) => make,
        _ => |_, _| Ok(()),
    }
}

const fn async_op<P: Plan>(k: usize) -> AsyncOp {
    match kind::<P>(k) {
        StepKind::Async(op) => op,
        _ => AsyncOp::IDLE,
    }
}

const fn out<P: Plan>(k: usize) -> usize {
    if k < P::VIEW.len {
        P::VIEW.steps[k].out as usize
    } else {
        0
    }
}

/// Where the flag is. Total, as above: without async steps it is never asked.
const fn flag<P: Plan>() -> usize {
    match P::VIEW.flag {
        Some(flag) => flag,
        None => 0,
    }
}

/// The mark from which on step `k`'s value is somebody else's.
const fn taken_mark<P: Plan>(k: usize) -> u32 {
    if k < P::VIEW.len && P::VIEW.steps[k].taken_by != SHARED {
        2 * P::VIEW.steps[k].taken_by as u32 + 1
    } else {
        u32::MAX
    }
}

/// The inputs of step `k`, or, at the end, of the root.
const fn at<P: Plan>(k: usize) -> [u32; MAX_DEPS] {
    let (first, len) = if k < P::VIEW.len {
        (
            P::VIEW.steps[k].first as usize,
            P::VIEW.steps[k].len as usize,
        )
    } else if k == P::VIEW.len {
        (0, P::VIEW.root_len)
    } else {
        (0, 0)
    };
    let mut at = [0; MAX_DEPS];
    let mut i = 0;
    while i < len {
        at[i] = P::VIEW.inputs[first + i];
        i += 1;
    }
    at
}

/// How step `k`'s value is dropped.
const fn drop_or_idle<P: Plan>(k: usize) -> unsafe fn(*mut u8) {
    match drop_fn::<P>(k) {
        Some(drop) => drop,
        None => |_| (),
    }
}

/// How step `k`'s value is dropped, when that does anything.
const fn drop_fn<P: Plan>(k: usize) -> Option<unsafe fn(*mut u8)> {
    if k >= P::VIEW.len {
        return None;
    }
    let step = &P::VIEW.steps[k];
    match (step.extractor, &P::VIEW.rows[step.row as usize].maker) {
        (Some(op), _) => op.output.drop,
        (None, Some(maker)) => maker.output.drop,
        (None, None) => None,
    }
}

/// The first step whose value has to be dropped: until then no mark is kept.
const fn first_drop<P: Plan>() -> usize {
    let mut k = 0;
    while k < P::VIEW.len && drop_fn::<P>(k).is_none() {
        k += 1;
    }
    k
}

/// Whether step `k` takes an owned value that would have to be dropped.
const fn takes_drop<P: Plan>(k: usize) -> bool {
    let mut i = 0;
    while i < P::VIEW.len {
        if P::VIEW.steps[i].taken_by as usize == k && drop_fn::<P>(i).is_some() {
            return true;
        }
        i += 1;
    }
    false
}

#[cold]
fn failure<P: Plan>(k: usize, error: Thrown) -> Failure {
    Failure::new(P::VIEW.steps[k].row, error)
}

// ---- Unrolling. A chunk is a run of steps; chunks follow each other through const fn pointers, which, unlike a call
// of the next instance, does not make the compiler instantiate chunks that a plan does not have.

trait Chunk: 'static {
    const START: usize;
}
struct First;
struct Next<C>(PhantomData<C>);
impl Chunk for First {
    const START: usize = 0;
}
impl<C: Chunk> Chunk for Next<C> {
    const START: usize = C::START + WIDTH;
}
const WIDTH: usize = 8;

macro_rules! unroll {
    ($step:ident) => {
        $step!(0);
        $step!(1);
        $step!(2);
        $step!(3);
        $step!(4);
        $step!(5);
        $step!(6);
        $step!(7);
    };
}

macro_rules! unroll_back {
    ($step:ident) => {
        $step!(7);
        $step!(6);
        $step!(5);
        $step!(4);
        $step!(3);
        $step!(2);
        $step!(1);
        $step!(0);
    };
}

type BuildFn = fn(Bases, &mut u32) -> Result<(), Failure>;
type DropFn = fn(Bases, u32);

fn built(_: Bases, _: &mut u32) -> Result<(), Failure> {
    Ok(())
}

fn dropped(_: Bases, _: u32) {}

#[inline(always)]
fn build_chunk<P: Plan, C: Chunk>(bases: Bases, mark: &mut u32) -> Result<(), Failure> {
    macro_rules! one {
        ($k:literal) => {
            if const { matches!(kind::<P>(C::START + $k), StepKind::Sync(_)) } {
                if const { takes_drop::<P>(C::START + $k) } {
                    *mark = const { 2 * (C::START + $k) as u32 + 1 };
                }
                // SAFETY: the inputs of a step are built before it, and its place is free memory of the frame.
                let made = unsafe {
                    (const { make_fn::<P>(C::START + $k) })(
                        bases.inputs(const { &at::<P>(C::START + $k) }),
                        bases.place(const { out::<P>(C::START + $k) }),
                    )
                };
                if let Err(error) = made {
                    return Err(failure::<P>(C::START + $k, error));
                }
                if const { first_drop::<P>() <= C::START + $k } {
                    *mark = const { 2 * (C::START + $k) as u32 + 2 };
                }
            }
        };
    }
    unroll!(one);
    (const {
        if P::VIEW.len > C::START + WIDTH {
            build_chunk::<P, Next<C>> as BuildFn
        } else {
            built as BuildFn
        }
    })(bases, mark)
}

#[inline(always)]
fn drop_chunk<P: Plan, C: Chunk>(bases: Bases, mark: u32) {
    (const {
        if P::VIEW.len > C::START + WIDTH {
            drop_chunk::<P, Next<C>> as DropFn
        } else {
            dropped as DropFn
        }
    })(bases, mark);
    macro_rules! one {
        ($k:literal) => {
            if const { drop_fn::<P>(C::START + $k).is_some() } {
                let done = mark >= const { 2 * (C::START + $k) as u32 + 2 };
                if done && mark < const { taken_mark::<P>(C::START + $k) } {
                    // SAFETY: the value is live (see the module's documentation), and everything that borrows
                    // from it was built later and is dropped already.
                    unsafe {
                        (const { drop_or_idle::<P>(C::START + $k) })(
                            bases.place(const { out::<P>(C::START + $k) }),
                        );
                    }
                }
            }
        };
    }
    unroll_back!(one);
}

/// A pointer that a future may hold.
#[derive(Clone, Copy)]
struct Shelf(*mut u8);
// SAFETY: points to a request that the driving future borrows mutably; requests are `Send` (`Container::Request`).
unsafe impl Send for Shelf {}

/// Drives the steps of a plan that has async ones: the extractors, or the constructors.
struct Drive<'f, 'm, P: Plan, const EXTRACT: bool> {
    frame: &'f mut Frame<'m, P>,
    request: Shelf,
    /// The step to go on with.
    next: u32,
    /// How to drop the future in flight, which lies in the frame's scratch memory.
    pending: Option<unsafe fn(*mut u8)>,
}

impl<P: Plan, const EXTRACT: bool> Drive<'_, '_, P, EXTRACT> {
    #[inline(always)]
    fn scratch(&self) -> *mut u8 {
        // SAFETY: the scratch memory is inside the frame.
        unsafe { self.frame.bases.place(const { P::VIEW.scratch }) }
    }

    #[inline(always)]
    fn flag(&self) -> *mut bool {
        // SAFETY: the flag is inside the frame, in every plan with async steps.
        unsafe { self.frame.bases.place(const { flag::<P>() }).cast() }
    }

    fn stop(&mut self) {
        if let Some(drop) = self.pending.take() {
            // SAFETY: a future is in flight, and this is the only place that drops it. The flag is inside the frame.
            unsafe {
                drop(self.scratch());
                self.flag().write(false);
            }
        }
    }

    /// Starts the future of step `k` unless it is in flight, and polls it.
    #[inline(always)]
    fn advance(
        &mut self,
        op: &AsyncOp,
        inputs: Inputs,
        out: usize,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Thrown>> {
        // SAFETY: the scratch memory is large enough for every async step and holds one future at a time, which
        // does not move; the inputs of a step are built before it, and its place is free memory of the frame.
        unsafe {
            if self.pending.is_none() {
                (op.start)(inputs, self.scratch());
                self.flag().write(true);
                self.pending = Some(op.drop);
            }
            let polled = (op.poll)(self.scratch(), cx, self.frame.bases.place(out));
            if polled.is_ready() {
                self.stop();
            }
            polled
        }
    }
}

impl<P: Plan, const EXTRACT: bool> Drop for Drive<'_, '_, P, EXTRACT> {
    fn drop(&mut self) {
        self.stop();
    }
}

impl<P: Plan, const EXTRACT: bool> Future for Drive<'_, '_, P, EXTRACT> {
    type Output = Result<(), Failure>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        drive_chunk::<P, First, EXTRACT>(&mut self, cx)
    }
}

type DriveFn<P, const EXTRACT: bool> =
    fn(&mut Drive<'_, '_, P, EXTRACT>, &mut Context<'_>) -> Poll<Result<(), Failure>>;

fn driven<P: Plan, const EXTRACT: bool>(
    _: &mut Drive<'_, '_, P, EXTRACT>,
    _: &mut Context<'_>,
) -> Poll<Result<(), Failure>> {
    Poll::Ready(Ok(()))
}

#[inline(always)]
fn drive_chunk<P: Plan, C: Chunk, const EXTRACT: bool>(
    drive: &mut Drive<'_, '_, P, EXTRACT>,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Failure>> {
    macro_rules! one {
        ($k:literal) => {
            if const { C::START + $k < P::VIEW.len && (C::START + $k < P::VIEW.extractors) == EXTRACT }
                && drive.next == const { (C::START + $k) as u32 }
            {
                if const { takes_drop::<P>(C::START + $k) } {
                    drive.frame.mark = const { 2 * (C::START + $k) as u32 + 1 };
                }
                let inputs = if EXTRACT {
                    Inputs {
                        frame: drive.request.0,
                        app: drive.frame.container,
                        at: std::ptr::null(),
                    }
                } else {
                    drive.frame.bases.inputs(const { &at::<P>(C::START + $k) })
                };
                let out = const { out::<P>(C::START + $k) };
                let made = if const { matches!(kind::<P>(C::START + $k), StepKind::Async(_)) } {
                    match drive.advance(const { &async_op::<P>(C::START + $k) }, inputs, out, cx) {
                        Poll::Ready(made) => made,
                        Poll::Pending => return Poll::Pending,
                    }
                } else {
                    // SAFETY: the inputs of a step are built before it, and its place is free memory of the frame.
                    unsafe { (const { make_fn::<P>(C::START + $k) })(inputs, drive.frame.bases.place(out)) }
                };
                if let Err(error) = made {
                    return Poll::Ready(Err(failure::<P>(C::START + $k, error)));
                }
                if const { first_drop::<P>() <= C::START + $k } {
                    drive.frame.mark = const { 2 * (C::START + $k) as u32 + 2 };
                }
                drive.next = const { (C::START + $k) as u32 + 1 };
            }
        };
    }
    unroll!(one);
    (const {
        if P::VIEW.len > C::START + WIDTH {
            drive_chunk::<P, Next<C>, EXTRACT> as DriveFn<P, EXTRACT>
        } else {
            driven as DriveFn<P, EXTRACT>
        }
    })(drive, cx)
}

// ---- The future.

/// A handler's future and its frame, in one allocation: the future first, the frame's memory behind it.
///
/// A constructor's future in the frame is pinned, so its memory must not be freed before it is dropped. The frame's
/// driver drops it, unless safe code forgets the driver: a flag in the frame tells, and the allocation is then leaked too.
pub struct ScopeFuture<O> {
    future: *mut (dyn Future<Output = O> + Send),
    layout: Layout,
    /// The flag; null in a plan without async steps.
    in_flight: *mut bool,
}

// SAFETY: owns a future that is `Send`, and the memory of a frame, which is `Send`.
unsafe impl<O> Send for ScopeFuture<O> {}
impl<O> Unpin for ScopeFuture<O> {}

impl<O> ScopeFuture<O> {
    /// Allocates the future of `flow` with the memory that the plan asks for.
    #[inline]
    pub fn new<P: Plan, W: Flow<P, Output = O>>(flow: W) -> Self {
        Self::allocate::<P, W, _>(flow, |flow, memory| flow.run(memory))
    }

    #[inline(always)]
    fn allocate<P, W, F>(flow: W, begin: impl FnOnce(W, Memory<'static, P>) -> F) -> Self
    where
        P: Plan,
        F: Future<Output = O> + Send + 'static,
    {
        let (layout, offset) = const {
            let frame = match Layout::from_size_align(P::VIEW.size, P::VIEW.align) {
                Ok(frame) => frame,
                Err(_) => panic!("[DI020] a frame is too large"),
            };
            match Layout::new::<F>().extend(frame) {
                Ok((layout, offset)) => (layout.pad_to_align(), offset),
                Err(_) => panic!("[DI020] a frame is too large"),
            }
        };
        // SAFETY: an async block's layout is not empty; the memory is checked, large enough for the future and the
        // frame at its offset, and freed by this value only, after the future is dropped. `'static` stands for
        // that life: `Flow::run` accepts any lifetime and can therefore not let the memory escape.
        unsafe {
            let at = if layout.size() == 0 {
                layout.dangling_ptr().as_ptr()
            } else {
                alloc(layout)
            };
            if at.is_null() {
                handle_alloc_error(layout);
            }
            let memory = Memory {
                at: at.add(offset),
                _memory: PhantomData,
            };
            let in_flight = match const { P::VIEW.flag } {
                Some(flag) => at.add(offset + flag).cast::<bool>(),
                None => std::ptr::null_mut(),
            };
            if const { P::VIEW.flag.is_some() } {
                in_flight.write(false);
            }
            at.cast::<F>().write(begin(flow, memory));
            ScopeFuture {
                future: at.cast::<F>(),
                layout,
                in_flight,
            }
        }
    }

    /// The size of the allocation in bytes.
    pub fn size(&self) -> usize {
        self.layout.size()
    }
}

impl<O> Future for ScopeFuture<O> {
    type Output = O;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<O> {
        // SAFETY: the future is on the heap and is not moved before it is dropped.
        unsafe { Pin::new_unchecked(&mut *self.future).poll(cx) }
    }
}

impl<O> Drop for ScopeFuture<O> {
    fn drop(&mut self) {
        // SAFETY: the future and its memory are this value's, and nobody uses them again.
        unsafe {
            self.future.drop_in_place();
            let is_forgotten = !self.in_flight.is_null() && self.in_flight.read();
            if self.layout.size() != 0 && !is_forgotten {
                dealloc(self.future.cast(), self.layout);
            }
        }
    }
}
