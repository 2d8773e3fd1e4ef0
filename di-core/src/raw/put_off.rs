//! What a lazy handle refers to in a request: a row of its scope.

use std::{pin::Pin, sync::Weak};

use super::{
    block::Block,
    filled::Filled,
    held::Slot,
    lazy::{Building, Deferred, Origin},
};
use crate::{Container, error::NotBuilt};

/// A row of a scope, to be built when it is asked for.
pub(super) struct PutOff<C: Container> {
    filled: *const Filled<C>,
    row: u16,
}

// SAFETY: as a reference to the scope, which is `Sync`.
unsafe impl<C: Container> Send for PutOff<C> {}
// SAFETY: as above.
unsafe impl<C: Container> Sync for PutOff<C> {}

impl<C: Container> PutOff<C> {
    pub(super) fn new(filled: &Filled<C>, row: u16) -> Self {
        PutOff { filled, row }
    }

    fn filled(&self) -> &Filled<C> {
        // SAFETY: the scope owns this, and does not move. Handles to this are in values of the scope, which are dropped before it, or
        // are borrowed for no longer than it is open.
        unsafe { &*self.filled }
    }
}

impl<C: Container> Deferred for PutOff<C> {
    fn find(&self) -> Option<Slot> {
        self.filled().find(self.row)
    }

    fn build(&self) -> Building<'_> {
        let (filled, row) = (self.filled(), self.row);
        let building: Pin<Box<dyn Future<Output = _> + Send + '_>> = Box::pin(async move {
            let built = filled.built(row, None).await;
            built.map_err(|failure| NotBuilt::new(failure, Origin::of::<C>(row)))
        });
        building
    }

    fn origin(&self) -> Origin {
        Origin::of::<C>(self.row)
    }

    fn block(&self) -> Weak<Block> {
        // It is no singleton, and never held as a `LazyArc`.
        Weak::new()
    }
}
