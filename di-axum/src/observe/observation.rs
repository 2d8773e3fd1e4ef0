//! What is known of an app.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::http::request::Parts;
use di_core::{Container, Graph, HasContainer, NodeKind};

#[cfg(feature = "_sql")]
use super::pools::{PoolStats, Pools};
use super::{
    live::{Live, LiveScope, Lives},
    polls::{Polls, SlowPolls},
    routes::{RouteStats, Routes},
    startup::AllBuilt,
    tasks::{Queues, TaskStats},
    watchdog::watch,
};
use crate::runtime::AppRuntime;

/// What an app has done since it was built, and what it does.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Observation {
    /// For how long it has been observed.
    pub uptime: Duration,
    /// The routes that were asked for, in the order of their paths.
    pub routes: Vec<RouteStats>,
    /// The routes that kept a thread for too long.
    pub slow_polls: Vec<SlowPolls>,
    /// Requests that are being answered, the oldest first.
    pub live: Vec<LiveScope>,
    /// The tasks that are listed.
    pub tasks: Vec<TaskStats>,
    /// The pools that are listed as `Connections`; with a feature for a database.
    #[cfg(feature = "_sql")]
    pub pools: Vec<PoolStats>,
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

/// What is counted of an app.
pub(crate) struct Observed {
    began: Instant,
    pub(super) threshold: Duration,
    pub(super) routes: Routes,
    pub(super) polls: Polls,
    pub(super) lives: Arc<Lives>,
    pub(crate) built: AllBuilt,
    pub(crate) queues: Queues,
    #[cfg(feature = "_sql")]
    pub(super) pools: Pools,
    is_watched: std::sync::Once,
}

impl Observed {
    pub(crate) fn new(threshold: Duration) -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            threshold,
            routes: Routes::default(),
            polls: Polls::default(),
            lives: Arc::new(Lives::new()),
            built: AllBuilt::default(),
            queues: Queues::default(),
            #[cfg(feature = "_sql")]
            pools: Pools::default(),
            is_watched: std::sync::Once::new(),
        })
    }

    /// That of this app.
    pub(super) fn of<C: Container>(app: &C) -> Option<&Arc<Self>> {
        let runtime = app.handle().runtime_as::<AppRuntime>();
        runtime.map(|runtime| &runtime.observed)
    }

    /// Begins to look for what is stuck, once.
    pub(super) fn watched(self: &Arc<Self>) {
        let begin = || watch(Arc::downgrade(self), self.threshold);
        self.is_watched.call_once(begin);
    }

    /// Requests whose poll takes longer than the threshold and is not over.
    pub(super) fn stuck(&self) -> Vec<(Arc<Live>, Duration)> {
        let lives = self.lives.all().into_iter();
        lives
            .filter_map(|live| live.stuck().map(|stuck| (live, stuck)))
            .filter(|(_, stuck)| *stuck >= self.threshold)
            .collect()
    }

    fn read(&self, graph: Graph) -> Observation {
        let stuck = self.stuck();
        let stuck = stuck.iter().map(|(live, stuck)| (&**live, *stuck));
        let scope = |live: Arc<Live>| LiveScope {
            what: live.route.name(),
            age: live.began.elapsed(),
        };
        let mut live: Vec<LiveScope> = self.lives.all().into_iter().map(scope).collect();
        live.sort_by_key(|scope| std::cmp::Reverse(scope.age));
        Observation {
            uptime: self.began.elapsed(),
            routes: self.routes.read(),
            slow_polls: self.polls.read(stuck),
            live,
            tasks: {
                let tasks = graph.nodes().filter(|node| node.kind == NodeKind::Task);
                self.queues.read(tasks.map(|node| node.name))
            },
            #[cfg(feature = "_sql")]
            pools: self.pools.read(),
        }
    }
}
