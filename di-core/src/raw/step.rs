//! What the driver knows about step `k` of a plan, all in const evaluation.

use super::{
    closing::TeardownOp,
    frame::Plan,
    maker::{AsyncOp, MakeFn, Op, Thrown},
};
use crate::{
    Failure,
    graph::MAX_DEPS,
    observe::Constructed,
    plan::{SHARED, View},
};

pub(super) enum StepKind {
    /// Beyond the end of the plan.
    None,
    Sync(MakeFn),
    Async(AsyncOp),
    Blocking(MakeFn),
}

/// The first part of a plan: its guards.
pub const GUARD: u8 = 0;
/// The next one: the extractors.
pub const EXTRACT: u8 = 1;
/// The last one: the constructors.
pub const BUILD: u8 = 2;

/// The part that a step belongs to.
pub(super) const fn part<P: Plan>(k: usize) -> u8 {
    if k < P::VIEW.guards {
        GUARD
    } else if k < P::VIEW.guards + P::VIEW.extractors {
        EXTRACT
    } else {
        BUILD
    }
}

/// The first step of a part, or of the next one that has any.
pub(super) const fn first_of(view: &View<'static>, part: u8) -> usize {
    match part {
        GUARD => 0,
        EXTRACT => view.guards,
        _ => view.guards + view.extractors,
    }
}

/// The step after the last one of a part.
pub(super) const fn end_of(view: &View<'static>, part: u8) -> usize {
    match part {
        GUARD | EXTRACT => first_of(view, part + 1),
        _ => view.len,
    }
}

/// Whether a part of a plan has to be driven: whether it has steps, and, for the constructors, one that has to be waited for.
pub(super) const fn is_driven(view: &View<'static>, part: u8) -> bool {
    let mut k = first_of(view, part);
    let end = end_of(view, part);
    if part != BUILD {
        return k < end;
    }
    while k < end && matches!(kind_at(view, k), StepKind::Sync(_)) {
        k += 1;
    }
    k < end
}

pub(super) const fn is_extractor<P: Plan>(k: usize) -> bool {
    k < P::VIEW.len && P::VIEW.steps[k].extractor.is_some()
}

pub(super) const fn kind<P: Plan>(k: usize) -> StepKind {
    kind_at(&P::VIEW, k)
}

pub(super) const fn kind_at(view: &View<'static>, k: usize) -> StepKind {
    if k >= view.len {
        return StepKind::None;
    }
    let step = &view.steps[k];
    if let Some(op) = step.extractor {
        return StepKind::Async(*op);
    }
    match &view.rows.all()[step.row as usize].maker {
        Some(maker) => match maker.op {
            Op::Sync(make) | Op::Alias(make, _) => StepKind::Sync(make),
            Op::Async(op) => StepKind::Async(op),
            Op::Blocking(make) => StepKind::Blocking(make),
        },
        None => StepKind::None,
    }
}

/// What step `k` constructs; nothing where it runs an extractor, or names a value once more.
pub(super) const fn constructs<P: Plan>(k: usize) -> Option<Constructed> {
    constructed_at(&P::VIEW, k)
}

pub(super) const fn constructed_at(view: &View<'static>, k: usize) -> Option<Constructed> {
    if k >= view.len || view.steps[k].extractor.is_some() {
        return None;
    }
    let step = &view.steps[k];
    let row = &view.rows.all()[step.row as usize];
    match &row.maker {
        Some(maker) if !matches!(maker.op, Op::Alias(..)) => Some(Constructed {
            row: step.row,
            is_assembled: matches!(row.meta, Some(meta) if meta.is_assembled),
        }),
        _ => None,
    }
}

// The compiler evaluates every const block of an instance, also behind a condition that is false: what follows
// is therefore total, with an idle answer where there is no such step.

pub(super) const fn make_fn<P: Plan>(k: usize) -> MakeFn {
    match kind::<P>(k) {
        StepKind::Sync(make) | StepKind::Blocking(make) => make,
        _ => |_, _| Ok(()),
    }
}

pub(super) const fn async_op<P: Plan>(k: usize) -> AsyncOp {
    match kind::<P>(k) {
        StepKind::Async(op) => op,
        _ => AsyncOp::IDLE,
    }
}

pub(super) const fn out<P: Plan>(k: usize) -> usize {
    if k < P::VIEW.len {
        P::VIEW.steps[k].out as usize
    } else {
        0
    }
}

/// Where the flag is. Total, as above: without async steps it is never asked.
pub(super) const fn flag<P: Plan>() -> usize {
    match P::VIEW.flag {
        Some(flag) => flag,
        None => 0,
    }
}

/// The mark from which on step `k`'s value is somebody else's.
pub(super) const fn taken_mark<P: Plan>(k: usize) -> u32 {
    if k < P::VIEW.len && P::VIEW.steps[k].taken_by != SHARED {
        2 * P::VIEW.steps[k].taken_by as u32 + 1
    } else {
        u32::MAX
    }
}

/// The inputs of step `k`, or, at the end, of the root.
pub(super) const fn at<P: Plan>(k: usize) -> [u32; MAX_DEPS] {
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
pub(super) const fn drop_or_idle<P: Plan>(k: usize) -> unsafe fn(*mut u8) {
    match drop_fn::<P>(k) {
        Some(drop) => drop,
        None => |_| (),
    }
}

/// How step `k`'s value is dropped, when that does anything.
pub(super) const fn drop_fn<P: Plan>(k: usize) -> Option<unsafe fn(*mut u8)> {
    drop_at(&P::VIEW, k)
}

pub(super) const fn drop_at(view: &View<'static>, k: usize) -> Option<unsafe fn(*mut u8)> {
    if k >= view.len {
        return None;
    }
    let step = &view.steps[k];
    match (step.extractor, &view.rows.all()[step.row as usize].maker) {
        (Some(op), _) => op.output.drop,
        (None, Some(maker)) => maker.output.drop,
        (None, None) => None,
    }
}

/// The teardown of step `k`'s value.
const fn teardown(view: &View<'static>, k: usize) -> Option<TeardownOp> {
    if k >= view.len {
        return None;
    }
    let step = &view.steps[k];
    match (step.extractor, &view.rows.all()[step.row as usize].maker) {
        (None, Some(maker)) => maker.teardown,
        _ => None,
    }
}

/// The first step whose value has to be dropped or torn down: until then no mark is kept.
pub(super) const fn first_drop<P: Plan>() -> usize {
    first_drop_of(&P::VIEW)
}

pub(super) const fn first_drop_of(view: &View<'static>) -> usize {
    let mut k = 0;
    while k < view.len && drop_at(view, k).is_none() && teardown(view, k).is_none() {
        k += 1;
    }
    k
}

/// Whether step `k` takes an owned value that would have to be dropped.
pub(super) const fn takes_drop<P: Plan>(k: usize) -> bool {
    takes_drop_at(&P::VIEW, k)
}

pub(super) const fn takes_drop_at(view: &View<'static>, k: usize) -> bool {
    let mut i = 0;
    while i < view.len {
        if view.steps[i].taken_by as usize == k && drop_at(view, i).is_some() {
            return true;
        }
        i += 1;
    }
    false
}

#[cold]
pub(super) fn failure<P: Plan>(k: usize, error: Thrown) -> Failure {
    Failure::new(P::VIEW.steps[k].row, error)
}
