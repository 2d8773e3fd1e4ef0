//! The frame of one request.

use std::marker::PhantomData;

use super::{
    drive::{Drive, Shelf},
    inputs::Inputs,
    looped,
    rest::Control,
    step::{BUILD, EXTRACT, GUARD, at, first_of, takes_drop},
    unroll::{BuildFn, DropFn, First, build_chunk, drop_chunk},
};
use crate::{
    Container, Failure, HasContainer, Outcome, Panic, container::Asks, graph::MAX_DEPS, key::Deps,
    observe::Watch, plan::View, teardown::Ended,
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
    /// Whether it is run by loops and not by unrolled code, whose speed takes an optimiser. That of this crate's profile:
    /// `[profile.dev.package.di-core] debug-assertions = false` has the unrolled code run without one.
    const IS_LOOPED: bool = cfg!(debug_assertions);
}

/// What happens around a frame: a request is taken apart, the frame is filled, the handler runs.
pub trait Flow<P: Plan>: Sized + Send + 'static {
    /// What holds the container while it runs.
    type State: HasContainer<Container = P::Container>;
    /// What the future returns.
    type Output: 'static;
    /// Runs in memory that lives for `'m`.
    fn run<'m>(
        self,
        state: &'m Self::State,
        memory: Memory<'m, P>,
    ) -> impl Future<Output = Self::Output> + Send + use<'m, Self, P>;
    /// How it ended, by its output.
    fn outcome(output: &Self::Output) -> Outcome;
    /// The output of one that panicked.
    fn panicked(panic: Panic) -> Self::Output;
    /// The output where values could not be torn down, or something is left to be done.
    fn ended(output: Self::Output, ended: Ended) -> Self::Output;
}

/// The memory of a frame, not yet filled.
pub struct Memory<'m, P: Plan> {
    pub(super) at: *mut u8,
    pub(super) container: &'m P::Container,
    pub(super) _memory: PhantomData<&'m mut P>,
}

// SAFETY: plain memory that only this value names, and a container, which is `Sync`.
unsafe impl<P: Plan> Send for Memory<'_, P> {}

impl<'m, P: Plan> Memory<'m, P> {
    /// A frame in this memory.
    ///
    /// # Panics
    /// Of a plan in which something is put off. With the feature `testing`, of an app in which something was replaced: a frame
    /// takes for granted that it was not.
    #[inline(always)]
    pub fn open(self) -> Frame<'m, P> {
        assert!(const { !P::VIEW.is_lazy }, "the plan has lazy values");
        #[cfg(feature = "testing")]
        assert!(!self.container.handle().is_replaced());
        Frame {
            bases: Bases {
                at: self.at,
                app: self.container.handle().base(),
            },
            container: std::ptr::from_ref(self.container).cast(),
            mark: 0,
            watch: Watch::nobody(),
            stage: Stage::Open,
            _borrows: PhantomData,
        }
    }
}

/// The values of one request.
pub struct Frame<'m, P: Plan> {
    pub(super) bases: Bases,
    pub(super) container: *const u8,
    /// How far construction is; see the module's documentation. Only kept where something has to be dropped.
    pub(super) mark: u32,
    /// Who is told what is built; its end takes it over.
    pub(super) watch: Watch,
    stage: Stage,
    _borrows: PhantomData<&'m P>,
}

/// Where a frame's values are, and the app's slots. Passed by value: behind a reference the optimiser reads it again after
/// every value that is written.
#[derive(Clone, Copy)]
pub(super) struct Bases {
    pub(super) at: *mut u8,
    pub(super) app: *const u8,
}

impl Bases {
    #[inline(always)]
    pub(super) fn inputs(self, at: &'static [u32; MAX_DEPS]) -> Inputs {
        Inputs {
            frame: self.at,
            app: self.app,
            at: at.as_ptr(),
        }
    }

    /// # Safety
    /// `offset` is inside the frame.
    #[inline(always)]
    pub(super) unsafe fn place(self, offset: usize) -> *mut u8 {
        // SAFETY: the caller's.
        unsafe { self.at.add(offset) }
    }
}

/// What was begun: every part of a plan runs at most once, since it moves owned values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    Guarding,
    Guarded,
    Extracting,
    Extracted,
    Building,
    Built,
    Ready,
}

impl Stage {
    #[inline]
    fn advance(&mut self, from: Stage, to: Stage) {
        assert!(
            *self == from,
            "a frame is filled once, and extractors run before constructors"
        );
        *self = to;
    }
}

// SAFETY: what a frame holds is `Send` (`Recipe::Output`, `Extractor::Value`), and a frame is not shared while it is
// filled.
unsafe impl<P: Plan> Send for Frame<'_, P> {}

impl<'m, P: Plan> Frame<'m, P> {
    /// Whether [`guard`](Self::guard) has anything to do, and therefore has to be called first.
    pub const GUARDS: bool = P::VIEW.guards > 0;

    /// Whether [`extract`](Self::extract) has anything to do, and therefore has to be called.
    pub const EXTRACTS: bool = P::VIEW.extractors > 0;

    /// Whether a constructor is async, so that [`build`](Self::build) is needed instead of
    /// [`build_now`](Self::build_now).
    pub const IS_ASYNC: bool = P::VIEW.waits;

    /// Somebody is told what is built.
    #[cfg(feature = "observe")]
    pub fn observe(&mut self, observer: std::sync::Arc<dyn crate::observe::Observer>) {
        self.watch = Watch::by(observer);
    }

    /// Whether [`build_now`](Self::build_now) is all that there is to do.
    pub const IS_DIRECT: bool =
        !(P::VIEW.is_lazy || Self::GUARDS || Self::EXTRACTS || Self::IS_ASYNC);

    /// Builds what the guards need, and the guards, in order.
    ///
    /// The future fails with the first rejection, or constructor that fails; the rest is not built.
    ///
    /// # Panics
    /// When called twice.
    pub fn guard<'f>(
        &'f mut self,
        request: &'f mut <P::Container as Container>::Request,
    ) -> Drive<'f, 'm, P, GUARD> {
        self.begin(Stage::Open, Stage::Guarding);
        self.watch.skip();
        self.drive(std::ptr::from_mut(request).cast())
    }

    /// Runs the extractors, in order.
    ///
    /// The future fails with the first rejection.
    ///
    /// # Panics
    /// When called twice.
    pub fn extract<'f>(
        &'f mut self,
        request: &'f mut <P::Container as Container>::Request,
    ) -> Drive<'f, 'm, P, EXTRACT> {
        self.begin(Self::BEFORE_EXTRACT, Stage::Extracting);
        self.watch.skip();
        self.drive(std::ptr::from_mut(request).cast())
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
        self.watch.skip();
        (const {
            if P::IS_LOOPED {
                looped::build::<P> as BuildFn
            } else {
                build_chunk::<P, First> as BuildFn
            }
        })(self.bases, &mut self.mark, &mut self.watch)?;
        Ok(Ready(self))
    }

    /// Runs the constructors, in order, when one is async; see [`Drive::into_ready`].
    ///
    /// The future fails with the first constructor that fails; the rest is not built.
    ///
    /// # Panics
    /// When called twice, or before [`extract`](Self::extract) where that has something to do.
    pub fn build(&mut self) -> Drive<'_, 'm, P, BUILD> {
        assert!(const { Self::IS_ASYNC }, "there is nothing to wait for");
        self.begin(Self::BEFORE_BUILD, Stage::Building);
        self.watch.skip();
        self.drive(std::ptr::null_mut())
    }

    /// What [`build`](Self::build) has built.
    ///
    /// # Panics
    /// When it was not called, did not end, or failed; and when this is called twice.
    pub(super) fn ready(&mut self) -> Ready<'_, 'm, P> {
        self.begin(Stage::Built, Stage::Ready);
        Ready(self)
    }

    /// Notes whether a constructor runs on another thread, so that the frame has to stay.
    pub(super) fn set_blocking(&mut self, is_blocking: bool) {
        if let Some(offset) = const { P::VIEW.control } {
            // SAFETY: the control is inside the frame, and nobody else has it while the handler's future lives.
            unsafe { (*self.bases.place(offset).cast::<Control>()).is_blocking = is_blocking }
        }
    }

    /// `request` is a request where the part has extractors.
    fn drive<const PART: u8>(&mut self, request: *mut u8) -> Drive<'_, 'm, P, PART> {
        Drive {
            frame: self,
            request: Shelf(request),
            next: const { first_of(&P::VIEW, PART) as u32 },
            pending: None,
            is_over: false,
        }
    }

    /// A driver is through with its part.
    pub(super) fn done(&mut self, part: u8) {
        self.stage = match part {
            GUARD => Stage::Guarded,
            EXTRACT => Stage::Extracted,
            _ => Stage::Built,
        };
    }

    const BEFORE_EXTRACT: Stage = if Self::GUARDS {
        Stage::Guarded
    } else {
        Stage::Open
    };

    const BEFORE_BUILD: Stage = if Self::EXTRACTS {
        Stage::Extracted
    } else {
        Self::BEFORE_EXTRACT
    };

    #[inline(always)]
    fn begin(&mut self, from: Stage, to: Stage) {
        self.stage.advance(from, to);
    }
}

impl<P: Plan> Drop for Frame<'_, P> {
    #[inline(always)]
    fn drop(&mut self) {
        self.watch.root_ends();
        if let Some(offset) = const { P::VIEW.control } {
            // Not dropped but left, to be torn down by `ScopeFuture`.
            // SAFETY: the control is inside the frame, and nobody else has it while the handler's future lives.
            unsafe {
                (*self.bases.place(offset).cast::<Control>()).end.left(
                    self.mark,
                    std::mem::replace(&mut self.watch, Watch::nobody()),
                )
            }
        } else if const { P::VIEW.drops } {
            (const {
                if P::IS_LOOPED {
                    looped::drop_values::<P> as DropFn
                } else {
                    drop_chunk::<P, First> as DropFn
                }
            })(self.bases, self.mark);
        }
    }
}

/// A frame whose values are all built.
pub struct Ready<'f, 'm, P: Plan>(&'f mut Frame<'m, P>);

impl<'f, P: Plan> Ready<'f, '_, P> {
    /// What the root asks for. Owned values are moved out of the frame.
    #[inline(always)]
    pub fn args<H: Asks<L>, L: Deps>(self) -> L::Args<'f>
    where
        P: Plan<Root = H>,
    {
        const { assert!(P::VIEW.root_len == L::LEN, "a plan for other dependencies") };
        if const { takes_drop::<P>(P::VIEW.len) } {
            self.0.mark = const { 2 * P::VIEW.len as u32 + 1 };
        }
        self.0.watch.root_begins();
        // SAFETY: the plan was made for the dependencies of `H`, of which there is one list (`Asks` is unsafe to
        // implement), and all steps are done. The frame is borrowed for `'f`, and its container for longer.
        unsafe { L::take(self.0.bases.inputs(const { &at::<P>(P::VIEW.len) })) }
    }
}
