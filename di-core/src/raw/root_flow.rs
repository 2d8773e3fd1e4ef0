//! The future of a root without its types, and what happens around it.

use super::{
    frame::Plan,
    rest::{drop_value, shape},
    root::{RootMemory, RootOps},
    scope_future::{EndOps, Ops, Panicked, Phase, ScopeFuture, place, poll},
};
use crate::{
    Container, HasContainer, Meta, Outcome, Panic, container::Injects, key::Deps, teardown::Ended,
};

/// What happens around a root of any type: [`Flow`](super::Flow) of it, built once for an app.
pub trait RootFlow<C: Container>: Sized + Send + 'static {
    /// What holds the container while it runs.
    type State: HasContainer<Container = C>;
    /// What the future returns.
    type Output: 'static;
    /// Runs in memory that lives for `'m`.
    fn run<'m>(
        self,
        state: &'m Self::State,
        memory: RootMemory<'m, C, Self::Output>,
    ) -> impl Future<Output = Self::Output> + Send + use<'m, Self, C>;
    /// How it ended, by its output.
    fn outcome(output: &Self::Output) -> Outcome;
    /// The output of one that panicked.
    fn panicked(root: &'static Meta, panic: Panic) -> Self::Output;
    /// The output where values could not be torn down, or something is left to be done.
    fn ended(output: Self::Output, ended: Ended) -> Self::Output;
}

/// A root without its types, and its future: a const for each.
pub struct AnyRoot<W: RootFlow<C>, C: Container> {
    root: RootOps<C, W::Output>,
    ops: Ops<W::Output>,
}

impl<W: RootFlow<C>, C: Container> AnyRoot<W, C> {
    /// Of the root `H`, by its plan.
    pub const fn of<P, H, L>() -> Self
    where
        P: Plan<Container = C, Root = H>,
        H: Injects<L, W::Output>,
        L: Deps + 'static,
    {
        let root = RootOps::of::<P, H, L>();
        let ops = Self::ops::<P, _, _>(H::META, (root.size, root.align), root.live, W::run);
        AnyRoot { root, ops }
    }

    /// `F` is what [`RootFlow::run`] returns.
    const fn ops<P, R, F>(
        meta: &'static Meta,
        frame: (usize, usize),
        live: usize,
        _: R,
    ) -> Ops<W::Output>
    where
        P: Plan<Container = C>,
        R: Fn(W, &'static W::State, RootMemory<'static, C, W::Output>) -> F + Copy,
        F: Future<Output = W::Output> + Send + 'static,
    {
        let has_end = P::VIEW.control.is_some();
        Ops {
            poll_scope: match has_end {
                true => ScopeFuture::poll_to_end,
                false => ScopeFuture::poll_any,
            },
            drop_scope: match has_end {
                true => ScopeFuture::give_up,
                false => ScopeFuture::drop_any,
            },
            poll: poll::<F>,
            drop: drop_value::<F>,
            panicked: Panicked::Of(meta, W::panicked),
            end: match has_end {
                true => Some(EndOps {
                    outcome: W::outcome,
                    ended: W::ended,
                }),
                false => None,
            },
            shape: shape::<P, F, W::State, W::Output>(frame, Some(live)),
        }
    }

    /// Allocates the future of `flow`, with the memory that the root asks for.
    pub fn future(&'static self, flow: W, state: W::State) -> ScopeFuture<W::Output> {
        let shape = &self.ops.shape;
        // SAFETY: as in `ScopeFuture::allocate`. What `flow` returns is of the type that the operations are for.
        unsafe {
            let (at, state) = place(shape, state);
            let memory = RootMemory {
                at: at.add(shape.frame),
                container: state.container(),
                ops: &self.root,
            };
            std::ptr::write(at as *mut _, flow.run(state, memory));
            ScopeFuture {
                at,
                ops: &self.ops,
                phase: Phase::Running,
            }
        }
    }
}
