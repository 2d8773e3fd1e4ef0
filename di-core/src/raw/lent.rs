//! Transients that the container tears down.
//!
//! A transient is its taker's own, so that nobody else could tear it down. One with a teardown is therefore in an `Arc`, of
//! which the taker gets a handle and the scope keeps another; it is closed by reference, as singletons are, at the end of the
//! scope that it was made in.

use std::{fmt, mem::offset_of, ops::Deref, sync::Arc};

use super::held::Kept;

/// A transient with a teardown, which runs at the end of the request that it was made for, or, in a singleton, when the app is
/// shut down.
///
/// ```
/// # use di_core::{Outcome, Transient, container, injectable};
/// pub struct TempDir(String);
///
/// #[injectable(transient, teardown = remove)]
/// impl TempDir {
///     fn new() -> Self {
///         TempDir("/tmp/1".to_string())
///     }
///     async fn remove(&self, _outcome: Outcome) {
///         println!("removing {}", self.0);
///     }
/// }
///
/// #[injectable(request)]
/// pub struct Upload {
///     dir: Transient<TempDir>,
/// }
/// # #[container(TempDir, Upload)]
/// # pub struct App;
/// # let _ = |upload: Upload| upload.dir.0.len();
/// ```
///
/// Every place that asks for one has its own. It can be read and not written, since its teardown may run while it is held: the
/// scope ends, and a handle that outlives it is to a value that is closed.
pub struct Transient<T>(Arc<T>);

impl<T> Deref for Transient<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for Transient<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What the constructor of such a transient writes. The handle is first: it is what its taker reads.
#[repr(C)]
pub(super) struct Lent<T> {
    handed: Transient<T>,
    kept: Arc<T>,
}

/// The two halves of a [`Lent`], erased.
#[derive(Clone, Copy)]
pub(crate) struct LentOps {
    /// Drops the handle, when nobody took it.
    pub(super) drop_handed: unsafe fn(*mut u8),
    /// Takes what the scope keeps.
    pub(super) keep: unsafe fn(*mut u8) -> Kept,
}

impl LentOps {
    pub(super) const fn of<T: 'static>() -> Self {
        LentOps {
            drop_handed: drop_handed::<T>,
            keep: keep::<T>,
        }
    }
}

/// # Safety
/// `at` is a `Lent<T>` whose handle is live, and not used again.
unsafe fn drop_handed<T>(at: *mut u8) {
    // SAFETY: the caller's; the handle is the first field.
    unsafe { at.cast::<Transient<T>>().drop_in_place() }
}

/// # Safety
/// `at` is a `Lent<T>` whose other half is live, and not used again; `T` is `Send + Sync` (see `Injectable`).
unsafe fn keep<T: 'static>(at: *mut u8) -> Kept {
    // SAFETY: the caller's.
    Kept::new(unsafe { at.add(offset_of!(Lent<T>, kept)).cast::<Arc<T>>().read() })
}

/// How a constructor's value is written.
pub(super) trait Written<T> {
    /// What is written.
    type As;
    /// # Safety
    /// `out` is free memory for what is written.
    unsafe fn write(out: *mut u8, value: T);
}

/// As it is.
pub(super) enum AsItself {}
/// In two halves.
pub(super) enum AsLent {}

impl<T> Written<T> for AsItself {
    type As = T;
    #[inline]
    unsafe fn write(out: *mut u8, value: T) {
        // SAFETY: the caller's.
        unsafe { (out as *mut T).write(value) }
    }
}

impl<T> Written<T> for AsLent {
    type As = Lent<T>;
    unsafe fn write(out: *mut u8, value: T) {
        let kept = Arc::new(value);
        let handed = Transient(Arc::clone(&kept));
        // SAFETY: the caller's.
        unsafe { (out as *mut Lent<T>).write(Lent { handed, kept }) }
    }
}
