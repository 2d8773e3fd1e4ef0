//! Looks for findings in what was observed.

use di_core::{__private::Source, Graph, GraphEdge, GraphNode, NodeKind, Scope};

use super::{
    LiveScope,
    findings::{Cause, Finding, FindingKind, Thresholds},
    nodes::{NodeStats, RouteNode},
    polls::SlowPolls,
    routes::Route,
    routes::RouteStats,
    startup::StartUp,
    tasks::TaskStats,
};

/// All that there is to find in what was observed.
pub(super) struct Search<'a> {
    pub(super) nodes: Vec<GraphNode>,
    pub(super) edges: Vec<GraphEdge>,
    pub(super) thresholds: Thresholds,
    pub(super) routes: &'a [(&'a Route, &'a RouteStats)],
    stats: &'a [NodeStats],
}

impl<'a> Search<'a> {
    pub(super) fn new(
        graph: Graph,
        thresholds: Thresholds,
        routes: &'a [(&'a Route, &'a RouteStats)],
        stats: &'a [NodeStats],
    ) -> Self {
        Search {
            nodes: graph.nodes().collect(),
            edges: graph.edges().collect(),
            thresholds,
            routes,
            stats,
        }
    }

    pub(super) fn all(
        &self,
        start: &StartUp,
        slow: &[SlowPolls],
        tasks: &[TaskStats],
        live: &[LiveScope],
    ) -> Vec<Finding> {
        let mut found = Vec::new();
        // What no route matched may be several, each with what it builds.
        let routes = self.routes.iter();
        for (route, stats) in routes.filter(|(route, _)| !route.is_none()) {
            found.extend(
                stats
                    .nodes
                    .iter()
                    .filter_map(|node| self.redundant(route, stats, node)),
            );
            found.extend(
                stats
                    .nodes
                    .iter()
                    .filter_map(|node| self.unread(route, stats, node)),
            );
            found.extend(
                stats
                    .nodes
                    .iter()
                    .filter_map(|node| self.in_vain(route, stats, node)),
            );
        }
        found.extend(self.slow_start(start));
        found.extend(slow.iter().filter_map(|slow| self.blocking(slow)));
        found.extend(tasks.iter().filter_map(|task| self.overdue_task(task)));
        found.extend(self.overdue_scopes(live));
        found
    }

    /// `first: Stamp` in the handler and `stamp: Stamp` in what it needs: each has one of its own.
    fn redundant(&self, route: &Route, stats: &RouteStats, node: &RouteNode) -> Option<Finding> {
        let this = self.nodes.get(node.row)?;
        let requests = requests(stats);
        if this.scope != Some(Scope::Transient) || node.constructions <= requests {
            return None;
        }
        let built = |row: usize| stats.nodes.iter().any(|other| other.row == row);
        let within = self.edges_to(node.row).filter(|edge| built(edge.from));
        let within = within.map(|edge| self.cause(edge));
        let edges: Vec<Cause> = self
            .root_edges(route, node.row)
            .into_iter()
            .chain(within)
            .collect();
        // Where one alone asks for it, that one is built more than once.
        if edges.len() < 2 {
            return None;
        }
        let times = node.constructions as f64 / requests.max(1) as f64;
        let name = this.name;
        Some(Finding {
            kind: FindingKind::Redundant,
            what: name.to_string(),
            row: Some(node.row),
            text: format!(
                "`{name}`, a transient, is built {times:.1} times for each `{} {}`: {} each have one of their own. Where they may share it, make it request-scoped.",
                route.method,
                route.path,
                and(&edges),
            ),
            edges,
        })
    }

    /// `_session: &Session`: rustc has its names that begin with `_` not used, and says so of all others that are not.
    fn unread(&self, route: &Route, stats: &RouteStats, node: &RouteNode) -> Option<Finding> {
        let this = self.nodes.get(node.row)?;
        let edges = self.root_edges(route, node.row);
        let is_read = edges
            .iter()
            .any(|edge| !edge.param.unwrap_or_default().starts_with('_'));
        let is_built = |row: usize| stats.nodes.iter().any(|other| other.row == row);
        // Others have it built all the same, or it is there for its end.
        let is_needed = self.edges_to(node.row).any(|edge| is_built(edge.from));
        let of_node = self.stats.iter().find(|stats| stats.row == node.row);
        let is_torn_down = of_node.is_some_and(|stats| stats.teardown.count > 0);
        if this.scope != Some(Scope::Request)
            || edges.is_empty()
            || is_read
            || is_needed
            || is_torn_down
        {
            return None;
        }
        let name = this.name;
        Some(Finding {
            kind: FindingKind::Unread,
            what: name.to_string(),
            row: Some(node.row),
            text: format!(
                "`{name}` was built {} for `{} {}`, whose handler does not read it: {}. Leave the parameter out; where it is there for what its constructor checks, make it a guard, \
                 `#[handler(guard({name}))]`.",
                times(node.constructions),
                stats.method,
                stats.path,
                and(&edges),
            ),
            edges,
        })
    }

    /// What comes after it mostly fails.
    fn in_vain(&self, route: &Route, stats: &RouteStats, node: &RouteNode) -> Option<Finding> {
        let this = self.nodes.get(node.row)?;
        let is_rare = node.constructions < MANY || node.in_vain * 2 <= node.constructions;
        if this.scope != Some(Scope::Request) || is_rare {
            return None;
        }
        let name = this.name;
        let within = self.edges_to(node.row).map(|edge| self.cause(edge));
        let edges: Vec<Cause> = self
            .root_edges(route, node.row)
            .into_iter()
            .chain(within)
            .collect();
        Some(Finding {
            kind: FindingKind::Unread,
            what: name.to_string(),
            row: Some(node.row),
            text: format!(
                "`{name}` was built {} for `{} {}`, and {} of those for nothing, since a constructor after it failed: {}. Make what fails a guard, which comes first, or ask for \
                 `Lazy<'_, {name}>`.",
                times(node.constructions),
                stats.method,
                stats.path,
                node.in_vain,
                and(&edges),
            ),
            edges,
        })
    }

    fn slow_start(&self, start: &StartUp) -> Vec<Finding> {
        let slow = start
            .singletons
            .iter()
            .filter(|one| one.took >= self.thresholds.slow_start);
        slow.map(|one| {
            let is_kept = |row: usize| {
                self.nodes.get(row).is_some_and(|node| node.scope == Some(Scope::Singleton))
            };
            let waiting = self.edges_to(one.row).filter(|edge| is_kept(edge.from) && !edge.is_lazy);
            let edges: Vec<Cause> = waiting.map(|edge| self.cause(edge)).collect();
            let waits = match edges.is_empty() {
                true => String::new(),
                false => format!(", and these wait for it: {}", and(&edges)),
            };
            let fix = match one.is_critical {
                true => "The start is as long as it is because of that; where it is not needed at once, make it `#[injectable(singleton, lazy)]`.",
                false => "Others take longer meanwhile.",
            };
            Finding {
                kind: FindingKind::SlowStart,
                what: one.name.to_string(),
                row: Some(one.row),
                text: format!("`{}` took {:?} at the start{waits}. {fix}", one.name, one.took),
                edges,
            }
        })
        .collect()
    }

    fn overdue_task(&self, task: &TaskStats) -> Option<Finding> {
        let oldest = task
            .oldest
            .filter(|oldest| *oldest >= self.thresholds.overdue)?;
        let row = self
            .nodes
            .iter()
            .position(|node| node.kind == NodeKind::Task && node.name == task.name);
        Some(Finding {
            kind: FindingKind::OverdueTask,
            what: task.name.to_string(),
            row,
            edges: Vec::new(),
            text: format!(
                "a job of `{}` has been there for {oldest:?}; {} run and {} wait. What it waits for may never come: give it a time limit, `#[task(timeout = ..)]`.",
                task.name, task.counts.running, task.counts.waiting,
            ),
        })
    }

    /// A poll now and then is slow where a machine has more to do than it can: one in a hundred is not worth a word.
    fn blocking(&self, slow: &SlowPolls) -> Option<Finding> {
        let name = |stats: &RouteStats| format!("{} {}", stats.method, stats.path);
        let mut routes = self.routes.iter();
        let route = routes.find(|(_, stats)| name(stats) == slow.route);
        let is_rare = route.is_some_and(|(_, stats)| slow.count * 100 < requests(stats));
        if slow.stuck.is_none() && is_rare {
            return None;
        }
        let what = match (slow.what, slow.place) {
            (Some(what), Some((file, line))) => format!("`{what}` ({file}:{line})"),
            (Some(what), None) => format!("`{what}`"),
            (None, _) => {
                "Something that is neither a handler nor a node, a layer, an extractor or a drop,"
                    .to_string()
            }
        };
        let kept = match slow.count {
            0 => String::new(),
            count => format!(
                " kept its thread {} in `{}`, for {:?} at most",
                times(count),
                slow.route,
                slow.longest
            ),
        };
        let stuck = match slow.stuck {
            Some(stuck) if slow.count == 0 => {
                format!(
                    " has kept its thread for {stuck:?} in `{}`, and still does",
                    slow.route
                )
            }
            Some(stuck) => format!("; one has for {stuck:?}, and still does"),
            None => String::new(),
        };
        Some(Finding {
            kind: FindingKind::Blocking,
            what: slow
                .what
                .unwrap_or("a layer, an extractor or a drop")
                .to_string(),
            row: None,
            edges: Vec::new(),
            text: format!(
                "{what}{kept}{stuck}. What blocks belongs on a thread of its own: `#[handler(blocking)]`, `#[injectable(.., blocking)]`, or `tokio::task::spawn_blocking`."
            ),
        })
    }

    /// One for all of the same name, the oldest first; jobs are found by their task.
    fn overdue_scopes(&self, live: &[LiveScope]) -> Vec<Finding> {
        let mut found: Vec<(&LiveScope, u64)> = Vec::new();
        let overdue = live
            .iter()
            .filter(|scope| scope.age >= self.thresholds.overdue);
        for scope in overdue.filter(|scope| !scope.what.starts_with("task ")) {
            match found.iter_mut().find(|(other, _)| other.what == scope.what) {
                Some((_, count)) => *count += 1,
                None => found.push((scope, 1)),
            }
        }
        let finding = |(scope, count): (&LiveScope, u64)| Finding {
            kind: FindingKind::OverdueScope,
            what: scope.what.clone(),
            row: None,
            edges: Vec::new(),
            text: format!(
                "`{}` has been open for {:?}{}: what it holds is not torn down before it is closed or dropped. One that is meant to be open for so long is none: \
                 `App::builder(..).overdue(..)` says from when on it is.",
                scope.what,
                scope.age,
                if count > 1 {
                    format!(", and {} others for less", count - 1)
                } else {
                    String::new()
                },
            ),
        };
        found.into_iter().map(finding).collect()
    }

    fn edges_to(&self, row: usize) -> impl Iterator<Item = &GraphEdge> {
        self.edges
            .iter()
            .filter(move |edge| edge.to == row && !is_root(&self.nodes, edge.from))
    }

    fn cause(&self, edge: &GraphEdge) -> Cause {
        let name = |row: usize| self.nodes.get(row).map_or("", |node| node.name);
        Cause {
            from: name(edge.from),
            row: Some(edge.from),
            param: edge.param,
            to: name(edge.to),
        }
    }

    /// The parameters of the handler that ask for a row.
    fn root_edges(&self, route: &Route, row: usize) -> Vec<Cause> {
        let Some(root) = route.handler.get() else {
            return Vec::new();
        };
        let listed = self.nodes.iter().position(|node| {
            node.kind == NodeKind::Handler
                && node.place == Some((root.meta.file, root.meta.line))
                && node.name == root.meta.name
        });
        let asked = root.asks.iter().zip(root.meta.params());
        let asked = asked
            .filter(|(source, _)| matches!(source, Source::Row(to) if usize::from(*to) == row));
        let to = self.nodes.get(row).map_or("", |node| node.name);
        asked
            .map(|(_, param)| Cause {
                from: root.meta.name,
                row: listed,
                param: Some(param.name),
                to,
            })
            .collect()
    }
}

fn is_root(nodes: &[GraphNode], row: usize) -> bool {
    nodes.get(row).is_some_and(|node| node.scope.is_none())
}

/// How often something has to have been built before it is said that it mostly is for nothing.
const MANY: u64 = 20;

/// How many requests there were, and are.
fn requests(stats: &RouteStats) -> u64 {
    stats.latency.count + stats.cancelled + stats.in_flight
}

fn times(count: u64) -> String {
    match count {
        1 => "once".to_string(),
        _ => format!("{count} times"),
    }
}

fn and(edges: &[Cause]) -> String {
    let edges: Vec<String> = edges.iter().map(Cause::to_string).collect();
    edges.join(" and ")
}
