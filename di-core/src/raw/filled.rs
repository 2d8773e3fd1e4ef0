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
    block::{Kept, Slot},
    call::{Call, extract},
    construct::run,
    lazy::Deferred,
    maker::{AsyncOp, Maker, Op},
    put_off::PutOff,
    replace::Make,
    turns::{self, Ask, Builder, Constructing, Site},
    values::{Held, HeldValue, Value},
};
use crate::{
    Container, Failure, Outcome, Scope,
    error::NotBuilt,
    graph::{Kind, Row, Source},
    teardown::Ended,
};

/// What is in a scope. It is borrowed by all that is built in it, and does not move.
pub(super) struct Filled<C: Container> {
    pub(super) container: C,
    /// The request-scoped rows that are built, or under construction.
    site: Site,
    store: Mutex<Store<C>>,
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
    pub(super) fn new(container: C) -> Self {
        let open = Some(container.handle().runtime().opened());
        Filled {
            container,
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
        let teardown = maker.teardown.map(|teardown| (teardown, this.name));
        let mut value = Value::new(&maker.output, teardown);
        // What was extracted for it is now used up.
        self.store().is_extracted.remove(&row);
        let mut call = Call::prepare(self, row, C::GRAPH.sources(row), None).await?;
        let runtime = self.container.handle().runtime();
        let _busy = self.busy(maker);
        let made = run(maker, call.take(), value.place(), &*runtime, true).await;
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
    fn replace(&self, row: u16, make: &Make<C>, request: &mut C::Request) {
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

/// Ways through the graph.
impl<C: Container> Filled<C> {
    /// What a row needs; nothing, when a test has replaced it.
    fn sources(&self, row: u16) -> &'static [Source] {
        match self.container.handle().make(row) {
            Some(_) => &[],
            None => C::GRAPH.sources(row),
        }
    }

    fn is_there(&self, row: u16) -> bool {
        row_of::<C>(row).scope == Scope::Singleton || self.site.find(row).is_some()
    }

    /// The request-scoped rows that have to be built for this one, dependencies first, and it last.
    fn missing(&self, row: u16) -> Vec<u16> {
        let mut order = Vec::new();
        let mut open = vec![(row, 0)];
        while let Some((row, k)) = open.pop() {
            if self.is_there(row) || order.contains(&row) {
                continue;
            }
            match self.sources(row).get(k) {
                Some(source) => {
                    open.push((row, k + 1));
                    if let Source::Row(to) = *source {
                        open.push((to, 0));
                    }
                }
                None if row_of::<C>(row).scope == Scope::Request => order.push(row),
                None => {}
            }
        }
        order
    }

    /// Runs the extractors that are needed for these sources, of rows that are not built, and of those that they may ask for later:
    /// there is a request now. No lock is held meanwhile, so that an extractor that runs for two heads at once, both of this
    /// scope, has one of its values left over.
    pub(super) async fn extract(
        &self,
        sources: &[Source],
        request: &mut C::Request,
    ) -> Result<(), Failure> {
        for row in self.replaced(sources) {
            if let Some(make) = self.container.handle().make(row) {
                self.replace(row, &make, request);
            }
        }
        let (rows, extractors) = self.extractors(sources);
        for (row, k, op) in extractors {
            let mut value = Value::new(&op.output, None);
            let place = value.place();
            extract(op, row, &self.container, Some(&mut *request), place).await?;
            value.written();
            let mut store = self.store();
            store.extracted.entry((row, k)).or_default().push(value);
        }
        self.store().is_extracted.extend(rows);
        Ok(())
    }

    /// The rows below these sources that a test has replaced, which are made while there is a request.
    fn replaced(&self, sources: &[Source]) -> Vec<u16> {
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        let mut open: Vec<u16> = rows(sources).rev().collect();
        while let Some(row) = open.pop() {
            if self.is_there(row) || !seen.insert(row) {
                continue;
            }
            if self.container.handle().make(row).is_some() {
                found.push(row);
            }
            open.extend(rows(self.sources(row)).rev());
        }
        found
    }

    /// The extractors below these sources, in the order of a plan: row, parameter, and operation; a transient's for each place
    /// that takes it. And the shared rows that have all of them among those.
    fn extractors(&self, sources: &[Source]) -> (HashSet<u16>, Vec<Extractor>) {
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        let mut open: Vec<(u16, usize)> = rows(sources).rev().map(|row| (row, 0)).collect();
        while let Some((row, k)) = open.pop() {
            let is_shared = row_of::<C>(row).scope != Scope::Transient;
            if k == 0 && (self.is_there(row) || is_shared && self.is_done(row, &mut seen)) {
                continue;
            }
            let Some(source) = self.sources(row).get(k) else {
                continue;
            };
            open.push((row, k + 1));
            match *source {
                Source::Row(to) | Source::Lazy(to) => open.push((to, 0)),
                Source::Extract(op)
                    if !(is_shared && self.store().extracted.contains_key(&(row, k))) =>
                {
                    found.push((row, k, op));
                }
                _ => {}
            }
        }
        (seen, found)
    }

    fn is_done(&self, row: u16, seen: &mut HashSet<u16>) -> bool {
        self.store().is_extracted.contains(&row) || !seen.insert(row)
    }
}

/// A row, its parameter, and what is extracted for that.
type Extractor = (u16, usize, &'static AsyncOp);

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
            let Some((closing, node)) = (unsafe { held.close(ended.outcome) }) else {
                continue;
            };
            ended.note(node, Ok(closing.await));
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

fn row_of<C: Container>(row: u16) -> &'static Row {
    &C::GRAPH.rows[usize::from(row)]
}

/// The rows among some sources.
pub(super) fn rows(sources: &[Source]) -> impl DoubleEndedIterator<Item = u16> {
    sources.iter().filter_map(|source| source.row())
}
