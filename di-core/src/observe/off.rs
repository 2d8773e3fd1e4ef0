//! With nobody who is told: nothing is done, and nothing is kept.

use super::{Act, Constructed};

#[derive(Clone, Default)]
pub(crate) struct Observed;

impl Observed {
    #[inline(always)]
    pub(crate) fn told<T, E, F: Future<Output = Result<T, E>>>(
        &self,
        _: Act,
        _: u16,
        done: F,
    ) -> F {
        done
    }

    #[inline(always)]
    pub(crate) fn root_begins(&self) {}
}

pub(crate) struct Watch;

impl Watch {
    #[inline(always)]
    pub(crate) const fn nobody() -> Self {
        Watch
    }

    #[inline(always)]
    pub(crate) fn skip(&mut self) {}

    #[inline(always)]
    pub(crate) fn construct(&mut self, _: Constructed) {}

    #[inline(always)]
    pub(crate) fn begin(&mut self, _: Act, _: u16) {}

    #[inline(always)]
    pub(crate) fn enter(&self) -> Entered {
        Entered
    }

    #[inline(always)]
    pub(crate) fn end(&mut self, _: bool) {}

    #[inline(always)]
    pub(crate) fn wait(&mut self) {}

    #[inline(always)]
    pub(crate) fn root_begins(&mut self) {}

    #[inline(always)]
    pub(crate) fn root_ends(&mut self) {}

    #[inline(always)]
    pub(crate) fn polling(&self) -> Entered {
        Entered
    }
}

/// What a thread is in: nothing.
pub(crate) struct Entered;
