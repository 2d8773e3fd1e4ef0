//! Unrolled drivers. A chunk is a run of steps; chunks follow each other through const fn pointers, which, unlike a call
//! of the next instance, does not make the compiler instantiate chunks that a plan does not have.

use std::marker::PhantomData;

use super::{
    frame::{Bases, Plan},
    step::{
        BUILD, StepKind, at, constructs, drop_fn, drop_or_idle, failure, first_drop, kind, make_fn,
        out, part, taken_mark, takes_drop,
    },
};
use crate::{Failure, observe::Watch};

pub(super) trait Chunk: 'static {
    /// The first step.
    const START: usize;
}
pub(super) struct First;
pub(super) struct Next<C>(PhantomData<C>);
impl Chunk for First {
    const START: usize = 0;
}
impl<C: Chunk> Chunk for Next<C> {
    const START: usize = C::START + WIDTH;
}
pub(super) const WIDTH: usize = 8;

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

pub(super) use unroll;

pub(super) type BuildFn = fn(Bases, &mut u32, &mut Watch) -> Result<(), Failure>;
pub(super) type DropFn = fn(Bases, u32);

fn built(_: Bases, _: &mut u32, _: &mut Watch) -> Result<(), Failure> {
    Ok(())
}

fn dropped(_: Bases, _: u32) {}

#[inline(always)]
pub(super) fn build_chunk<P: Plan, C: Chunk>(
    bases: Bases,
    mark: &mut u32,
    watch: &mut Watch,
) -> Result<(), Failure> {
    macro_rules! one {
        ($k:literal) => {
            if const { part::<P>(C::START + $k) == BUILD && matches!(kind::<P>(C::START + $k), StepKind::Sync(_)) } {
                if const { takes_drop::<P>(C::START + $k) } {
                    *mark = const { 2 * (C::START + $k) as u32 + 1 };
                }
                if let Some(constructed) = const { constructs::<P>(C::START + $k) } {
                    watch.construct(constructed);
                }
                // SAFETY: the inputs of a step are built before it, and its place is free memory of the frame.
                let made = unsafe {
                    let _entered = watch.enter();
                    (const { make_fn::<P>(C::START + $k) })(
                        bases.inputs(const { &at::<P>(C::START + $k) }),
                        bases.place(const { out::<P>(C::START + $k) }),
                    )
                };
                watch.end(made.is_ok());
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
    })(bases, mark, watch)
}

#[inline(always)]
pub(super) fn drop_chunk<P: Plan, C: Chunk>(bases: Bases, mark: u32) {
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
