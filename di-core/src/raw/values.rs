//! The values of a scope that is filled at run time.

use std::alloc::Layout;

use super::{
    closing::{Closing, Owner, TeardownOp},
    construct::Place,
    heap::{allocate, free},
    held::{Kept, Slot},
    maker::{Op, Output},
};
use crate::{Outcome, teardown::caught};

/// A value that the scope holds, and the row whose slot points to it; none for a transient's.
pub(super) struct Held {
    pub(super) row: Option<u16>,
    pub(super) value: HeldValue,
}

pub(super) enum HeldValue {
    Built(Value),
    /// What a test has put in its place; or what is kept of a transient with a teardown.
    Kept(Kept),
}

impl Held {
    pub(super) fn has_teardown(&self) -> bool {
        match &self.value {
            HeldValue::Built(value) => value.teardown.is_some(),
            HeldValue::Kept(kept) => kept.has_teardown(),
        }
    }

    /// Starts the teardown, if there is one.
    ///
    /// # Safety
    /// It ends before this is dropped.
    pub(super) unsafe fn close(&mut self, outcome: Outcome) -> Option<(Closing, Owner)> {
        match &mut self.value {
            HeldValue::Built(value) => value.close(outcome),
            // SAFETY: the caller's.
            HeldValue::Kept(kept) => unsafe { kept.close(outcome) },
        }
    }
}

/// A value in memory of its own.
pub(super) struct Value {
    at: *mut u8,
    layout: Layout,
    drop: Option<unsafe fn(*mut u8)>,
    teardown: Option<(TeardownOp, Owner)>,
    /// Whether it is written, and neither moved away nor given to its teardown.
    is_live: bool,
}

// SAFETY: holds a node's value, or what an extractor yielded; both are `Send`.
unsafe impl Send for Value {}

impl Value {
    /// Memory for a value that is not written yet.
    pub(super) fn new(output: &Output, teardown: Option<(TeardownOp, Owner)>) -> Self {
        let layout = Layout::from_size_align(output.size, output.align);
        let layout = layout.expect("the layout of a type");
        Value {
            at: allocate(layout),
            layout,
            drop: output.drop,
            teardown,
            is_live: false,
        }
    }

    pub(super) fn place(&self) -> Place {
        Place(self.at)
    }

    /// It is written.
    pub(super) fn written(&mut self) {
        self.is_live = true;
    }

    /// The slot of what an operation has written here.
    pub(super) fn slot(&self, op: &Op) -> Slot {
        match op {
            // SAFETY: a binding writes a fat pointer, which is what a slot for it holds.
            Op::Alias(..) => unsafe { Slot::of_fat(self.at) },
            _ => Slot::of(self.at.cast_const()),
        }
    }

    /// Moves the value to another place.
    ///
    /// # Safety
    /// It is written, and `to` is free memory for it.
    pub(super) unsafe fn move_to(mut self, to: *mut u8) {
        self.is_live = false;
        // SAFETY: the caller's.
        unsafe { self.at.copy_to_nonoverlapping(to, self.layout.size()) }
    }

    /// Starts the teardown, which takes the value. It has to end before this is dropped, whose memory it is in.
    fn close(&mut self, outcome: Outcome) -> Option<(Closing, Owner)> {
        let (op, owner) = self.teardown.take().filter(|_| self.is_live)?;
        self.is_live = false;
        // SAFETY: the value is live, and given away; all that it borrows was built before it and ends after it.
        Some((unsafe { Closing::start(op, self.at, outcome) }, owner))
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        // SAFETY: a live value is dropped once; nobody uses the memory again.
        unsafe {
            if let (true, Some(drop)) = (self.is_live, self.drop) {
                let _ = caught(|| drop(self.at));
            }
            free(self.at, self.layout);
        }
    }
}
