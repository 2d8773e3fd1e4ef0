//! Scopes that live: a request that is being answered, a job of a task, a service, what was opened by hand.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{
            AtomicBool, AtomicU64,
            Ordering::{Relaxed, Release},
        },
    },
    time::Duration,
};

use di_core::{
    __private::{Act, Clock, Observer, Tick, Took},
    Meta,
};
use smallvec::SmallVec;
use tracing::Span;

use crate::seen::Root;

use super::{
    lives::{Listed, LiveScope},
    observation::Observed,
    place::{At, Place},
    polls::polled,
    routes::Route,
    shards::lock,
    spans::{self, Running},
    what::What,
};

/// A scope that lives, until the last value in it is gone.
pub(crate) struct Live {
    pub(super) observed: Arc<Observed>,
    what: What,
    pub(super) began: Tick,
    /// Nanoseconds from which on a poll is slow.
    threshold: u64,
    /// Whether anybody listens to the spans of values.
    is_traced: bool,
    /// Whether the poll that runs was found to be slow.
    pub(super) is_told: AtomicBool,
    /// The handler, once it is known.
    handler: OnceLock<Root>,
    /// What runs, and for how long it has kept its thread.
    place: Place,
    /// When the root began, in nanoseconds from the start of the app; 0 before.
    root_began: AtomicU64,
    /// Nanoseconds of what was built since, in the root's time.
    nested: AtomicU64,
    built: Mutex<Built>,
    /// Whether the root has begun.
    has_root: AtomicBool,
    /// Whether nobody waits for the answer any more.
    is_given_up: AtomicBool,
    /// Whether a layer may ask for values.
    is_layered: AtomicBool,
    pub(super) span: Span,
    /// While the root runs.
    root_span: Mutex<Option<Span>>,
    /// Whether this thread is in that one: it begins in the middle of a poll.
    is_entered: AtomicBool,
    listed: Listed,
}

/// The rows whose constructors ran in a scope.
#[derive(Default)]
struct Built {
    rows: SmallVec<[u16; 16]>,
    failed: SmallVec<[u16; 1]>,
}

impl Live {
    /// Lists it, until it is dropped.
    pub(crate) fn begin(observed: &Arc<Observed>, what: What) -> Arc<Self> {
        observed.lives.enter(|listed| Self {
            span: spans::scope(&what),
            observed: observed.clone(),
            began: observed.clock.now(),
            threshold: observed.thresholds.slow_poll.as_nanos() as u64,
            is_traced: spans::is_heard(),
            is_told: AtomicBool::new(false),
            handler: OnceLock::new(),
            place: Place::default(),
            root_began: AtomicU64::new(0),
            built: Mutex::default(),
            has_root: AtomicBool::new(false),
            nested: AtomicU64::new(0),
            is_given_up: AtomicBool::new(false),
            is_layered: AtomicBool::new(false),
            root_span: Mutex::default(),
            is_entered: AtomicBool::new(false),
            listed,
            what,
        })
    }

    pub(crate) fn is_of(&self, observed: &Arc<Observed>) -> bool {
        Arc::ptr_eq(&self.observed, observed)
    }

    /// This handler answers it.
    pub(crate) fn handled_by(&self, handler: Root) {
        // Middleware may call another one after it; the first is the outermost.
        let _ = self.handler.set(handler);
        if let What::Routed(route) = &self.what {
            let _ = route.handler.set(handler);
        }
    }

    pub(super) fn handler(&self) -> Option<&'static Meta> {
        self.handler
            .get()
            .map(|root| root.meta)
            .or(match self.what {
                What::Task(meta) | What::Service(meta) => Some(meta),
                _ => None,
            })
    }

    pub(super) fn what(&self) -> String {
        self.what.to_string()
    }

    pub(super) fn route(&self) -> Option<&Arc<Route>> {
        match &self.what {
            What::Routed(route) => Some(route),
            _ => None,
        }
    }

    /// Whether it is meant to live as long as the app.
    pub(super) fn is_service(&self) -> bool {
        matches!(self.what, What::Service(_))
    }

    /// Nobody waits for the answer any more.
    pub(super) fn given_up(&self) {
        self.is_given_up.store(true, Relaxed);
    }

    /// A layer may ask for values of its scope.
    pub(crate) fn layered(&self) {
        self.is_layered.store(true, Relaxed);
    }

    /// Begins a poll, unless somebody who polls it has.
    pub(super) fn begin_poll(&self) -> Option<Tick> {
        // It is polled by one thread at a time, mostly; where several build values of one scope, the first one is looked at.
        if self.listed.polled.load(Relaxed) != 0 {
            return None;
        }
        let now = self.now();
        self.is_told.store(false, Relaxed);
        self.place.begin_poll();
        self.listed.polled.store(self.nanos(now), Release);
        Some(now)
    }

    /// The poll is over; what kept its thread, if that was too long.
    pub(super) fn end_poll(&self, began: Tick, now: Tick) -> Option<(Duration, At)> {
        self.listed.polled.store(0, Release);
        let (began, now) = (self.nanos(began), self.nanos(now));
        let took = now - began;
        (took >= self.threshold).then(|| {
            let culprit = self.place.culprit(began, now);
            (Duration::from_nanos(took), culprit)
        })
    }

    /// What it is at.
    pub(super) fn at(&self) -> At {
        self.place.now()
    }

    pub(super) fn now(&self) -> Tick {
        self.observed.clock.now()
    }

    fn nanos(&self, at: Tick) -> u64 {
        self.observed.nanos(at)
    }

    /// What runs in it runs on this thread, until what this returns is dropped.
    pub(crate) fn enter(&self) -> Running<'_> {
        // That of a request is entered by the layer, or is not ours.
        let scope = match self.what {
            What::Task(_) | What::Service(_) => spans::enter(&self.span),
            _ => None,
        };
        self.enter_root();
        Running { live: self, scope }
    }

    /// How much of what has ended was in this poll. One began when the one before it ended.
    fn account(&self, all: &[Took], until: u64) {
        let polled = self.listed.polled.load(Relaxed);
        let (mut known, mut longest, mut ended) = (0, (At::Elsewhere, 0), until);
        if polled == 0 {
            return;
        }
        for took in all.iter().rev() {
            let kept = took.nanos.min(ended.saturating_sub(polled));
            known += kept;
            if kept > longest.1 {
                longest = (At::of(took.act, took.row), kept);
            }
            ended = ended.saturating_sub(took.nanos);
        }
        self.place.ended(known, longest);
    }

    fn enter_root(&self) {
        if let Some(root) = self.root_span()
            && spans::push(&root)
        {
            self.is_entered.store(true, Relaxed);
        }
    }

    /// What a subscriber does with it, it does without the lock.
    fn root_span(&self) -> Option<Span> {
        match self.is_traced {
            true => lock(&self.root_span).clone(),
            false => None,
        }
    }

    /// This thread leaves it.
    pub(super) fn leave(&self) {
        if self.is_entered.swap(false, Relaxed)
            && let Some(root) = self.root_span()
        {
            spans::pop(&root);
        }
    }

    /// The root is through, if it has run.
    pub(crate) fn root_ended(&self) {
        if self.root_began.load(Relaxed) > 0 {
            self.root_ended_at(self.now());
        }
    }

    fn root_ended_at(&self, at: Tick) {
        let began = self.root_began.swap(0, Relaxed);
        if began == 0 {
            return;
        }
        let now = self.nanos(at);
        self.place
            .moved(At::Elsewhere, now, self.listed.polled.load(Relaxed));
        let nested = self.nested.swap(0, Relaxed);
        if let Some(route) = self.route() {
            route.shares.handled(now.saturating_sub(began + nested));
        }
        if self.is_traced {
            self.leave();
            let root = lock(&self.root_span).take();
            drop(root);
        }
    }

    pub(super) fn read(&self, now: Tick) -> LiveScope {
        LiveScope {
            what: self.what(),
            age: now - self.began,
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
        &self.observed.clock
    }

    fn begin(&self, act: Act, row: u16, at: Tick) -> Span {
        let polled = self.listed.polled.load(Relaxed);
        self.place.moved(At::of(act, row), self.nanos(at), polled);
        match self.is_traced {
            true => spans::step(&self.span, act, self.observed.nodes.named(row)),
            false => Span::none(),
        }
    }

    fn ended(&self, took: &[Took], until: Tick) {
        let shares = self.route().map(|route| &route.shares);
        shares.unwrap_or(&self.observed.others).count(took);
        let until = self.nanos(until);
        let is_in_root = self.root_began.load(Relaxed) > 0;
        if let Some(last) = took.last()
            && self.place.now() == At::of(last.act, last.row)
        {
            // It is where it was before, unless something else has begun.
            let to = if is_in_root { At::Root } else { At::Elsewhere };
            self.place.moved(to, until, 0);
        }
        let mut built = lock(&self.built);
        let mut constructed = 0;
        for took in took {
            match (took.act, took.is_failed) {
                (Act::Construct, false) => built.rows.push(took.row),
                (Act::Construct, true) => built.failed.push(took.row),
                (Act::Teardown, _) => continue,
            }
            constructed += took.nanos;
        }
        drop(built);
        if is_in_root {
            self.nested.fetch_add(constructed, Relaxed);
        }
        self.account(took, until);
    }

    fn root_begins(&self, at: Tick) {
        let since = self.nanos(at);
        self.place
            .moved(At::Root, since, self.listed.polled.load(Relaxed));
        self.root_began.store(since, Relaxed);
        self.has_root.store(true, Relaxed);
        // That of a task is the scope's.
        if let (true, What::Routed(_) | What::Request(_), Some(handler)) =
            (self.is_traced, &self.what, self.handler())
        {
            *lock(&self.root_span) = Some(spans::handler(&self.span, handler));
            self.enter_root();
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
            && let (What::Routed(route), Some(handler)) = (&self.what, self.handler.get())
        {
            let built = self.built.get_mut();
            let built = built.unwrap_or_else(PoisonError::into_inner);
            let in_vain = self
                .observed
                .nodes
                .in_vain(&built.rows, &built.failed, handler);
            if !in_vain.is_empty() {
                route.shares.in_vain(&in_vain);
            }
        }
        self.observed.lives.leave(&self.listed);
    }
}
