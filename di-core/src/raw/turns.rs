//! Turns: of each row there is one construction at a time, which is carried on by all that wait for it.
//!
//! Whoever asks for a row that is not there begins its construction, or finds that it is under way. The future of the constructor
//! lies in a table, and not in whoever asked first: each that waits polls it, so that it goes on when one of them is given up,
//! or is not polled any more. When the last one is gone, so is the future. It fails for the one that polled it last; the others
//! begin again.
//!
//! No lock is held while a constructor runs. A constructor that waits for another, by a [`Lazy`](super::Lazy), is noted, so that a
//! wait that would never end is an error. Who waits is known by the thread that is polling it.

use std::{
    cell::Cell,
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Wake, Waker},
};

use super::{circle::circle, held::Slot};
use crate::{Failure, graph::Graph, teardown::caught};

/// A construction: where the value is when it is through.
pub(super) type Constructing = Pin<Box<dyn Future<Output = Result<Slot, Failure>> + Send>>;

/// Where rows are constructed: a scope, or an app.
pub(super) trait Builder: Send + Sync {
    /// What is there, and what is under way.
    fn site(&self) -> &Site;
    /// Begins a construction. Nothing has run yet.
    fn construct(&self, row: u16) -> Constructing;
}

/// What is there, and what is under way.
pub(super) struct Site {
    graph: Graph,
    tables: Mutex<Tables>,
}

#[derive(Default)]
struct Tables {
    /// For each row that is built, the pointer to its value.
    slots: HashMap<u16, Slot>,
    turns: HashMap<u16, Turn>,
    waits: Vec<Wait>,
    /// How many numbers are given to turns and to those that ask.
    numbers: u64,
    /// Nothing more is built.
    is_closed: bool,
}

/// A row that is under construction.
struct Turn {
    number: u64,
    /// None while somebody polls it.
    future: Option<Constructing>,
    wakers: Arc<Wakers>,
    askers: usize,
    /// Somebody wanted to poll it while another did.
    is_missed: bool,
}

/// A constructor that waits for another row, on the way to the one that it asked for.
#[derive(Clone, Copy)]
pub(super) struct Wait {
    asker: u64,
    pub(super) from: u16,
    pub(super) to: u16,
    pub(super) wanted: u16,
}

/// Those that wait for a turn.
#[derive(Default)]
struct Wakers(Mutex<HashMap<u64, Waker>>);

impl Wakers {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Waker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake_all(&self) {
        let woken = std::mem::take(&mut *self.lock());
        for waker in woken.into_values() {
            // One that panics does not keep the others waiting, nor what ends the scope.
            let _ = caught(|| waker.wake());
        }
    }
}

impl Wake for Wakers {
    fn wake(self: Arc<Self>) {
        self.wake_all();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.wake_all();
    }
}

impl Tables {
    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    fn turn(&mut self, row: u16, number: u64) -> Option<&mut Turn> {
        self.turns
            .get_mut(&row)
            .filter(|turn| turn.number == number)
    }
}

impl Site {
    pub(super) fn new(graph: Graph) -> Self {
        Site {
            graph,
            tables: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Tables> {
        // Nothing that panics runs under the lock.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn find(&self, row: u16) -> Option<Slot> {
        self.lock().slots.get(&row).copied()
    }

    pub(super) fn insert(&self, row: u16, slot: Slot) {
        self.lock().slots.insert(row, slot);
    }

    /// Says that a value is not there any more.
    pub(super) fn remove(&self, row: u16) {
        self.lock().slots.remove(&row);
    }

    /// Says so of all values.
    pub(super) fn forget(&self) {
        self.lock().slots.clear();
    }

    /// Keeps a value, unless the site is closed: then it is given back. No closing happens in between.
    pub(super) fn while_open<T>(&self, value: T, keep: impl FnOnce(T)) -> Result<(), T> {
        let tables = self.lock();
        if tables.is_closed {
            return Err(value);
        }
        keep(value);
        Ok(())
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock().is_closed
    }

    /// From now on nothing is built. What was under way is returned, to be dropped.
    pub(super) fn close(&self) -> Vec<Constructing> {
        let turns = {
            let mut tables = self.lock();
            tables.is_closed = true;
            std::mem::take(&mut tables.turns)
        };
        let given_up = turns.into_values().filter_map(|turn| {
            turn.wakers.wake_all();
            turn.future
        });
        given_up.collect()
    }
}

/// Drops what was under way. A panic in that does not stop the rest.
pub(super) fn give_up(constructing: Vec<Constructing>) {
    for one in constructing {
        let _ = caught(|| drop(one));
    }
}

thread_local! {
    /// What is being constructed on this thread: the address of the site, and the row.
    static CURRENT: Cell<Option<Current>> = const { Cell::new(None) };
}

/// What a thread is constructing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Current {
    site: usize,
    row: u16,
}

impl Current {
    fn of(site: &Site, row: u16) -> Self {
        Current {
            site: std::ptr::from_ref(site).addr(),
            row,
        }
    }

    /// Of this thread, to go on with on another one.
    pub(super) fn get() -> Option<Self> {
        CURRENT.get()
    }

    /// Runs something that is a part of this construction.
    pub(super) fn run<T>(this: Option<Self>, run: impl FnOnce() -> T) -> T {
        struct Before(Option<Current>);
        impl Drop for Before {
            fn drop(&mut self) {
                CURRENT.set(self.0);
            }
        }
        let _before = Before(CURRENT.replace(this));
        run()
    }
}

/// Somebody asks for a row whose dependencies are there, or are asked for first.
pub(super) struct Ask<'a> {
    builder: &'a dyn Builder,
    row: u16,
    /// What this row is needed for; it may be the same.
    wanted: u16,
    /// None until it has to wait.
    number: Option<u64>,
    /// The turn that it waits for.
    turn: Option<u64>,
    /// The constructor that it waits in.
    from: Option<u16>,
}

enum Entered {
    Found(Slot),
    Refused(Failure),
    Waits,
    Polls(Constructing, Arc<Wakers>),
}

impl<'a> Ask<'a> {
    pub(super) fn new(builder: &'a dyn Builder, row: u16, wanted: u16) -> Self {
        Ask {
            builder,
            row,
            wanted,
            number: None,
            turn: None,
            from: None,
        }
    }

    /// Looks whether it is there, and else takes part in its turn.
    fn enter(&mut self, waker: &Waker) -> Entered {
        let (site, builder) = (self.builder.site(), self.builder);
        // Whatever a waker does when it is cloned or dropped, it does without the lock.
        let waker = waker.clone();
        let _replaced;
        let mut tables = site.lock();
        if let Some(slot) = tables.slots.get(&self.row) {
            return Entered::Found(*slot);
        }
        if tables.is_closed {
            return Entered::Refused(Failure::over(self.wanted));
        }
        let number = *self.number.get_or_insert_with(|| tables.number());
        if let Some(failure) = self.note_wait(site, &mut tables, number) {
            return Entered::Refused(failure);
        }
        let Tables { turns, numbers, .. } = &mut *tables;
        let turn = turns.entry(self.row).or_insert_with(|| {
            *numbers += 1;
            Turn {
                number: *numbers,
                future: Some(builder.construct(self.row)),
                wakers: Arc::default(),
                askers: 0,
                is_missed: false,
            }
        });
        if self.turn != Some(turn.number) {
            self.turn = Some(turn.number);
            turn.askers += 1;
        }
        _replaced = turn.wakers.lock().insert(number, waker);
        match turn.future.take() {
            Some(future) => Entered::Polls(future, Arc::clone(&turn.wakers)),
            None => {
                turn.is_missed = true;
                Entered::Waits
            }
        }
    }

    /// Notes which constructor waits; an error, when it would wait for itself.
    fn note_wait(&mut self, site: &Site, tables: &mut Tables, number: u64) -> Option<Failure> {
        let current = Current::get().filter(|current| *current == Current::of(site, current.row));
        let from = current.map(|current| current.row);
        if from == self.from {
            return None;
        }
        tables.waits.retain(|wait| wait.asker != number);
        self.from = None;
        let wait = Wait {
            asker: number,
            from: from?,
            to: self.row,
            wanted: self.wanted,
        };
        if let Some(rows) = circle(site.graph, &tables.waits, wait) {
            let names = rows.into_iter().map(|row| site.graph.name(row));
            return Some(Failure::circle(self.wanted, names.collect()));
        }
        self.from = from;
        tables.waits.push(wait);
        None
    }

    /// Polls the construction, and publishes its end.
    fn run(&self, mut future: Constructing, wakers: &Arc<Wakers>) -> Poll<Result<Slot, Failure>> {
        let (site, waker) = (self.builder.site(), Waker::from(Arc::clone(wakers)));
        // What a panic leaves is only dropped.
        let polled = Current::run(Some(Current::of(site, self.row)), || {
            catch_unwind(AssertUnwindSafe(|| {
                future.as_mut().poll(&mut Context::from_waker(&waker))
            }))
        });
        if let Ok(Poll::Pending) = polled {
            self.put_back(future, wakers);
            return Poll::Pending;
        }
        drop(future);
        {
            let mut tables = site.lock();
            if let Some(number) = self.turn
                && tables.turn(self.row, number).is_some()
            {
                tables.turns.remove(&self.row);
            }
            if let Ok(Poll::Ready(Ok(slot))) = &polled {
                tables.slots.insert(self.row, *slot);
            }
        }
        wakers.wake_all();
        polled.unwrap_or_else(|payload| resume_unwind(payload))
    }

    fn put_back(&self, future: Constructing, wakers: &Wakers) {
        let mut future = Some(future);
        let mut is_missed = false;
        if let Some(number) = self.turn
            && let Some(turn) = self.builder.site().lock().turn(self.row, number)
        {
            turn.future = future.take();
            is_missed = std::mem::take(&mut turn.is_missed);
        }
        // The site was closed meanwhile.
        drop(future);
        if is_missed {
            wakers.wake_all();
        }
    }
}

impl Future for Ask<'_> {
    type Output = Result<Slot, Failure>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        match this.enter(cx.waker()) {
            Entered::Found(slot) => Poll::Ready(Ok(slot)),
            Entered::Refused(failure) => Poll::Ready(Err(failure)),
            Entered::Waits => Poll::Pending,
            Entered::Polls(future, wakers) => this.run(future, &wakers),
        }
    }
}

impl Drop for Ask<'_> {
    fn drop(&mut self) {
        let Some(asker) = self.number else { return };
        let (mut last, mut others, mut _waker) = (None, None, None);
        {
            let mut tables = self.builder.site().lock();
            tables.waits.retain(|wait| wait.asker != asker);
            if let Some(number) = self.turn
                && let Some(turn) = tables.turn(self.row, number)
            {
                turn.askers -= 1;
                _waker = turn.wakers.lock().remove(&asker);
                if turn.askers == 0 {
                    last = tables.turns.remove(&self.row);
                } else {
                    others = Some(Arc::clone(&turn.wakers));
                }
            }
        }
        // Nobody waits any more: the construction is given up. It is user code, and runs without the lock.
        drop(last);
        // What woke this one may have been meant for all.
        if let Some(others) = others {
            others.wake_all();
        }
    }
}
