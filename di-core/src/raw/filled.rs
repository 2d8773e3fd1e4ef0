//! What is in a scope that is filled at run time, and how it is built.

use std::{
    any::Any,
    collections::{HashMap, HashSet},
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{
            AtomicUsize,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
};

use super::{
    call::Call,
    closing::Owner,
    construct::{run, told},
    held::{Kept, Slot},
    lazy::Deferred,
    maker::{Maker, Op},
    put_off::PutOff,
    replace::Make,
    turns::{self, Ask, Builder, Constructing, Site},
    values::{Held, HeldValue, Value},
};
use crate::{
    Container, Failure, Outcome, Scope,
    error::NotBuilt,
    graph::{Kind, Row, Source},
    observe::{Act, Observed},
    teardown::Ended,
};

/// What is in a scope. It is borrowed by all that is built in it, and does not move.
pub(super) struct Filled<C: Container> {
    pub(super) container: C,
    /// The request-scoped rows that are built, or under construction.
    site: Site,
    store: Mutex<Store<C>>,
    /// Who is told what is built.
    pub(super) observed: Observed,
    /// How many constructors run on other threads.
    busy: Arc<AtomicUsize>,
}

struct Store<C: Container> {
    /// What the extractors of rows that are not built have yielded, by row and parameter; of a transient, for each place that
    /// takes it.
    extracted: HashMap<(u16, usize), Vec<Value>>,
    /// The rows for which that is done.
    is_extracted: HashSet<u16>,
    /// In order of construction; dropped in reverse.
    values: Vec<Held>,
    /// What lazy handles refer to, by row.
    put_off: HashMap<u16, Arc<PutOff<C>>>,
    /// Tells the runtime that the scope is still open.
    open: Option<Box<dyn Any + Send + Sync>>,
}

/// A constructor that runs on another thread, for what it borrows.
pub(super) struct Busy(Arc<AtomicUsize>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Release);
    }
}

impl<C: Container> Filled<C> {
    pub(super) fn new(container: C, observed: Observed) -> Self {
        let open = Some(container.handle().runtime().opened());
        Filled {
            container,
            observed,
            site: Site::new(C::GRAPH),
            store: Mutex::new(Store {
                extracted: HashMap::new(),
                is_extracted: HashSet::new(),
                values: Vec::new(),
                put_off: HashMap::new(),
                open,
            }),
            busy: Arc::default(),
        }
    }

    /// Never held while what a user wrote runs.
    fn store(&self) -> MutexGuard<'_, Store<C>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pointer to the value of a shared row that is built.
    fn slot(&self, row: u16) -> Option<Slot> {
        match row_of::<C>(row).scope {
            Scope::Singleton => Some(self.container.handle().slot_of(C::GRAPH.slot(row))),
            _ => self.site.find(row),
        }
    }

    /// The same, as a constructor takes it.
    pub(super) fn filled_slot(&self, row: u16) -> Result<Slot, Failure> {
        let slot = self.slot(row).filter(|slot| !slot.is_empty());
        slot.ok_or_else(|| Failure::not_constructed(row))
    }

    /// What a lazy handle to this row refers to.
    pub(super) fn put_off(&self, row: u16) -> Slot {
        if row_of::<C>(row).scope == Scope::Singleton {
            return self.container.handle().slot_of(C::GRAPH.slot(row));
        }
        let mut store = self.store();
        let put_off = store.put_off.entry(row);
        let put_off = put_off.or_insert_with(|| Arc::new(PutOff::new(self, row)));
        let put_off: *const PutOff<C> = Arc::as_ptr(put_off);
        Slot::of(put_off as *const dyn Deferred)
    }

    pub(super) fn find(&self, row: u16) -> Option<Slot> {
        self.slot(row).filter(|slot| !slot.is_empty())
    }

    /// Builds a row, and what it needs, unless it is there. With a request, what they extract is taken from it first, row by row;
    /// also what those extract that they can ask for later.
    pub(super) async fn build(
        &self,
        wanted: u16,
        mut request: Option<&mut C::Request>,
    ) -> Result<(), Failure> {
        if self.container.handle().runtime().is_over() {
            return Err(Failure::not_running(wanted));
        }
        for row in self.missing(wanted) {
            if let Some(request) = request.as_deref_mut() {
                self.extract(&[Source::Row(row)], request).await?;
            }
            self.made(row, wanted).await?;
        }
        Ok(())
    }

    /// The same, of a shared row: the pointer to its value.
    pub(super) async fn built(
        &self,
        row: u16,
        request: Option<&mut C::Request>,
    ) -> Result<Slot, Failure> {
        if row_of::<C>(row).is_lazy {
            // SAFETY: the slot of a lazy singleton holds the pointer of what defers it, which the app keeps.
            let deferred = unsafe { &*self.put_off(row).read::<dyn Deferred>() };
            return match deferred.find() {
                Some(slot) => Ok(slot),
                None => deferred.build().await.map_err(NotBuilt::into_failure),
            };
        }
        self.build(row, request).await?;
        self.filled_slot(row)
    }

    /// Constructs a row whose dependencies are there.
    async fn made(&self, row: u16, wanted: u16) -> Result<(), Failure> {
        if let Some(make) = self.container.handle().make(row) {
            self.replace(row, &make, &mut C::empty_request());
            return Ok(());
        }
        Ask::new(self, row, wanted).await.map(drop)
    }

    async fn constructed(&self, row: u16) -> Result<Slot, Failure> {
        let this = row_of::<C>(row);
        let Some(maker) = &this.maker else {
            return match this.kind {
                Kind::Seed => Err(Failure::not_handed_in(row)),
                _ => self.filled_slot(row),
            };
        };
        let teardown = maker.teardown.map(|teardown| {
            let name = this.name;
            (teardown, Owner { row, name })
        });
        let mut value = Value::new(&maker.output, teardown);
        // What was extracted for it is now used up.
        self.store().is_extracted.remove(&row);
        let mut call = Call::prepare(self, row, C::GRAPH.sources(row), None).await?;
        let runtime = self.container.handle().runtime();
        let _busy = self.busy(maker);
        let made = run(maker, call.take(), value.place(), &*runtime, true);
        let made = told(&self.observed, maker, row, made).await;
        made.map_err(|error| Failure::new(row, error))?;
        value.written();
        let slot = value.slot(&maker.op);
        self.store().values.push(Held {
            row: Some(row),
            value: HeldValue::Built(value),
        });
        Ok(slot)
    }

    /// Counts a constructor that runs on another thread, until what this returns is dropped. It is dropped after the future that
    /// waits for that thread, and is not dropped when safe code forgets that one.
    pub(super) fn busy(&self, maker: &Maker) -> Option<Busy> {
        let is_blocking = matches!(maker.op, Op::Blocking(_));
        is_blocking.then(|| {
            self.busy.fetch_add(1, Relaxed);
            Busy(Arc::clone(&self.busy))
        })
    }

    /// Makes what a test has put in the place of a row, unless it is there.
    pub(super) fn replace(&self, row: u16, make: &Make<C>, request: &mut C::Request) {
        if self.site.find(row).is_some() {
            return;
        }
        self.hand_in(row, make(request));
    }

    /// The value of a row is this one, from the beginning.
    pub(super) fn hand_in(&self, row: u16, kept: Kept) {
        self.site.insert(row, kept.slot);
        self.store().values.push(Held {
            row: Some(row),
            value: HeldValue::Kept(kept),
        });
    }

    /// Keeps what is left of a transient with a teardown.
    pub(super) fn keep(&self, kept: Kept) {
        self.store().values.push(Held {
            row: None,
            value: HeldValue::Kept(kept),
        });
    }

    /// Keeps what was extracted for a parameter.
    pub(super) fn keep_extracted(&self, row: u16, k: usize, value: Value) {
        let mut store = self.store();
        store.extracted.entry((row, k)).or_default().push(value);
    }

    pub(super) fn has_extracted(&self, row: u16, k: usize) -> bool {
        self.store().extracted.contains_key(&(row, k))
    }

    /// Everything is extracted for these rows, and not used yet.
    pub(super) fn set_extracted(&self, rows: impl IntoIterator<Item = u16>) {
        self.store().is_extracted.extend(rows);
    }

    pub(super) fn is_extracted(&self, row: u16) -> bool {
        self.store().is_extracted.contains(&row)
    }

    /// What was extracted for a parameter.
    pub(super) fn extracted(&self, row: u16, k: usize) -> Option<Value> {
        self.store().extracted.get_mut(&(row, k))?.pop()
    }
}

impl<C: Container> Builder for Filled<C> {
    fn site(&self) -> &Site {
        &self.site
    }

    fn construct(&self, row: u16) -> Constructing {
        type Borrowing<'a> = Pin<Box<dyn Future<Output = Result<Slot, Failure>> + Send + 'a>>;
        let constructing: Borrowing<'_> = Box::pin(self.constructed(row));
        // SAFETY: only the lifetime changes. The future lies in the table of `self.site`, or is being polled by an `Ask` that
        // borrows `self`; the table is emptied (`Site::close`) before any value is dropped that it could borrow.
        unsafe { std::mem::transmute::<Borrowing<'_>, Constructing>(constructing) }
    }
}

/// The end.
impl<C: Container> Filled<C> {
    /// Nothing more is built, and what is under construction is given up.
    pub(super) fn close(self: &Arc<Self>) {
        let given_up = self.site.close();
        if self.busy.load(Acquire) > 0 {
            std::mem::forget(given_up);
            self.leak();
        } else {
            turns::give_up(given_up);
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.site.is_closed()
    }

    /// The last value, which nobody can ask for any more.
    fn pop(&self) -> Option<Held> {
        let held = self.store().values.pop()?;
        if let Some(row) = held.row {
            self.site.remove(row);
        }
        Some(held)
    }

    pub(super) fn has_teardown(&self) -> bool {
        self.store().values.iter().any(Held::has_teardown)
    }

    /// Tears down and drops the values, in reverse order of construction. One that fails or panics does not stop the others.
    pub(super) async fn end(self: &Arc<Self>, outcome: Outcome) -> Ended {
        let mut ended = Ended::new(outcome);
        self.close();
        while let Some(mut held) = self.pop() {
            // SAFETY: it is dropped after the teardown.
            let Some((closing, owner)) = (unsafe { held.close(ended.outcome) }) else {
                continue;
            };
            let closing = self.observed.told(Act::Teardown, owner.row, closing);
            ended.note(owner.name, Ok(closing.await));
        }
        ended
    }

    /// Drops the values, in reverse order of construction.
    pub(super) fn drop_values(self: &Arc<Self>) {
        self.close();
        while let Some(held) = self.pop() {
            drop(held);
        }
    }

    /// Leaks everything that another thread may still use: whoever waited for that was forgotten. The scope is over all the same.
    fn leak(self: &Arc<Self>) {
        let mut store = self.store();
        std::mem::forget(std::mem::take(&mut store.values));
        let open = store.open.take();
        drop(store);
        std::mem::forget(Arc::clone(self));
        drop(open);
    }
}

pub(super) fn row_of<C: Container>(row: u16) -> &'static Row {
    &C::GRAPH.rows[usize::from(row)]
}
