//! Constructors that block their thread, on a thread that may be blocked.
//!
//! The constructor reads its arguments where they are and writes its value where it goes, from another thread. Whoever waits for
//! it therefore keeps both where they are until it is through: it is not dropped before. A frame that is given up meanwhile
//! moves to a task of the app as it is (see `ScopeFuture`); where nobody can go on with it, the drop waits.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    sync::{Arc, Condvar, Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

use super::{
    inputs::Inputs,
    maker::{MakeFn, Thrown},
    turns::Current,
};
use crate::{NoPlace, runtime::Runtime};

/// A constructor that runs on another thread.
pub(crate) struct BlockingCall {
    shared: Arc<Shared>,
    out: *mut u8,
    drop: Option<unsafe fn(*mut u8)>,
}

// SAFETY: the value is `Send`.
unsafe impl Send for BlockingCall {}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    is_done: Condvar,
}

#[derive(Default)]
enum State {
    #[default]
    Running,
    /// Somebody waits.
    Awaited(Waker),
    Made(Result<Result<(), Thrown>, Box<dyn Any + Send>>),
    /// Told.
    Over,
}

struct Work {
    make: MakeFn,
    inputs: Inputs,
    out: *mut u8,
    /// What it is a part of; its thread does not know.
    current: Option<Current>,
}

// SAFETY: the inputs are `Sync`, or `Send` and the constructor's own, and the place is the constructor's.
unsafe impl Send for Work {}

impl Work {
    fn run(self) -> Result<Result<(), Thrown>, Box<dyn Any + Send>> {
        // SAFETY: that of `BlockingCall::start`.
        let make = || unsafe { (self.make)(self.inputs, self.out) };
        Current::run(self.current, || catch_unwind(AssertUnwindSafe(make)))
    }
}

impl BlockingCall {
    /// Begins it. With `is_bounded` it is refused where all places are taken.
    ///
    /// # Safety
    /// `inputs` are those of `make`, and `out` is free memory for its value, which `drop` drops; both stay until this is dropped.
    pub(super) unsafe fn start(
        runtime: &dyn Runtime,
        make: MakeFn,
        inputs: Inputs,
        out: *mut u8,
        drop: Option<unsafe fn(*mut u8)>,
        is_bounded: bool,
    ) -> Self {
        let shared = Arc::<Shared>::default();
        let told = Arc::clone(&shared);
        let current = Current::get();
        let work = Work {
            make,
            inputs,
            out,
            current,
        };
        // Dropped without having run, it tells that, too.
        let guard = Tells(Some(told));
        let begun = runtime.spawn_blocking(
            Box::new(move |held| {
                let made = work.run();
                std::mem::drop(held);
                guard.tell(made);
            }),
            is_bounded,
        );
        if let Err(refused) = begun {
            shared.made(Ok(Err(Box::new(refused))));
        }
        BlockingCall { shared, out, drop }
    }
}

/// Tells that the work is done, however it ends.
struct Tells(Option<Arc<Shared>>);

impl Tells {
    fn tell(mut self, made: Result<Result<(), Thrown>, Box<dyn Any + Send>>) {
        if let Some(shared) = self.0.take() {
            shared.made(made);
        }
    }
}

impl Drop for Tells {
    fn drop(&mut self) {
        if let Some(shared) = self.0.take() {
            shared.made(Ok(Err(Box::new(NoPlace::nobody()))));
        }
    }
}

impl Shared {
    /// The first word counts.
    fn made(&self, made: Result<Result<(), Thrown>, Box<dyn Any + Send>>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *state, State::Made(made));
        if let State::Made(_) | State::Over = before {
            *state = before;
            return;
        }
        drop(state);
        self.is_done.notify_all();
        if let State::Awaited(waker) = before {
            waker.wake();
        }
    }
}

impl Future for BlockingCall {
    type Output = Result<(), Thrown>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self
            .shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Over) {
            State::Running | State::Awaited(_) => {
                *state = State::Awaited(cx.waker().clone());
                Poll::Pending
            }
            State::Made(made) => {
                drop(state);
                Poll::Ready(made.unwrap_or_else(|payload| resume_unwind(payload)))
            }
            State::Over => panic!("polled after its end"),
        }
    }
}

impl Drop for BlockingCall {
    fn drop(&mut self) {
        let mut state = self
            .shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        while let State::Running | State::Awaited(_) = *state {
            state = self
                .shared
                .is_done
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let made = std::mem::replace(&mut *state, State::Over);
        drop(state);
        if let (State::Made(Ok(Ok(()))), Some(drop)) = (made, self.drop) {
            // SAFETY: the value is written, and nobody was told of it.
            unsafe { drop(self.out) }
        }
    }
}
