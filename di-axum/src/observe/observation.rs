//! What is known of an app.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock},
    time::{Duration, Instant},
};

use axum::http::request::Parts;
use di_core::{
    __private::{Act, Clock, Doing, Log, Observer, Tick},
    Container, Graph, HasContainer, Meta, NodeKind, Scope,
};
use tracing::Span;

#[cfg(feature = "_sql")]
use super::pools::{PoolStats, Pools};
use super::{
    desk::{Desk, Desks, lock},
    findings::{Finding, Thresholds},
    live::Live,
    lives::LiveScope,
    nodes::{NodeStats, Nodes},
    polls::{Polls, SlowPolls},
    routes::{RouteStats, Routes},
    search::Search,
    shares::{Others, Share},
    spans,
    startup::{AllBuilt, StartUp},
    tasks::{Queues, TaskStats},
    watchdog::watch,
    what::What,
};
use crate::runtime::AppRuntime;

/// What an app has done since it was built, and what it does.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Observation {
    /// For how long it has been observed.
    pub uptime: Duration,
    /// The nodes, in the order of the graph.
    pub nodes: Vec<NodeStats>,
    /// The routes that were asked for, in the order of their paths.
    pub routes: Vec<RouteStats>,
    /// What kept a thread for too long.
    pub slow_polls: Vec<SlowPolls>,
    /// Scopes that are open, the oldest first: of requests, jobs, and what was opened by hand. A request's lives until the last value in it is torn down.
    pub live: Vec<LiveScope>,
    /// The tasks that are listed.
    pub tasks: Vec<TaskStats>,
    /// The pools that are listed as `Connections`; with a feature for a database.
    #[cfg(feature = "_sql")]
    pub pools: Vec<PoolStats>,
    /// What costs time or memory for nothing; a clean app has none.
    pub findings: Vec<Finding>,
}

impl Observation {
    /// Of an app, now. Takes a time that is linear in the number of routes and of live requests.
    #[must_use]
    pub fn of<S>(app: &S) -> Self
    where
        S: HasContainer<Container: Container<Request = Parts>>,
    {
        let graph = <S::Container as Container>::GRAPH;
        let observed = Observed::of(app.container());
        observed.map_or_else(Self::default, |observed| observed.read(graph))
    }
}

/// [`Observation::of`] an app, at any time. It neither knows the app's type nor keeps the app alive.
#[cfg(feature = "_export")]
pub(super) type Source = Arc<dyn Fn() -> Observation + Send + Sync>;

#[cfg(feature = "_export")]
pub(super) fn source<S>(app: &S) -> Source
where
    S: HasContainer<Container: Container<Request = Parts>>,
{
    let graph = <S::Container as Container>::GRAPH;
    let observed = Observed::of(app.container()).cloned();
    Arc::new(move || {
        let observed = observed.as_ref();
        observed.map_or_else(Observation::default, |observed| observed.read(graph))
    })
}

/// What is counted of an app.
pub(crate) struct Observed {
    began: Instant,
    common: Arc<Common>,
    desks: Desks,
    /// What start-up has built, and lazy singletons, by row.
    singletons: Mutex<HashMap<usize, u64>>,
    pub(crate) built: AllBuilt,
    pub(crate) queues: Queues,
    #[cfg(feature = "_sql")]
    pub(super) pools: Pools,
    watchdog: OnceLock<Option<std::thread::Thread>>,
}

/// What all threads read, and write when something is slow or new.
pub(crate) struct Common {
    pub(super) clock: Clock,
    pub(super) thresholds: Thresholds,
    pub(super) nodes: Nodes,
    pub(super) routes: Routes,
    /// What is built for no route.
    pub(super) others: Others,
    pub(super) polls: Polls,
}

impl Observed {
    pub(crate) fn new(graph: Graph, thresholds: Thresholds) -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            common: Arc::new(Common {
                clock: Clock::new(),
                thresholds,
                nodes: Nodes::new(graph),
                routes: Routes::default(),
                others: Others::default(),
                polls: Polls::default(),
            }),
            desks: Desks::new(),
            singletons: Mutex::default(),
            built: AllBuilt::default(),
            queues: Queues::default(),
            #[cfg(feature = "_sql")]
            pools: Pools::default(),
            watchdog: OnceLock::new(),
        })
    }

    /// That of this app.
    pub(super) fn of<C: Container>(app: &C) -> Option<&Arc<Self>> {
        let runtime = app.handle().runtime_as::<AppRuntime>();
        runtime.map(|runtime| &runtime.observed)
    }

    /// Where this thread counts.
    pub(crate) fn desk(&self) -> &Arc<Desk> {
        self.desks.mine(&self.common)
    }

    pub(crate) fn common(&self) -> &Arc<Common> {
        &self.common
    }

    /// Who sees a request of which nobody knows yet. Where a layer sees its route, another task answers it than the one that the layer has seen.
    pub(crate) fn request(&self, head: &Parts, handler: Option<&'static Meta>) -> Arc<Live> {
        let desk = self.desk();
        let seat = desk.known_seat(&head.method, &head.extensions);
        desk.scope(seat.map_or(What::Request(handler), What::Routed))
    }

    /// Begins to look for what is stuck, once.
    pub(crate) fn watched(self: &Arc<Self>) {
        let begin = || watch(Arc::downgrade(self), self.common.thresholds.slow_poll);
        self.watchdog.get_or_init(begin);
    }

    /// Scopes whose poll takes longer than the threshold and is not over, and what they are at.
    pub(super) fn stuck(&self) -> Vec<(Arc<Live>, Duration, Doing)> {
        let threshold = self.common.thresholds.slow_poll_nanos();
        let desks = self.desks.all();
        let found = desks.flat_map(|desk| desk.stuck(threshold));
        found
            .map(|(live, nanos)| {
                let at = live.at();
                (live, Duration::from_nanos(nanos), at)
            })
            .collect()
    }

    fn read(&self, graph: Graph) -> Observation {
        let stuck = self.stuck();
        let stuck = stuck.iter().map(|(live, stuck, at)| (&**live, *stuck, *at));
        let Common {
            clock,
            thresholds,
            nodes,
            routes,
            others,
            polls,
        } = &*self.common;
        let lives: Vec<_> = self.desks.all().flat_map(|desk| desk.lives()).collect();
        let mut counts = lock(&self.singletons).clone();
        for live in &lives {
            live.count(&mut counts);
        }
        let scopes = lives.iter().filter(|live| !live.is_service());
        // Of one moment, so that their order is that in which they began.
        let now = clock.now();
        let mut live: Vec<LiveScope> = scopes.map(|live| live.read(now)).collect();
        live.sort_by_key(|scope| std::cmp::Reverse(scope.age));
        let tasks = graph.nodes().filter(|node| node.kind == NodeKind::Task);
        let tasks = self.queues.read(tasks.map(|node| {
            let (file, line) = node.place.unwrap_or_default();
            (node.name, file, line)
        }));
        let slow_polls = polls.read(stuck);
        let routes = routes.all();
        let (stats, shares): (Vec<RouteStats>, Vec<Share>) =
            routes.iter().map(|route| route.read()).unzip();
        let pairs: Vec<_> = routes.iter().map(|route| &**route).zip(&stats).collect();
        let start = StartUp::new(graph, self.built.read());
        let nodes = nodes.read(shares.iter().chain([&others.read()]), &counts);
        let search = Search::new(graph, *thresholds, &pairs, &nodes);
        let findings = search.all(&start, &slow_polls, &tasks, &live);
        Observation {
            uptime: self.began.elapsed(),
            nodes,
            routes: stats,
            slow_polls,
            live,
            tasks,
            #[cfg(feature = "_sql")]
            pools: self.pools.read(),
            findings,
        }
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        if let Some(Some(watchdog)) = self.watchdog.get() {
            watchdog.unpark();
        }
    }
}

/// Singletons, which belong to no scope.
impl Observer for Observed {
    fn clock(&self) -> &Clock {
        &self.common.clock
    }

    fn is_traced(&self) -> bool {
        spans::is_heard()
    }

    fn span(&self, act: Act, row: u16) -> Span {
        spans::step(&Span::current(), act, self.common.nodes.named(row))
    }

    fn ended(&self, log: &Log) {
        let (mut others, mut next) = (self.common.others.mine(), 0);
        let mut singletons = lock(&self.singletons);
        for (took, nanos) in log.each(&self.common.clock) {
            next = others.count(took, nanos, next);
            if self.common.nodes.named(took.row).scope != Some(Scope::Singleton) {
                continue;
            }
            let live = singletons.entry(usize::from(took.row)).or_default();
            match (took.act, took.is_failed) {
                (Act::Construct, false) => *live += 1,
                (Act::Construct, true) => {}
                // It is over, however it ended.
                (Act::Teardown, _) => *live = live.saturating_sub(1),
            }
        }
    }

    fn root_begins(&self, _: Tick) {}
}
