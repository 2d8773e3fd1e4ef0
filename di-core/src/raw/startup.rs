//! Start-up: every singleton once, what it needs first, independent ones concurrently.

use std::{collections::HashMap, sync::Arc, time::Instant};

use futures_util::stream::{FuturesUnordered, StreamExt};

use super::{
    app_lazy::AppSite,
    block::{Block, Handle},
    construct::{Base, Built, unit},
    held::{Handed, Kept, Slot},
    maker::Op,
    replace::Replacements,
    turns::Site,
};
use crate::{
    BuildError, Container, Failure,
    graph::{Graph, Kind, Source},
    runtime::Runtime,
    scope::Scope,
};

/// Builds the singletons of `C`. Returns when all are built, or one failed.
///
/// A node begins as soon as everything that it needs is there: A (10 ms) -> B (50 ms) beside C (50 ms) -> D (10 ms)
/// takes 60 ms. When one fails, those in flight are cancelled, and those already built are torn down and dropped in
/// reverse order of construction; so they are, on a task of the runtime, when the future is dropped before its end.
///
/// # Errors
/// The first constructor that fails or panics.
pub async fn start<C: Container>(
    given: C::Given,
    runtime: impl Runtime,
    replacements: Replacements<C>,
) -> Result<Handle<C>, BuildError> {
    let refusals = C::refusals();
    if !refusals.is_empty() {
        return Err(BuildError::refused(C::NAME, &refusals));
    }
    let idle = replacements.idle();
    let Replacements { values, makes } = replacements;
    let runtime: Arc<dyn Runtime> = Arc::new(runtime);
    let is_replaced = !(values.is_empty() && makes.is_empty());
    let block = Block::new(
        usize::from(C::GRAPH.slots),
        Arc::clone(&runtime),
        Site::new(C::GRAPH),
    );
    let block = Arc::new(block.replaced(is_replaced));
    let lazy = AppSite::<C>::open(&block);
    let mut startup = Startup::new(C::GRAPH, block, lazy.is_some(), &idle, &values);
    startup.keep_given(given);
    startup.keep_replaced(values);
    let mut running = FuturesUnordered::new();
    loop {
        while let Some(row) = startup.ready.pop() {
            let runtime = Arc::clone(&runtime);
            let (base, kept) = (Base(startup.block.base()), startup.block.kept());
            let began = Instant::now();
            let unit = unit::<C>(row, base, runtime, kept);
            running.push(async move { (began, unit.await) });
        }
        match running.next().await {
            None => break,
            Some((began, (row, Ok(built)))) => {
                if !built.is_alias() {
                    runtime.singleton_built(row, began, began.elapsed());
                }
                startup.finish(built);
            }
            Some((_, (row, Err(failure)))) => {
                drop(running);
                startup.block.give_up().await;
                return Err(failure.into_build_error::<C>(row));
            }
        }
    }
    debug_assert!(
        startup.waiting.iter().all(|n| *n == 0),
        "a graph without cycles is built whole"
    );
    drop(running);
    if let Some(lazy) = lazy {
        lazy.started();
    }
    Ok(Handle::new(startup.block, makes))
}

struct Startup {
    graph: Graph,
    block: Arc<Block>,
    /// Whether there are lazy singletons, which may be asked for meanwhile.
    has_lazy: bool,
    /// For each row, how many singletons it still waits for.
    waiting: Vec<u32>,
    /// For each row, the singletons that wait for it.
    waiters: Vec<Vec<u16>>,
    /// Rows that wait for nothing; the last is begun first.
    ready: Vec<u16>,
    /// For each row, whether start-up constructs it.
    is_built: Vec<bool>,
}

impl Startup {
    fn new(
        graph: Graph,
        block: Arc<Block>,
        has_lazy: bool,
        idle: &[u16],
        replaced: &HashMap<u16, Kept>,
    ) -> Self {
        let rows = graph.rows.len();
        let mut startup = Startup {
            graph,
            block,
            has_lazy,
            waiting: vec![0; rows],
            waiters: vec![Vec::new(); rows],
            ready: Vec::new(),
            is_built: Vec::new(),
        };
        let is_built = |row: u16| {
            let this = &graph.rows[usize::from(row)];
            let is_constructed =
                this.scope == Scope::Singleton && this.kind != Kind::Given && !this.is_lazy;
            is_constructed && !idle.contains(&row) && !replaced.contains_key(&row)
        };
        startup.is_built = (0..rows as u16).map(is_built).collect();
        for &row in graph.order {
            if startup.is_built(row) {
                startup.wait_for_singletons(row, row);
            }
        }
        if has_lazy {
            for &row in graph.order {
                if startup.is_built(row) {
                    startup.wait_for_lazy(row);
                }
            }
        }
        startup.ready = graph
            .order
            .iter()
            .copied()
            .rev()
            .filter(|row| startup.is_built(*row) && startup.waiting[usize::from(*row)] == 0)
            .collect();
        startup
    }

    /// Whether start-up constructs it.
    fn is_built(&self, row: u16) -> bool {
        self.is_built[usize::from(row)]
    }

    /// `waiter` needs what `row` asks for, and what the transients among that ask for.
    fn wait_for_singletons(&mut self, waiter: u16, row: u16) {
        let mut open = vec![row];
        while let Some(row) = open.pop() {
            for edge in self.graph.sources(row) {
                let Source::Row(to) = *edge else { continue };
                if self.is_built(to) {
                    self.waiting[usize::from(waiter)] += 1;
                    self.waiters[usize::from(to)].push(waiter);
                } else if self.graph.rows[usize::from(to)].scope == Scope::Transient {
                    open.push(to);
                }
            }
        }
    }

    /// A constructor may ask for the lazy singletons that it holds: it comes after what those need, except where that needs it.
    fn wait_for_lazy(&mut self, waiter: u16) {
        let mut seen = vec![false; self.graph.rows.len()];
        let mut open = vec![(waiter, false)];
        while let Some((row, is_lazy)) = open.pop() {
            for edge in self.graph.sources(row) {
                let Some(to) = edge.row() else { continue };
                let this = &self.graph.rows[usize::from(to)];
                if std::mem::replace(&mut seen[usize::from(to)], true) {
                    continue;
                }
                if this.is_lazy || this.scope == Scope::Transient {
                    open.push((to, is_lazy || this.is_lazy));
                } else if is_lazy && self.is_built(to) && !self.comes_after(to, waiter) {
                    self.waiting[usize::from(waiter)] += 1;
                    self.waiters[usize::from(to)].push(waiter);
                }
            }
        }
    }

    /// Whether a row is the other, or waits for it.
    fn comes_after(&self, row: u16, other: u16) -> bool {
        let mut seen = vec![false; self.graph.rows.len()];
        let mut open = vec![other];
        while let Some(next) = open.pop() {
            if !std::mem::replace(&mut seen[usize::from(next)], true) {
                open.extend(&self.waiters[usize::from(next)]);
            }
        }
        seen[usize::from(row)]
    }

    fn keep_given<G: Handed>(&mut self, given: G) {
        let mut values = Vec::new();
        given.keep(&mut values);
        let rows = 0..self.graph.rows.len() as u16;
        let rows = rows.filter(|row| self.graph.rows[usize::from(*row)].kind == Kind::Given);
        for (row, value) in rows.zip(values) {
            self.fill(row, value);
        }
    }

    /// Fills the slot of a singleton.
    fn fill(&self, row: u16, value: Kept) {
        let slot = value.slot;
        // SAFETY: start-up is not over, and whoever needs the row waits for it; lazy singletons are told by the site.
        unsafe { self.block.keep(self.graph.slot(row), value) };
        self.tell(row, slot);
    }

    fn tell(&self, row: u16, slot: Slot) {
        if self.has_lazy {
            self.block.site().insert(row, slot);
        }
    }

    fn keep_replaced(&mut self, values: HashMap<u16, Kept>) {
        for (row, value) in values {
            match self.graph.rows[usize::from(row)].is_lazy {
                true => self.block.keep_lazy(row, value),
                false => self.fill(row, value),
            }
        }
    }

    fn finish(&mut self, built: Built) {
        let row = built.row;
        let alias = self.graph.rows[usize::from(row)]
            .maker
            .map(|maker| maker.op);
        if let (Some(Op::Alias(_, coerce)), [Source::Row(to)]) = (alias, self.graph.sources(row)) {
            // SAFETY: the implementation's slot is filled, since the binding waited for it; nobody reads the binding's yet.
            unsafe {
                let alias = coerce(self.block.slot(self.graph.slot(*to)));
                self.block.alias(self.graph.slot(row), alias);
                self.tell(row, alias);
            }
        } else if let Some(kept) = built.into_kept(self.graph) {
            self.fill(row, kept);
        }
        for waiter in std::mem::take(&mut self.waiters[usize::from(row)]) {
            let waiting = &mut self.waiting[usize::from(waiter)];
            *waiting -= 1;
            if *waiting == 0 {
                self.ready.push(waiter);
            }
        }
    }
}

impl Failure {
    /// The path: from a singleton that nobody needs, through the first that needs each, to the one that failed.
    pub(super) fn into_build_error<C: Container>(self, singleton: u16) -> BuildError {
        let graph = C::GRAPH;
        let mut path = vec![graph.name(self.row())];
        if self.row() != singleton {
            path.push(graph.name(singleton));
        }
        let mut node = singleton;
        while let Some(user) = (0..graph.rows.len()).map(|row| row as u16).find(|row| {
            let this = &graph.rows[usize::from(*row)];
            this.scope == Scope::Singleton
                && !this.is_lazy
                && graph
                    .sources(*row)
                    .iter()
                    .any(|edge| matches!(edge, Source::Row(to) if *to == node))
        }) {
            path.push(graph.name(user));
            node = user;
        }
        path.reverse();
        BuildError::new(C::NAME, path, self.into_source(graph))
    }
}
