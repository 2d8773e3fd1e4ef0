//! The drivers as loops over a plan, in place of the unrolled ones of [`unroll`](super::unroll): where nothing is optimised.
//!
//! Unrolled, every handler has a copy of the code of every constructor that it needs, which the compiler then makes into the
//! calls that are left. Without optimisation they stay calls, and only the copies remain: at 400 nodes and 100 handlers a
//! build took eight times as long. What is here is built once, with this crate.

use std::{
    marker::PhantomData,
    task::{Context, Poll},
};

use super::{
    drive::Drive,
    frame::{Bases, Plan},
    inputs::Inputs,
    step::{StepKind, constructed_at, drop_at, end_of, first_drop_of, kind_at},
};
use crate::{
    Failure,
    observe::Watch,
    plan::{SHARED, View},
};

/// How far the values are of which something has to be dropped; see the module's documentation. A mark that nobody needs is
/// not kept, so that a frame with nothing to drop stays at 0.
struct Marks {
    first_drop: usize,
}

impl Marks {
    fn of(view: &View<'static>) -> Self {
        Marks {
            first_drop: first_drop_of(view),
        }
    }

    /// Step `k` takes its owned inputs. None of them has to be dropped unless one before it has.
    fn begin(&self, k: usize, mark: &mut u32) {
        if self.first_drop < k {
            *mark = 2 * k as u32 + 1;
        }
    }

    fn done(&self, k: usize, mark: &mut u32) {
        if self.first_drop <= k {
            *mark = 2 * k as u32 + 2;
        }
    }
}

/// Runs the constructors, in order; none is async.
pub(super) fn build<P: Plan>(
    bases: Bases,
    mark: &mut u32,
    watch: &mut Watch,
) -> Result<(), Failure> {
    // SAFETY: the plan is that of the frame, whose inputs are built before it.
    unsafe { build_all(view::<P>(), bases, mark, watch) }
}

/// # Safety
/// `bases` are those of a frame of this plan that is ready for its constructors.
pub(super) unsafe fn build_all(
    view: &'static View<'static>,
    bases: Bases,
    mark: &mut u32,
    watch: &mut Watch,
) -> Result<(), Failure> {
    let marks = Marks::of(view);
    for k in view.guards + view.extractors..view.len {
        let StepKind::Sync(make) = kind_at(view, k) else {
            continue;
        };
        marks.begin(k, mark);
        let step = &view.steps[k];
        if let Some(constructed) = constructed_at(view, k) {
            watch.construct(constructed);
        }
        // SAFETY: the inputs of a step are built before it, and its place is free memory of the frame.
        let made = unsafe {
            let _entered = watch.enter();
            make(inputs(view, k, bases), bases.place(step.out as usize))
        };
        watch.end(made.is_ok());
        made.map_err(|error| Failure::new(step.row, error))?;
        marks.done(k, mark);
    }
    Ok(())
}

/// One for each plan: where it stands in a body, the compiler evaluates it again.
pub(super) const fn view<P: Plan>() -> &'static View<'static> {
    struct Of<P>(PhantomData<P>);
    impl<P: Plan> Of<P> {
        const VIEW: &'static View<'static> = &P::VIEW;
    }
    Of::<P>::VIEW
}

fn inputs(view: &'static View<'static>, k: usize, bases: Bases) -> Inputs {
    Inputs {
        frame: bases.at,
        app: bases.app,
        at: view.inputs[view.steps[k].first as usize..].as_ptr(),
    }
}

/// Drops what is live, the last first.
pub(super) fn drop_values<P: Plan>(bases: Bases, mark: u32) {
    // SAFETY: the plan is that of the frame, which is not used again.
    unsafe { drop_all(view::<P>(), bases, mark) }
}

/// # Safety
/// `bases` are those of a frame of this plan, `mark` says how far it is, and nobody uses it again.
pub(super) unsafe fn drop_all(view: &'static View<'static>, bases: Bases, mark: u32) {
    for k in (0..view.len).rev() {
        let step = &view.steps[k];
        let is_done = mark >= 2 * k as u32 + 2;
        let is_taken = step.taken_by != SHARED && mark > 2 * u32::from(step.taken_by);
        if let (true, false, Some(drop)) = (is_done, is_taken, drop_at(view, k)) {
            // SAFETY: the value is live (see the module's documentation), and everything that borrows from it was built later
            // and is dropped already.
            unsafe { drop(bases.place(step.out as usize)) };
        }
    }
}

/// Runs the steps of one part of a plan, from the next one on.
pub(super) fn drive<P: Plan, const PART: u8>(
    drive: &mut Drive<'_, '_, P, PART>,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Failure>> {
    let view = view::<P>();
    let marks = Marks::of(view);
    while (drive.next as usize) < end_of(view, PART) {
        let k = drive.next as usize;
        let step = &view.steps[k];
        if drive.pending.is_none() {
            marks.begin(k, &mut drive.frame.mark);
            drive.begin(constructed_at(view, k));
        }
        let inputs = match step.extractor {
            Some(_) => drive.request(),
            None => inputs(view, k, drive.frame.bases),
        };
        let out = step.out as usize;
        let made = match kind_at(view, k) {
            StepKind::Async(op) => drive.advance(&op, inputs, out, cx),
            StepKind::Blocking(make) => drive.wait_for(make, inputs, out, drop_at(view, k), cx),
            StepKind::Sync(make) => {
                let _entered = drive.frame.watch.enter();
                // SAFETY: the inputs of a step are built before it, and its place is free memory of the frame.
                let made = unsafe { make(inputs, drive.frame.bases.place(out)) };
                Poll::Ready(made)
            }
            StepKind::None => Poll::Ready(Ok(())),
        };
        drive.end(&made);
        match made {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Err(error)) => return Poll::Ready(Err(Failure::new(step.row, error))),
            Poll::Ready(Ok(())) => {}
        }
        marks.done(k, &mut drive.frame.mark);
        drive.next += 1;
    }
    Poll::Ready(Ok(()))
}
