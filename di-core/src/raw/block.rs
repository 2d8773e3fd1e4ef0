//! The app's block: one slot for each singleton, and what owns them.

use std::{
    any::Any,
    collections::HashMap,
    marker::PhantomData,
    sync::{
        Arc, OnceLock, Weak,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use super::{
    held::{Keep, Kept, Slot},
    lazy::Deferred,
    replace::Make,
    turns::{Site, give_up},
};
use crate::{
    Container, Graph, Outcome, Provides, TeardownError, TeardownFailure,
    key::Of,
    observe::Act,
    runtime::Runtime,
    scope::{Eager, HeldByArc},
    teardown::{Ended, caught},
};

/// The singletons of an app.
pub(super) struct Block {
    /// Owned. A raw pointer, since start-up writes slots while constructors hold the base.
    slots: *mut [Slot],
    /// In order of construction; released in reverse.
    kept: Keep,
    runtime: Arc<dyn Runtime>,
    /// Where lazy ones are built.
    site: Arc<Site>,
    /// What the slots of lazy ones point to.
    lazy: OnceLock<Vec<Arc<dyn Deferred>>>,
    /// Held while they are torn down.
    ending: futures_util::lock::Mutex<()>,
    /// Whether start-up ended well.
    is_built: AtomicBool,
    /// Whether this is the last attempt to tear down what nobody did.
    is_orphan: bool,
    /// Whether a request may come with a scope that is open already.
    is_scoped: AtomicBool,
    /// Whether a test replaced something.
    is_replaced: bool,
}

// SAFETY: the slots point to values that `kept` owns, which are `Send + Sync`.
unsafe impl Send for Block {}
// SAFETY: as above; a slot is written by start-up alone, before anybody reads it.
unsafe impl Sync for Block {}

impl Block {
    pub(super) fn new(slots: usize, runtime: Arc<dyn Runtime>, site: Site) -> Self {
        let slots = vec![Slot::EMPTY; slots].into_boxed_slice();
        Block {
            kept: Keep::default(),
            slots: Box::into_raw(slots),
            runtime,
            site: Arc::new(site),
            lazy: OnceLock::new(),
            ending: futures_util::lock::Mutex::new(()),
            is_built: AtomicBool::new(false),
            is_orphan: false,
            is_scoped: AtomicBool::new(false),
            is_replaced: false,
        }
    }

    pub(super) fn replaced(mut self, is_replaced: bool) -> Self {
        self.is_replaced = is_replaced;
        self
    }

    pub(super) fn base(&self) -> *const u8 {
        self.slots.cast_const().cast()
    }

    pub(super) fn kept(&self) -> Keep {
        self.kept.clone()
    }

    pub(super) fn site(&self) -> Arc<Site> {
        Arc::clone(&self.site)
    }

    pub(super) fn runtime(&self) -> Arc<dyn Runtime> {
        Arc::clone(&self.runtime)
    }

    /// Sets what the slots of lazy singletons point to.
    pub(super) fn set_lazy(&self, cells: Vec<(usize, Arc<dyn Deferred>)>) {
        let cells = cells.into_iter().map(|(slot, cell)| {
            // SAFETY: start-up has not begun, and nobody reads a slot.
            unsafe { self.alias(slot, Slot::of(Arc::as_ptr(&cell))) };
            cell
        });
        let is_set = self.lazy.set(cells.collect());
        debug_assert!(is_set.is_ok(), "set once");
    }

    /// # Safety
    /// As for [`alias`](Self::alias).
    pub(super) unsafe fn keep(&self, slot: usize, value: Kept) {
        // SAFETY: the caller's.
        unsafe { self.alias(slot, value.slot) };
        self.kept.push(value);
    }

    /// # Safety
    /// Start-up is not over, and nobody reads this slot yet.
    pub(super) unsafe fn alias(&self, slot: usize, value: Slot) {
        // SAFETY: the memory is this block's, and the index is checked; the rest is the caller's.
        unsafe { (&raw mut (*self.slots)[slot]).write(value) }
    }

    /// A value of a lazy singleton, which has no slot.
    pub(super) fn keep_lazy(&self, row: u16, value: Kept) {
        self.site.insert(row, value.slot);
        self.kept.push(value);
    }

    pub(super) fn slot(&self, slot: usize) -> *const Slot {
        // SAFETY: the memory is this block's, and the index is checked.
        unsafe { &raw const (*self.slots)[slot] }
    }

    /// Tears down what start-up has built, since something else failed.
    pub(super) async fn give_up(&self) {
        let failures = self.end(Outcome::of_status(500)).await;
        if !failures.is_empty() {
            self.runtime.teardown_failed(&failures);
        }
    }

    /// The nodes whose teardown has not been begun.
    fn not_torn_down(&self) -> Vec<&'static str> {
        let kept = self.kept.lock();
        let left = kept.iter().rev().filter_map(|kept| kept.teardown);
        left.map(|(_, owner)| owner.name).collect()
    }

    /// Tears the singletons down, in reverse order of construction, each awaited. The values stay, since there may be handles
    /// to them. Each once: what is called meanwhile waits, and then finds nothing to do. When this is dropped before its end, a later
    /// call goes on with the next one.
    pub(super) async fn end(&self, outcome: Outcome) -> Vec<TeardownFailure> {
        let mut ended = Ended::new(outcome);
        let observed = self.runtime.observed();
        // Lazy ones that are under construction are given up.
        give_up(self.site.close());
        let _turn = self.ending.lock().await;
        while let Some((value, op, owner)) = self.kept.next_teardown() {
            // SAFETY: the operation is that of the value, which is sized, so that its slot holds a thin pointer; it is kept
            // for as long as this block is borrowed.
            let closing = caught(|| unsafe { value.close(op, ended.outcome) });
            let closed = match closing {
                Ok(closing) => Ok(observed.told(Act::Teardown, owner.row, closing).await),
                Err(panic) => Err(panic),
            };
            ended.note(owner.name, closed);
        }
        ended.settle()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // What borrows singletons is dropped before them.
        give_up(self.site.close());
        let nodes = self.not_torn_down();
        if nodes.is_empty() || self.is_orphan {
            // A value that is dropped may still have a handle to a lazy one, which is gone by then.
            self.site.forget();
        } else {
            if *self.is_built.get_mut() {
                self.runtime.never_shut_down(&nodes);
            }
            self.orphan();
        }
        while let Some(last) = self.kept.pop() {
            drop(last);
        }
        // SAFETY: made by `Box::into_raw` in `new`, and freed only here.
        drop(unsafe { Box::from_raw(self.slots) });
    }
}

impl Block {
    /// Hands everything to a task that tears it down: the values, and what they may refer to.
    fn orphan(&mut self) {
        let site = Site::new(Graph::EMPTY);
        let mut orphan = Block::new(0, Arc::clone(&self.runtime), site);
        std::mem::swap(&mut orphan.slots, &mut self.slots);
        std::mem::swap(&mut orphan.kept, &mut self.kept);
        std::mem::swap(&mut orphan.lazy, &mut self.lazy);
        std::mem::swap(&mut orphan.site, &mut self.site);
        orphan.is_orphan = true;
        self.runtime.spawn(Box::pin(async move {
            let failures = orphan.end(Outcome::Cancelled).await;
            if !failures.is_empty() {
                orphan.runtime.teardown_failed(&failures);
            }
        }));
    }
}

/// What a container holds: one `Arc` to the block of its singletons.
pub struct Handle<C> {
    block: Arc<Block>,
    /// What request-scoped values are made with, in a test: a `HashMap<u16, Make<C>>`.
    #[cfg(feature = "testing")]
    makes: Option<Arc<dyn Any + Send + Sync>>,
    _container: PhantomData<fn() -> C>,
}

impl<C> Clone for Handle<C> {
    fn clone(&self) -> Self {
        Handle {
            block: Arc::clone(&self.block),
            #[cfg(feature = "testing")]
            makes: self.makes.clone(),
            _container: PhantomData,
        }
    }
}

/// The same, without keeping it.
pub(super) struct WeakHandle<C> {
    block: Weak<Block>,
    #[cfg(feature = "testing")]
    makes: Option<Arc<dyn Any + Send + Sync>>,
    _container: PhantomData<fn() -> C>,
}

impl<C> WeakHandle<C> {
    /// None, when nobody keeps it any more.
    pub(super) fn upgrade(&self) -> Option<Handle<C>> {
        Some(Handle {
            block: self.block.upgrade()?,
            #[cfg(feature = "testing")]
            makes: self.makes.clone(),
            _container: PhantomData,
        })
    }
}

impl<C: Container> Handle<C> {
    pub(super) fn downgrade(&self) -> WeakHandle<C> {
        WeakHandle {
            block: Arc::downgrade(&self.block),
            #[cfg(feature = "testing")]
            makes: self.makes.clone(),
            _container: PhantomData,
        }
    }

    pub(super) fn new(block: Arc<Block>, makes: HashMap<u16, Make<C>>) -> Self {
        block.is_built.store(true, Relaxed);
        // Without the feature there are none.
        let _ = &makes;
        Handle {
            block,
            #[cfg(feature = "testing")]
            makes: (!makes.is_empty()).then(|| Arc::new(makes) as Arc<dyn Any + Send + Sync>),
            _container: PhantomData,
        }
    }

    /// Whether a test replaced something, so that no frame may be used: a singleton may not be there, a request-scoped value
    /// may be made of the request.
    #[cfg(feature = "testing")]
    pub fn is_replaced(&self) -> bool {
        self.block.is_replaced
    }

    /// What a request-scoped row is made with, in a test.
    pub(super) fn make(&self, row: u16) -> Option<Make<C>> {
        #[cfg(feature = "testing")]
        if let Some(makes) = &self.makes {
            let makes = makes.downcast_ref::<HashMap<u16, Make<C>>>();
            return makes.and_then(|makes| makes.get(&row).cloned());
        }
        let _ = row;
        None
    }

    #[inline(always)]
    pub(super) fn base(&self) -> *const u8 {
        self.block.base()
    }

    /// From now on a request may come with a scope that is open already.
    pub fn set_scoped(&self) {
        self.block.is_scoped.store(true, Relaxed);
    }

    /// Whether it may. O(1), no ordering.
    #[inline(always)]
    pub fn is_scoped(&self) -> bool {
        self.block.is_scoped.load(Relaxed)
    }

    /// Whether two handles are of the same app.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.block, &other.block)
    }

    /// What a slot holds.
    pub(super) fn slot_of(&self, slot: usize) -> Slot {
        // SAFETY: no slot is written once a handle exists.
        unsafe { *self.block.slot(slot) }
    }

    /// What the app runs on.
    pub fn runtime(&self) -> Arc<dyn Runtime> {
        Arc::clone(&self.block.runtime)
    }

    /// The same, as the type that the facade gave; none of another one.
    #[inline]
    pub fn runtime_as<R: Runtime>(&self) -> Option<&R> {
        let runtime: &dyn Any = &*self.block.runtime;
        runtime.downcast_ref()
    }

    /// Tears the singletons down, in reverse order of construction, each awaited. Each once: a second call waits for the first
    /// and then has nothing to do; when the first was dropped before its end, it goes on with the next one.
    ///
    /// # Errors
    /// Those that failed or panicked; all others were torn down.
    pub async fn end(&self) -> Result<(), TeardownError> {
        TeardownError::of(self.block.end(Outcome::Success).await).map_or(Ok(()), Err)
    }

    /// The singleton `T`. O(1), no lock.
    #[inline]
    pub fn get<T: ?Sized, Q, F>(&self) -> &F::T
    where
        C: Provides<T, Q, Scope: HeldByArc + Eager, Family = F>,
        F: Of<'static> + ?Sized,
    {
        // SAFETY: the slot of the row that `Provides` names holds a pointer to its family's type; every slot
        // is filled before a handle exists.
        unsafe { &*(*self.slot::<T, Q>()).read() }
    }

    /// A new handle to the singleton `T`. O(1), one atomic increment.
    pub fn share<T: ?Sized, Q, F>(&self) -> Arc<F::T>
    where
        C: Provides<T, Q, Scope: HeldByArc + Eager, Family = F>,
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
        let row = <C as Provides<T, Q>>::INDEX;
        let slot = self.block.slot(C::GRAPH.slot(row));
        // SAFETY: as in `slot_of`.
        #[cfg(feature = "testing")]
        let is_empty = unsafe { (*slot).is_empty() };
        #[cfg(feature = "testing")]
        assert!(
            !is_empty,
            "`{}` was not constructed, since a test replaced what it was for",
            C::GRAPH.name(row)
        );
        slot
    }
}
