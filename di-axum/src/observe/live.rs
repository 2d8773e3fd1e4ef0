//! Scopes that live: a request that is being answered, a job of a task, a service, what was opened by hand.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{
            AtomicBool, AtomicU64,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
    time::Duration,
};

use axum::http::StatusCode;
use di_core::{
    __private::{Act, Clock, Doing, Log, Mark, Observer, Tick},
    Meta,
};
use smallvec::SmallVec;
use tracing::Span;

use crate::seen::Root;

use super::{
    desk::{Desk, lock},
    lives::{Listed, LiveScope},
    observation::Common,
    place::{Place, Sum},
    polls::polled,
    routes::Route,
    spans::{self, Running, Spans},
    what::What,
};

/// A scope that lives, until the last value in it is gone.
///
/// First what each poll needs, and nothing else: a request that waits is polled when its lines have left the cache, so that they count, and not what is done
/// with them. The app's clock and limit are copied for that.
#[repr(C)]
pub(crate) struct Live {
    /// None once it is dropped.
    listed: Option<Listed>,
    /// What runs, and for how long it has kept its thread.
    place: Place,
    clock: Clock,
    /// The limit of a poll, in nanoseconds.
    slow_poll: u64,
    /// Whether the poll that runs was found to be slow.
    pub(super) is_told: AtomicBool,
    /// None, where nobody listens.
    pub(super) spans: Option<Box<Spans>>,
    desk: Arc<Desk>,
    what: What,
    began: Tick,
    /// The handler, once it is known, if it is not that of the route.
    handler: OnceLock<Root>,
    /// Whether it is known.
    is_handled: AtomicBool,
    /// When the root began; never before, and after its end.
    root_began: AtomicU64,
    /// Nanoseconds that it took, until they are counted.
    root_took: AtomicU64,
    /// Nanoseconds of what was built since, in the root's time.
    nested: AtomicU64,
    built: Mutex<Built>,
    /// Whether the root has begun.
    has_root: AtomicBool,
    /// Whether nobody waits for the answer any more.
    is_given_up: AtomicBool,
    /// Whether a layer may ask for values.
    is_layered: AtomicBool,
}

/// The rows whose constructors ran in a scope.
#[derive(Default)]
struct Built {
    rows: SmallVec<[u16; 16]>,
    failed: SmallVec<[u16; 1]>,
}

impl Live {
    pub(super) fn new(desk: Arc<Desk>, what: What, listed: Listed) -> Self {
        let common = &desk.common;
        Self {
            listed: Some(listed),
            place: Place::default(),
            clock: common.clock.clone(),
            slow_poll: common.thresholds.slow_poll_nanos(),
            is_told: AtomicBool::new(false),
            spans: Spans::of(&what),
            began: common.clock.now(),
            handler: OnceLock::new(),
            is_handled: AtomicBool::new(false),
            root_began: AtomicU64::new(Tick::NEVER.bits()),
            root_took: AtomicU64::new(0),
            nested: AtomicU64::new(0),
            built: Mutex::default(),
            has_root: AtomicBool::new(false),
            is_given_up: AtomicBool::new(false),
            is_layered: AtomicBool::new(false),
            desk,
            what,
        }
    }

    #[inline]
    fn marked(&self) -> &Mark {
        let listed = self.listed.as_ref();
        &listed.expect("it is listed until it is dropped").mark
    }

    /// Whether anybody listens to its spans.
    pub(crate) fn has_spans(&self) -> bool {
        self.spans.is_some()
    }

    pub(super) fn common(&self) -> &Common {
        &self.desk.common
    }

    pub(super) fn is_of(&self, app: &Arc<Common>) -> bool {
        Arc::ptr_eq(&self.desk.common, app)
    }

    /// This handler answers it.
    pub(crate) fn handled_by(&self, handler: Root) {
        // Middleware may call another one after it; the first is the outermost.
        if self.is_handled.load(Relaxed) {
            return;
        }
        let of_route = match &self.what {
            What::Routed(seat) => Some(seat.route.handler.get_or_init(|| handler)),
            _ => None,
        };
        // Mostly it is that, and known without a lock.
        if !of_route.is_some_and(|known| std::ptr::eq(known.meta, handler.meta)) {
            let _ = self.handler.set(handler);
        }
        self.is_handled.store(true, Release);
    }

    /// The handler, once the request has come to it.
    fn root(&self) -> Option<&Root> {
        if !self.is_handled.load(Acquire) {
            return None;
        }
        let of_route = || self.route().and_then(|route| route.handler.get());
        self.handler.get().or_else(of_route)
    }

    pub(super) fn handler(&self) -> Option<&'static Meta> {
        self.root().map(|root| root.meta).or(match self.what {
            What::Task(meta) | What::Service(meta) => Some(meta),
            _ => None,
        })
    }

    pub(super) fn what(&self) -> String {
        self.what.to_string()
    }

    fn route(&self) -> Option<&Route> {
        match &self.what {
            What::Routed(seat) => Some(&seat.route),
            _ => None,
        }
    }

    /// It was answered with this then, or not at all.
    pub(super) fn answered(&self, answer: Option<(StatusCode, Tick)>) {
        match (answer, &self.spans) {
            (Some((status, _)), Some(spans)) => spans.answered(status.as_u16()),
            (Some(_), None) => {}
            // Nobody waits for the answer any more.
            (None, _) => self.is_given_up.store(true, Relaxed),
        }
        if let Some(route) = self.route() {
            let mut ended = route.ended();
            ended.add(answer.map(|(status, at)| (status, self.clock().nanos(self.began, at))));
            ended.share.handler += self.root_took.swap(0, Relaxed);
        }
    }

    /// Whether it is meant to live as long as the app.
    pub(super) fn is_service(&self) -> bool {
        matches!(self.what, What::Service(_))
    }

    /// A layer may ask for values of its scope.
    pub(crate) fn layered(&self) {
        self.is_layered.store(true, Relaxed);
    }

    /// Begins a poll, unless somebody who polls it has.
    pub(super) fn begin_poll(&self) -> Option<Tick> {
        // It is polled by one thread at a time, mostly; where several build values of one scope, the first one is looked at.
        if self.marked().polled() != Tick::NEVER {
            return None;
        }
        let now = self.now();
        self.is_told.store(false, Relaxed);
        self.place.begin_poll();
        self.marked().set_polled(now);
        Some(now)
    }

    /// The poll is over; what kept its thread, if that was too long.
    pub(super) fn end_poll(&self, began: Tick, now: Tick) -> Option<(Duration, Doing)> {
        let mark = self.marked();
        mark.set_polled(Tick::NEVER);
        let took = self.clock.nanos(began, now);
        (took >= self.slow_poll).then(|| {
            let culprit = self.place.culprit(mark, &self.clock, began, now);
            (Duration::from_nanos(took), culprit)
        })
    }

    /// What it is at.
    pub(super) fn at(&self) -> Doing {
        self.marked().at()
    }

    pub(super) fn now(&self) -> Tick {
        self.clock().now()
    }

    /// It does this from now on.
    fn moved(&self, to: Doing, at: Tick) {
        self.root_waits(at);
        self.marked().set(to, at);
    }

    /// What runs in it runs on this thread, until what this returns is dropped.
    pub(crate) fn enter(&self) -> Option<Running<'_>> {
        let spans = self.spans.as_deref()?;
        // That of a request is entered by the layer, or is not ours.
        Some(spans.enter(matches!(self.what, What::Task(_) | What::Service(_))))
    }

    /// The root is through, if it has run.
    pub(crate) fn root_ended(&self) {
        if self.is_in_root() {
            self.root_ended_at(self.now());
        }
    }

    fn is_in_root(&self) -> bool {
        self.root_began.load(Relaxed) != Tick::NEVER.bits()
    }

    fn root_ended_at(&self, at: Tick) {
        let began = Tick::of_bits(self.root_began.load(Relaxed));
        if began == Tick::NEVER {
            return;
        }
        self.root_began.store(Tick::NEVER.bits(), Relaxed);
        self.moved(Doing::Elsewhere, at);
        let took = self.clock().nanos(began, at);
        let took = took.saturating_sub(self.nested.load(Relaxed));
        // Written by whoever polls the root, and taken when it does so no more.
        let before = self.root_took.load(Relaxed);
        self.root_took.store(before + took, Relaxed);
        if let Some(spans) = &self.spans {
            spans.root_ended();
        }
    }

    pub(super) fn read(&self, now: Tick) -> LiveScope {
        LiveScope {
            what: self.what(),
            age: Duration::from_nanos(self.clock().nanos(self.began, now)),
        }
    }

    /// How many values of each row are in it.
    pub(super) fn count(&self, live: &mut HashMap<usize, u64>) {
        for row in &lock(&self.built).rows {
            *live.entry(usize::from(*row)).or_default() += 1;
        }
    }
}

impl Observer for Live {
    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn is_traced(&self) -> bool {
        self.spans.as_ref().is_some_and(|spans| spans.are_all_heard)
    }

    fn span(&self, act: Act, row: u16) -> Span {
        let named = self.common().nodes.named(row);
        let spans = self.spans.as_ref();
        spans.map_or_else(Span::none, |spans| spans::step(&spans.scope, act, named))
    }

    fn mark(&self) -> Option<&Mark> {
        Some(self.marked())
    }

    fn root_waits(&self, at: Tick) {
        self.place.root_left(self.marked(), self.clock(), at);
    }

    fn ended(&self, log: &Log) {
        let Some(last) = log.last() else { return };
        let is_in_root = self.is_in_root();
        let marked = log.last_timed();
        if marked.is_some_and(|took| self.at() == Doing::of(took.act, took.row)) {
            // It is where it was before, unless something else has begun.
            let to = if is_in_root {
                Doing::Root
            } else {
                Doing::Elsewhere
            };
            self.marked().set(to, last.until);
        }
        let (mut sum, mut constructed, mut next) = (Sum::default(), 0, 0);
        let (mut route, mut others);
        let share = match self.route() {
            Some(of) => {
                route = of.ended();
                &mut route.share
            }
            None => {
                others = self.desk.common.others.mine();
                &mut *others
            }
        };
        let mut built = None;
        for (took, nanos) in log.each(self.clock()) {
            next = share.count(took, nanos, next);
            sum.add(took, nanos);
            if took.act == Act::Construct {
                constructed += nanos;
                let built = built.get_or_insert_with(|| lock(&self.built));
                match took.is_failed {
                    false => built.rows.push(took.row),
                    true => built.failed.push(took.row),
                }
            }
        }
        drop(built);
        if is_in_root {
            self.nested.fetch_add(constructed, Relaxed);
        }
        let mark = self.marked();
        self.place.ended(log, mark, self.clock(), last.until, sum);
    }

    fn root_begins(&self, at: Tick) {
        self.moved(Doing::Root, at);
        self.nested.store(0, Relaxed);
        self.root_began.store(at.bits(), Relaxed);
        self.has_root.store(true, Relaxed);
        // That of a task is the scope's.
        if let (Some(spans), What::Routed(_) | What::Request(_), Some(handler)) =
            (&self.spans, &self.what, self.handler())
        {
            spans.root_begins(handler);
        }
    }

    fn root_ends(&self, at: Tick) {
        self.root_ended_at(at);
    }

    fn poll_begins(&self) -> Option<Tick> {
        self.begin_poll()
    }

    fn poll_ends(&self, began: Tick) {
        polled(self, began);
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if !*self.has_root.get_mut()
            && !*self.is_given_up.get_mut()
            && !*self.is_layered.get_mut()
            && let (What::Routed(seat), Some(handler)) = (&self.what, self.root())
        {
            let built = lock(&self.built);
            let nodes = &self.desk.common.nodes;
            let in_vain = nodes.in_vain(&built.rows, &built.failed, handler);
            if !in_vain.is_empty() {
                seat.route.ended().share.in_vain(&in_vain);
            }
        }
        // Where the root has ended after the answer.
        let root_took = *self.root_took.get_mut();
        if root_took > 0
            && let Some(route) = self.route()
        {
            route.ended().share.handler += root_took;
        }
        if let Some(listed) = self.listed.take() {
            self.desk.leave(listed);
        }
    }
}
