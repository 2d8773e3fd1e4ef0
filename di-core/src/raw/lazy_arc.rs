//! Handles to lazy singletons that may be kept.

use std::{
    fmt,
    marker::PhantomData,
    pin::Pin,
    sync::{Arc, Weak},
    task::{Context, Poll, ready},
};

use super::{
    block::Block,
    held::Slot,
    lazy::{Building, Deferred, Origin},
};
use crate::{BuildError, Failure, error::NotBuilt};

/// A handle to a lazy singleton, `#[injectable(singleton, lazy)]`, that may be kept: by other singletons, and by what outlives a
/// request, as an `Arc` is. It is to [`Lazy`](super::Lazy) what `Arc<T>` is to `&T`.
///
/// ```
/// # use std::sync::Arc;
/// # use di_core::{BuildError, LazyArc, container, injectable};
/// pub struct Index(Vec<String>);
///
/// #[injectable(singleton, lazy)]
/// async fn index() -> Index {
///     Index(Vec::new()) // read from a disk
/// }
///
/// #[injectable(singleton)]
/// pub struct Search {
///     index: LazyArc<Index>,
/// }
///
/// impl Search {
///     async fn find(&self, word: &str) -> Result<bool, BuildError> {
///         let index: Arc<Index> = self.index.get().await?;
///         Ok(index.0.iter().any(|known| known == word))
///     }
/// }
/// # #[container(Index = index, Search)]
/// # pub struct App;
/// ```
///
/// What [`Lazy`](super::Lazy) promises holds for it, in the app instead of the request: one construction, however many ask at once; it is carried on
/// by all of them, and goes on when one is given up; after a failure the next one tries again. No lock is held while it runs. The value is
/// torn down by `shutdown()` in its turn, in reverse order of construction, if it was constructed.
///
/// It does not keep the app: when that is gone, `get` is an error.
///
/// A constructor that waits in a task of its own, which it spawns and joins, is not seen to wait.
pub struct LazyArc<T: ?Sized, E = BuildError> {
    block: Weak<Block>,
    /// Owned by the block.
    deferred: Cell,
    origin: Origin,
    _value: Yields<T, E>,
}

type Yields<T, E> = PhantomData<fn() -> (Arc<T>, E)>;

#[derive(Clone, Copy)]
struct Cell(*const dyn Deferred);

// SAFETY: as a reference to what is `Sync`.
unsafe impl Send for Cell {}
// SAFETY: as above.
unsafe impl Sync for Cell {}

impl Cell {
    /// # Safety
    /// Its block is there for `'b`.
    unsafe fn get<'b>(self) -> &'b dyn Deferred {
        // SAFETY: the caller's; a block keeps what it owns as long as it is.
        unsafe { &*self.0 }
    }
}

impl<T: ?Sized, E> Clone for LazyArc<T, E> {
    fn clone(&self) -> Self {
        LazyArc {
            block: Weak::clone(&self.block),
            ..*self
        }
    }
}

impl<T: ?Sized, E> fmt::Debug for LazyArc<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_built = self.built().is_some();
        f.debug_struct("LazyArc")
            .field("is_built", &is_built)
            .finish()
    }
}

impl<T: ?Sized, E> LazyArc<T, E> {
    /// # Safety
    /// What it defers is a singleton `T`, in an `Arc`.
    pub(super) unsafe fn new(deferred: &dyn Deferred) -> Self {
        LazyArc {
            block: deferred.block(),
            origin: deferred.origin(),
            // SAFETY: only the lifetime changes; it is looked at while the block is there that owns it.
            deferred: Cell(unsafe {
                std::mem::transmute::<*const (dyn Deferred + '_), *const (dyn Deferred + 'static)>(
                    deferred,
                )
            }),
            _value: PhantomData,
        }
    }

    /// The value: built now, unless it is there already.
    ///
    /// # Errors
    /// As for [`Lazy::get`](super::Lazy::get); also when the app is gone, or was shut down before it was built.
    pub fn get(&self) -> AskingArc<T, E>
    where
        E: From<NotBuilt>,
    {
        let (block, cell, origin) = (self.block.upgrade(), self.deferred, self.origin);
        let is_there = block.is_some();
        AskingArc {
            building: Box::pin(async move {
                // Captured as a whole, which is `Send`.
                let cell: Cell = cell;
                if !is_there {
                    return Err(NotBuilt::new(Failure::over(origin.row), origin));
                }
                // SAFETY: `AskingArc` keeps the block for as long as it has this future.
                let deferred = unsafe { cell.get() };
                match deferred.find() {
                    Some(slot) => Ok(slot),
                    None => deferred.build().await,
                }
            }),
            block,
            _value: PhantomData,
        }
    }

    /// The value, if somebody has asked for it before.
    pub fn built(&self) -> Option<Arc<T>> {
        let _block = self.block.upgrade()?;
        // SAFETY: the block is there, so that the cell is, and the value, which is in an `Arc`.
        unsafe { Some(shared(self.deferred.get().find()?)) }
    }
}

/// # Safety
/// The slot holds the raw pointer of an `Arc<T>`, of which there is one.
unsafe fn shared<T: ?Sized>(slot: Slot) -> Arc<T> {
    // SAFETY: the caller's.
    unsafe {
        let pointer = slot.read::<T>();
        Arc::increment_strong_count(pointer);
        Arc::from_raw(pointer)
    }
}

/// What [`LazyArc::get`] returns: a future of `Result<Arc<T>, E>`. It keeps the app as long as it is there.
#[must_use = "nothing is built until it is awaited"]
pub struct AskingArc<T: ?Sized, E = BuildError> {
    building: Building<'static>,
    /// Dropped last: what is built borrows from it.
    block: Option<Arc<Block>>,
    _value: Yields<T, E>,
}

impl<T: ?Sized, E: From<NotBuilt>> Future for AskingArc<T, E> {
    type Output = Result<Arc<T>, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let built = ready!(self.building.as_mut().poll(cx));
        debug_assert!(built.is_err() || self.block.is_some(), "it was kept");
        Poll::Ready(match built {
            // SAFETY: a `LazyArc` is made of what defers a singleton `T`, whose slot has the pointer of its `Arc`; the block keeps
            // that, and is kept by this.
            Ok(slot) => Ok(unsafe { shared(slot) }),
            Err(error) => Err(error.into()),
        })
    }
}
