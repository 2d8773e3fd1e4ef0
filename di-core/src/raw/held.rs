//! What a singleton is held by: its slot, which constructors read; one handle without its type, of which others are made; and, until the app
//! ends, who owns that.

use std::{
    mem::{MaybeUninit, forget},
    ptr::NonNull,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::closing::{Closing, Owner, TeardownOp};
use crate::{Outcome, teardown::caught};

/// A raw pointer, thin or fat. That of a singleton of a sized type is thin, and beside it stands a pointer to what holds it.
#[derive(Clone, Copy)]
#[repr(C, align(16))]
pub(crate) struct Slot(MaybeUninit<[*const u8; 2]>);

/// The distance of two slots.
pub(crate) const SLOT: u32 = size_of::<Slot>() as u32;

// SAFETY: a pointer to what is `Send + Sync`: a node's value (see `Injectable`), one that was handed in, or a `Deferred`. Who reads it
// knows that it is still there.
unsafe impl Send for Slot {}
// SAFETY: as above.
unsafe impl Sync for Slot {}

impl Slot {
    /// Of a singleton that is not there, which only happens where a test has replaced what it was for.
    pub(super) const EMPTY: Slot = Slot(MaybeUninit::new([std::ptr::null(); 2]));

    pub(super) fn of<T: ?Sized>(pointer: *const T) -> Self {
        const { assert!(size_of::<*const T>() <= size_of::<Slot>()) };
        let mut slot = Self::EMPTY;
        // SAFETY: a slot is large enough for a pointer to `T`, and aligned for one.
        unsafe { slot.0.as_mut_ptr().cast::<*const T>().write(pointer) };
        slot
    }

    /// Whether it holds no pointer. Every other slot begins with one.
    pub(super) fn is_empty(&self) -> bool {
        // SAFETY: a slot that is made of a thin pointer has its first word written, and that is all that is read.
        unsafe { (*self.0.as_ptr().cast::<*const u8>()).is_null() }
    }

    /// # Safety
    /// `at` holds a fat pointer.
    pub(super) unsafe fn of_fat(at: *const u8) -> Self {
        // SAFETY: the caller's; a fat pointer is as large as a slot.
        Slot(unsafe { at.cast::<MaybeUninit<[*const u8; 2]>>().read() })
    }

    /// # Safety
    /// The slot was made of a `*const T`.
    pub(super) unsafe fn read<T: ?Sized>(&self) -> *const T {
        // SAFETY: the caller's.
        unsafe { *self.0.as_ptr().cast::<*const T>() }
    }

    /// Beside a thin pointer, what holds the value.
    fn set_held(&mut self, held: NonNull<Held>) {
        // SAFETY: the second word, of which nothing is a part yet.
        unsafe { (*self.0.as_mut_ptr())[1] = held.as_ptr().cast_const().cast() }
    }

    /// What holds the value.
    ///
    /// # Safety
    /// The slot is that of a singleton of a sized type, which is there for as long as this is used.
    #[inline]
    pub(super) unsafe fn held<'a>(&self) -> &'a Held {
        // SAFETY: the caller's. `Kept` has put it there, and owns it.
        unsafe { &*(*self.0.as_ptr())[1].cast::<Held>() }
    }
}

/// A handle to a singleton, without its type: others are made of it. The code of an `Arc` for each singleton of an app would be
/// most of what there is to build for one.
pub(super) struct Held {
    handle: Erased,
    /// The bits of the `Arc` that this is; only of one that is a thin pointer.
    bits: *const u8,
}

enum Erased {
    /// Of a sized type, of which nothing but its table is built.
    Sized(Arc<dyn Released>),
    /// Of one that is not known to be.
    Any(Box<dyn Counted>),
}

/// What is dropped at the end, whatever its type.
pub(super) trait Released {}
impl<T> Released for T {}

/// An `Arc`, whatever it is of.
trait Counted {
    /// Counts one handle more, which somebody is given.
    fn count(&self);
}

impl<T: ?Sized> Counted for Arc<T> {
    fn count(&self) {
        forget(Arc::clone(self));
    }
}

impl Held {
    /// Puts a new handle there.
    ///
    /// # Safety
    /// The value is sized, and `out` is free memory for an `Arc` of its type.
    #[inline]
    pub(super) unsafe fn put_handle(&self, out: *mut u8) {
        match &self.handle {
            Erased::Sized(handle) => forget(Arc::clone(handle)),
            Erased::Any(handle) => handle.count(),
        }
        // SAFETY: the caller's. It is a copy of a handle that is alive, and has been counted.
        unsafe { (out as *mut *const u8).write(self.bits) }
    }
}

/// A singleton that the app owns.
pub struct Kept {
    pub(super) slot: Slot,
    /// Owned. A raw pointer, since slots refer to it.
    held: NonNull<Held>,
    pub(super) teardown: Option<(TeardownOp, Owner)>,
}

// SAFETY: `new` takes only values that are `Send + Sync`, or macros promise it for nodes (see `Injectable`).
unsafe impl Send for Kept {}
// SAFETY: as above.
unsafe impl Sync for Kept {}

impl Kept {
    pub(super) fn new<T: ?Sized + 'static>(value: Arc<T>) -> Self {
        let pointer = Arc::as_ptr(&value);
        let is_thin = size_of_val(&pointer) == size_of::<*const u8>();
        // SAFETY: a thin `Arc` is as large as a pointer, and so are its bits.
        let bits = is_thin.then(|| unsafe { bits(&value) });
        Self::held(Slot::of(pointer), Erased::Any(Box::new(value)), bits)
    }

    /// Of what was written into a [`Blank`].
    ///
    /// # Safety
    /// `value` is what [`Blank::into_raw`] returned for a layout of the value's type, as a pointer to that type, and the value is live.
    pub(super) unsafe fn of_node(value: *const dyn Released) -> Self {
        const { assert!(size_of::<Arc<dyn Released>>() == size_of::<*const dyn Released>()) };
        let slot = Slot::of(value.cast::<u8>());
        // SAFETY: an `Arc` of a slice may become one of another type of the same size and alignment (`Arc::from_raw`), and that one
        // of a trait object. An `Arc` is a pointer (as large as one), and without what belongs to a fat one it is that of the value's type.
        let (value, bits) = unsafe {
            let value = Arc::from_raw(value);
            let bits = *(&raw const value).cast::<*const dyn Released>();
            (value, bits.cast::<u8>())
        };
        Self::held(slot, Erased::Sized(value), Some(bits))
    }

    fn held(mut slot: Slot, handle: Erased, bits: Option<*const u8>) -> Self {
        let held = Held {
            handle,
            bits: bits.unwrap_or_default(),
        };
        let held = NonNull::from(Box::leak(Box::new(held)));
        if bits.is_some() {
            slot.set_held(held);
        }
        Kept {
            slot,
            held,
            teardown: None,
        }
    }

    /// # Safety
    /// `teardown` is that of this value's type, which is sized.
    pub(super) unsafe fn torn_down(mut self, teardown: TeardownOp, owner: Owner) -> Self {
        self.teardown = Some((teardown, owner));
        self
    }
}

/// The bits of an `Arc` that is a thin pointer.
///
/// # Safety
/// It is one.
unsafe fn bits<T: ?Sized>(value: &Arc<T>) -> *const u8 {
    const { assert!(size_of::<Arc<T>>() == size_of::<*const T>()) };
    // SAFETY: the caller's.
    unsafe { *(value as *const Arc<T>).cast::<*const u8>() }
}

impl Drop for Kept {
    fn drop(&mut self) {
        // SAFETY: made by `Box::leak`, and dropped only here.
        let held = unsafe { Box::from_raw(self.held.as_ptr()) };
        // Whatever else is released comes after it, in reverse order of construction, and a panic would change that.
        let _ = caught(|| drop(held));
    }
}

/// What an app owns, while it is being built and after.
#[derive(Clone, Default)]
pub(super) struct Keep(Arc<Mutex<Vec<Kept>>>);

impl Keep {
    pub(super) fn push(&self, value: Kept) {
        self.lock().push(value);
    }

    pub(super) fn pop(&self) -> Option<Kept> {
        self.lock().pop()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Vec<Kept>> {
        // Whoever panicked had pushed, or not.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last value whose teardown was not begun; it is now. The value is kept for longer than what this returns is used.
    pub(super) fn next_teardown(&self) -> Option<(Address, TeardownOp, Owner)> {
        self.lock().iter_mut().rev().find_map(|kept| {
            let (op, owner) = kept.teardown.take()?;
            // SAFETY: what has a teardown is sized, so that its slot holds a thin pointer.
            Some((Address(unsafe { kept.slot.read::<u8>() }), op, owner))
        })
    }
}

/// Where a kept value is.
pub(super) struct Address(*const u8);

// SAFETY: of a value that is `Send + Sync`.
unsafe impl Send for Address {}

impl Address {
    /// # Safety
    /// The operation is that of the value, which is kept until the teardown is dropped.
    pub(super) unsafe fn close(self, op: TeardownOp, outcome: Outcome) -> Closing {
        // SAFETY: the caller's.
        unsafe { Closing::start(op, self.0.cast_mut(), outcome) }
    }
}

impl Kept {
    /// Starts the teardown, if it has one.
    ///
    /// # Safety
    /// The value is kept until the teardown is dropped.
    pub(super) unsafe fn close(&self, outcome: Outcome) -> Option<(Closing, Owner)> {
        let (op, owner) = self.teardown?;
        // SAFETY: the caller's; what has a teardown is sized, so that its slot holds a thin pointer.
        let closing = unsafe { Address(self.slot.read::<u8>()).close(op, outcome) };
        Some((closing, owner))
    }

    pub(super) fn has_teardown(&self) -> bool {
        self.teardown.is_some()
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
