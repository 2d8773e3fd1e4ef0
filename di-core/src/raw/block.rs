//! The app's block: one slot for each singleton, and who owns what.

use std::{marker::PhantomData, mem::MaybeUninit, sync::Arc};

use crate::{Container, Provides, key::Of, scope::HeldByArc};

/// A raw pointer, thin or fat.
#[derive(Clone, Copy)]
#[repr(C, align(16))]
pub(crate) struct Slot(MaybeUninit<[*const u8; 2]>);

/// The distance of two slots.
pub(crate) const SLOT: u32 = size_of::<Slot>() as u32;

impl Slot {
    const EMPTY: Slot = Slot(MaybeUninit::uninit());

    pub(super) fn of<T: ?Sized>(pointer: *const T) -> Self {
        const { assert!(size_of::<*const T>() <= size_of::<Slot>()) };
        let mut slot = Self::EMPTY;
        // SAFETY: a slot is large enough for a pointer to `T`, and aligned for one.
        unsafe { slot.0.as_mut_ptr().cast::<*const T>().write(pointer) };
        slot
    }

    /// # Safety
    /// The slot was made of a `*const T`.
    pub(super) unsafe fn read<T: ?Sized>(&self) -> *const T {
        // SAFETY: the caller's.
        unsafe { *self.0.as_ptr().cast::<*const T>() }
    }
}

/// A singleton that the app owns: the raw pointer of its `Arc`, and how to release it.
pub struct Kept {
    slot: Slot,
    release: unsafe fn(&Slot),
}

// SAFETY: `new` takes only values that are `Send + Sync`, or macros promise it for nodes (see `Node`).
unsafe impl Send for Kept {}
// SAFETY: as above.
unsafe impl Sync for Kept {}

impl Kept {
    pub(super) fn new<T: ?Sized>(value: Arc<T>) -> Self {
        Kept {
            slot: Slot::of(Arc::into_raw(value)),
            // SAFETY: called once, when this is dropped, with the slot that owns the count.
            release: |slot| drop(unsafe { Arc::from_raw(slot.read::<T>()) }),
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        // SAFETY: the slot owns one count of the `Arc` that it was made of.
        unsafe { (self.release)(&self.slot) }
    }
}

/// A value handed in from outside: a field of the container.
///
/// # Safety
/// `keep` returns an `Arc<Self::Value>`.
pub unsafe trait Given: Send {
    /// What it provides.
    type Value: ?Sized + Send + Sync + 'static;
    /// Gives the value to the app.
    fn keep(self) -> Kept;
}

/// A field of type `T` provides `T`.
pub struct Plain<T>(pub T);

// SAFETY: puts the value in an `Arc`.
unsafe impl<T: Send + Sync + 'static> Given for Plain<T> {
    type Value = T;
    fn keep(self) -> Kept {
        Kept::new(Arc::new(self.0))
    }
}

/// A field of type `Arc<T>` provides `T`.
// SAFETY: is one.
unsafe impl<T: ?Sized + Send + Sync + 'static> Given for Arc<T> {
    type Value = T;
    fn keep(self) -> Kept {
        Kept::new(self)
    }
}

/// The fields of a container, in order: `(first, (second, ()))`.
///
/// # Safety
/// `keep` pushes one value for each field, in order.
pub unsafe trait Handed: Send {
    /// Gives the values to the app.
    fn keep(self, to: &mut Vec<Kept>);
}

// SAFETY: no field, no value.
unsafe impl Handed for () {
    fn keep(self, _: &mut Vec<Kept>) {}
}

// SAFETY: the first, then the rest.
unsafe impl<H: Given, T: Handed> Handed for (H, T) {
    fn keep(self, to: &mut Vec<Kept>) {
        to.push(self.0.keep());
        self.1.keep(to);
    }
}

/// The singletons of an app.
pub(super) struct Block {
    /// Owned. A raw pointer, since start-up writes slots while constructors hold the base.
    slots: *mut [Slot],
    /// In order of construction; released in reverse.
    kept: Vec<Kept>,
}

// SAFETY: the slots point to values that `kept` owns, which are `Send + Sync`.
unsafe impl Send for Block {}
// SAFETY: as above; a block is not written once it is shared.
unsafe impl Sync for Block {}

impl Block {
    pub(super) fn new(slots: usize) -> Self {
        let slots = vec![Slot::EMPTY; slots].into_boxed_slice();
        Block {
            kept: Vec::with_capacity(slots.len()),
            slots: Box::into_raw(slots),
        }
    }

    pub(super) fn base(&self) -> *const u8 {
        self.slots.cast_const().cast()
    }

    pub(super) fn keep(&mut self, slot: usize, value: Kept) {
        self.alias(slot, value.slot);
        self.kept.push(value);
    }

    pub(super) fn alias(&mut self, slot: usize, value: Slot) {
        // SAFETY: the memory is this block's, the index is checked, and a slot that is being filled has no
        // reader yet.
        unsafe { (&raw mut (*self.slots)[slot]).write(value) }
    }

    pub(super) fn slot(&self, slot: usize) -> *const Slot {
        // SAFETY: the memory is this block's, and the index is checked.
        unsafe { &raw const (*self.slots)[slot] }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        while let Some(last) = self.kept.pop() {
            drop(last);
        }
        // SAFETY: made by `Box::into_raw` in `new`, and freed only here.
        drop(unsafe { Box::from_raw(self.slots) });
    }
}

/// What a container holds: one `Arc` to the block of its singletons.
pub struct Handle<C> {
    block: Arc<Block>,
    _container: PhantomData<fn() -> C>,
}

impl<C> Clone for Handle<C> {
    fn clone(&self) -> Self {
        Handle {
            block: Arc::clone(&self.block),
            _container: PhantomData,
        }
    }
}

impl<C: Container> Handle<C> {
    pub(super) fn new(block: Block) -> Self {
        Handle {
            block: Arc::new(block),
            _container: PhantomData,
        }
    }

    #[inline(always)]
    pub(super) fn base(&self) -> *const u8 {
        self.block.base()
    }

    /// The singleton `T`. O(1), no lock.
    #[inline]
    pub fn get<T: ?Sized, Q, F>(&self) -> &F::T
    where
        C: Provides<T, Q, Scope: HeldByArc, Family = F>,
        F: Of<'static> + ?Sized,
    {
        // SAFETY: the slot of the row that `Provides` names holds a pointer to its family's type; every slot
        // is filled before a handle exists.
        unsafe { &*(*self.slot::<T, Q>()).read() }
    }

    /// A new handle to the singleton `T`. O(1), one atomic increment.
    pub fn share<T: ?Sized, Q, F>(&self) -> Arc<F::T>
    where
        C: Provides<T, Q, Scope: HeldByArc, Family = F>,
        F: Of<'static> + ?Sized,
    {
        // SAFETY: as above; the pointer is that of an `Arc`, which the block keeps.
        unsafe {
            let pointer = (*self.slot::<T, Q>()).read();
            Arc::increment_strong_count(pointer);
            Arc::from_raw(pointer)
        }
    }

    fn slot<T: ?Sized, Q>(&self) -> *const Slot
    where
        C: Provides<T, Q>,
    {
        self.block.slot(C::GRAPH.slot(<C as Provides<T, Q>>::INDEX))
    }
}
