//! The end of a frame: its values torn down and dropped, in reverse order of construction.
//!
//! A loop over the steps and not unrolled as construction is: it waits for teardowns, and runs only in plans that have one.

use std::task::{Context, Poll};

use super::{closing::TeardownOp, frame::Plan, held::Kept, lent::LentOps, step::flag};
use crate::{
    Outcome,
    observe::{Act, Watch},
    plan::{SHARED, Step, View},
    teardown::{Ended, Panic, Torn, caught},
};

/// How far the end of a frame is.
pub(crate) struct End {
    /// That of the frame when the handler was through with it; see the module's documentation.
    mark: u32,
    /// The steps from here on are torn down and dropped.
    ended: u32,
    pub(super) ended_as: Ended,
    /// The teardown in flight, whose future lies in the frame's scratch memory, and its step.
    pending: Option<(TeardownOp, usize)>,
    /// What that teardown borrows, where it does not take the value.
    keeping: Option<Kept>,
    watch: Watch,
}

impl End {
    pub(super) fn new() -> Self {
        End {
            mark: 0,
            ended: u32::MAX,
            ended_as: Ended::new(Outcome::Cancelled),
            pending: None,
            keeping: None,
            watch: Watch::nobody(),
        }
    }

    /// The frame leaves its values.
    #[inline(always)]
    pub(super) fn left(&mut self, mark: u32, watch: Watch) {
        self.mark = mark;
        self.watch = watch;
    }

    pub(super) fn begin(&mut self, outcome: Outcome) {
        self.ended_as.outcome = outcome;
    }

    /// Whether there is nothing to do.
    pub(super) fn is_over(&self) -> bool {
        self.pending.is_none() && (self.mark < 2 || self.ended == 0)
    }

    /// The next step to end, whose value is this caller's to tear down or drop. Of a transient with a teardown, whose handle
    /// somebody may have taken, that is the half that is kept.
    fn next(&mut self, view: &View<'static>) -> Option<usize> {
        while self.ended > 0 {
            self.ended = self.ended.min(view.len as u32) - u32::from(view.len > 0);
            let k = self.ended as usize;
            let Some(step) = view.steps[..view.len].get(k) else {
                break;
            };
            let is_done = self.mark >= 2 * self.ended + 2;
            if is_done && (lent(view, step).is_some() || !self.is_taken(step)) {
                return Some(k);
            }
        }
        None
    }

    fn is_taken(&self, step: &Step) -> bool {
        match step.taken_by {
            SHARED => false,
            taker => self.mark > 2 * u32::from(taker),
        }
    }

    fn note(&mut self, node: &'static str, ended: Result<Torn, Panic>) {
        self.ended_as.note(node, ended);
    }

    fn take(&mut self) -> Ended {
        let outcome = self.ended_as.outcome;
        std::mem::replace(&mut self.ended_as, Ended::new(outcome))
    }
}

/// The operations of a step that makes a transient with a teardown.
fn lent(view: &View<'static>, step: &Step) -> Option<LentOps> {
    match (
        step.extractor,
        &view.rows.all()[usize::from(step.row)].maker,
    ) {
        (None, Some(maker)) => maker.lent,
        _ => None,
    }
}

/// A frame whose handler is gone.
struct Ending<'e> {
    at: *mut u8,
    view: View<'static>,
    flag: usize,
    end: &'e mut End,
}

impl<'e> Ending<'e> {
    /// # Safety
    /// `at` is a frame of this plan, which `end` knows how far it is, and nobody else uses.
    unsafe fn new<P: Plan>(at: *mut u8, end: &'e mut End) -> Self {
        Ending {
            at,
            view: P::VIEW,
            flag: const { flag::<P>() },
            end,
        }
    }

    fn place(&self, offset: usize) -> *mut u8 {
        // SAFETY: offsets of the plan are inside the frame.
        unsafe { self.at.add(offset) }
    }

    fn step(&self, k: usize) -> (&'static Step, &'static str) {
        let step = &self.view.steps[k];
        (step, self.view.rows.all()[usize::from(step.row)].name)
    }

    fn poll(mut self, cx: &mut Context<'_>) -> Poll<Ended> {
        let _polling = self.end.watch.polling();
        loop {
            if let Some((op, k)) = self.end.pending {
                // SAFETY: the future is in flight, and does not move.
                let polled = caught(|| unsafe {
                    let _entered = self.end.watch.enter();
                    (op.poll)(self.place(self.view.scratch), cx)
                });
                let ended = match polled {
                    Ok(Poll::Pending) => {
                        self.end.watch.wait();
                        return Poll::Pending;
                    }
                    Ok(Poll::Ready(ended)) => Ok(ended),
                    Err(panic) => Err(panic),
                };
                self.end.watch.end(matches!(ended, Ok(Ok(_))));
                let node = self.step(k).1;
                self.end.note(node, ended);
                let dropped = caught(|| self.stop());
                self.end.note(node, dropped.map(|()| Ok(None)));
            }
            // Elsewhere it is dropped, without teardown.
            let next = match self.is_occupied() {
                true => None,
                false => self.end.next(&self.view),
            };
            let Some(k) = next else {
                // What runs from now on, before this is dropped, is no teardown.
                self.end.watch.wait();
                return Poll::Ready(self.end.take());
            };
            self.begin(k);
        }
    }

    /// Drops the future in flight, and with it the value.
    fn stop(&mut self) {
        if let Some((op, _)) = self.end.pending.take() {
            // SAFETY: a future is in flight, and this is the only place that drops it. The flag is inside the frame of
            // every plan with a teardown. A future whose drop panics is gone too.
            unsafe {
                self.place(self.flag).cast::<bool>().write(false);
                (op.drop)(self.place(self.view.scratch));
            }
        }
        drop(self.end.keeping.take());
    }

    /// Takes the half that is kept of a transient with a teardown; the handle is dropped, unless somebody took it.
    ///
    /// # Safety
    /// Step `k` is done, and this is called once.
    unsafe fn keep(&self, step: &Step, ops: LentOps) -> Kept {
        let at = self.place(step.out as usize);
        // SAFETY: the caller's.
        unsafe {
            let kept = (ops.keep)(at);
            if !self.end.is_taken(step) {
                (ops.drop_handed)(at);
            }
            kept
        }
    }

    /// Whether a driver of the frame was forgotten while a constructor was in flight. That future is pinned to the scratch
    /// memory, which therefore must not be used again.
    fn is_occupied(&self) -> bool {
        // SAFETY: as in `stop`; written when the memory was allocated.
        self.end.pending.is_none() && unsafe { self.place(self.flag).cast::<bool>().read() }
    }

    fn begin(&mut self, k: usize) {
        let (step, node) = self.step(k);
        let teardown = match (
            step.extractor,
            &self.view.rows.all()[usize::from(step.row)].maker,
        ) {
            (None, Some(maker)) => maker.teardown,
            _ => None,
        };
        let Some(op) = teardown else {
            let Some(drop) = self.dropped_by(step) else {
                return;
            };
            // What keeps its thread now is no teardown any more.
            self.end.watch.wait();
            // SAFETY: the step is live, and handed out once; what borrows from it was built later and is ended.
            let dropped = caught(|| unsafe { drop(self.place(step.out as usize)) });
            // Its time is not that of the next one.
            self.end.watch.skip();
            return self.end.note(node, dropped.map(|()| Ok(None)));
        };
        let (mut value, scratch) = (self.place(step.out as usize), self.place(self.view.scratch));
        if let Some(ops) = lent(&self.view, step) {
            // SAFETY: see below; a sized value has a thin pointer in its slot.
            unsafe {
                let kept = self.keep(step, ops);
                value = kept.slot.read::<u8>().cast_mut();
                self.end.keeping = Some(kept);
            }
        }
        let outcome = self.end.ended_as.outcome;
        self.end.watch.begin(Act::Teardown, step.row);
        // SAFETY: the step is live (see the module's documentation), everything that borrows from it was built later and is
        // ended already, and `next` hands it out once. The scratch memory is free: nothing is pending, and it is not occupied.
        let started = caught(|| unsafe {
            let _entered = self.end.watch.enter();
            (op.start)(value, outcome, scratch)
        });
        match started {
            Ok(()) => {
                // SAFETY: as in `stop`.
                unsafe { self.place(self.flag).cast::<bool>().write(true) }
                self.end.pending = Some((op, k));
            }
            Err(panic) => {
                self.end.keeping = None;
                self.end.watch.end(false);
                self.end.note(node, Err(panic));
            }
        }
    }

    /// # Safety
    /// The value of step `k` is live, and nobody uses it again.
    unsafe fn drop_value(&self, k: usize) {
        let (step, _) = self.step(k);
        if let Some(ops) = lent(&self.view, step) {
            // SAFETY: the caller's.
            return drop(unsafe { self.keep(step, ops) });
        }
        if let Some(drop) = self.dropped_by(step) {
            // SAFETY: the caller's.
            unsafe { drop(self.place(step.out as usize)) }
        }
    }

    /// What drops the value of a step; none, where nothing happens then.
    fn dropped_by(&self, step: &Step) -> Option<unsafe fn(*mut u8)> {
        match (
            step.extractor,
            &self.view.rows.all()[usize::from(step.row)].maker,
        ) {
            (Some(op), _) => op.output.drop,
            (None, Some(maker)) => maker.output.drop,
            (None, None) => None,
        }
    }
}

/// Tears down and drops what was built, in reverse order. Each teardown is awaited, while what its value borrows is still
/// there; one that fails or panics does not stop the others, which are then told of a failure.
///
/// # Safety
/// `at` is the frame of a plan with a teardown, `end` knows how far it is, and nobody else uses either.
pub(super) unsafe fn poll_end<P: Plan>(
    at: *mut u8,
    end: &mut End,
    cx: &mut Context<'_>,
) -> Poll<Ended> {
    // SAFETY: the caller's.
    unsafe { Ending::new::<P>(at, end) }.poll(cx)
}

/// Drops what is left, without teardown.
///
/// # Safety
/// As for [`poll_end`].
pub(super) unsafe fn drop_end<P: Plan>(at: *mut u8, end: &mut End) {
    // SAFETY: the caller's.
    let mut ending = unsafe { Ending::new::<P>(at, end) };
    let _ = caught(|| ending.stop());
    while let Some(k) = ending.end.next(&ending.view) {
        // SAFETY: the step is live, and handed out once; what borrows from it was built later and is dropped.
        let _ = caught(|| unsafe { ending.drop_value(k) });
    }
}
