//! Start-up: every singleton once, what it needs first, independent ones concurrently.

use std::{collections::HashMap, sync::Arc};

use futures_util::stream::{FuturesUnordered, StreamExt};

use super::{
    block::{Block, Handed, Handle, Kept},
    construct::{Base, Built, unit},
    maker::Op,
    replace::Replacements,
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
    let mut startup = Startup::new(C::GRAPH, Arc::clone(&runtime), &idle, &values);
    startup.block.is_replaced = !(values.is_empty() && makes.is_empty());
    startup.keep_given(given);
    startup.keep_replaced(values);
    let mut running = FuturesUnordered::new();
    loop {
        while let Some(row) = startup.ready.pop() {
            let runtime = Arc::clone(&runtime);
            let (base, kept) = (Base(startup.block.base()), startup.block.kept());
            running.push(unit::<C>(row, base, runtime, kept));
        }
        match running.next().await {
            None => break,
            Some((_, Ok(built))) => startup.finish(built),
            Some((row, Err(failure))) => {
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
    Ok(Handle::new(startup.block, makes))
}

struct Startup {
    graph: Graph,
    block: Block,
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
        runtime: Arc<dyn Runtime>,
        idle: &[u16],
        replaced: &HashMap<u16, Kept>,
    ) -> Self {
        let rows = graph.rows.len();
        let mut startup = Startup {
            graph,
            block: Block::new(usize::from(graph.slots), runtime),
            waiting: vec![0; rows],
            waiters: vec![Vec::new(); rows],
            ready: Vec::new(),
            is_built: Vec::new(),
        };
        let is_built = |row: u16| {
            let this = &graph.rows[usize::from(row)];
            let is_constructed = this.scope == Scope::Singleton && this.kind != Kind::Given;
            is_constructed && !idle.contains(&row) && !replaced.contains_key(&row)
        };
        startup.is_built = (0..rows as u16).map(is_built).collect();
        for &row in graph.order {
            if startup.is_built(row) {
                startup.wait_for_singletons(row, row);
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

    fn keep_given<G: Handed>(&mut self, given: G) {
        let mut values = Vec::new();
        given.keep(&mut values);
        let rows = self.graph.rows.iter().filter(|row| row.kind == Kind::Given);
        for (row, value) in rows.zip(values) {
            self.block.keep(usize::from(row.slot), value);
        }
    }

    fn keep_replaced(&mut self, values: HashMap<u16, Kept>) {
        for (row, value) in values {
            self.block.keep(self.graph.slot(row), value);
        }
    }

    fn finish(&mut self, built: Built) {
        let row = built.row;
        let slot = self.graph.slot(row);
        let this = &self.graph.rows[usize::from(row)];
        match (&this.maker, built.memory) {
            (maker, Some(memory)) => {
                let mut kept = memory.finish();
                if let Some(teardown) = maker.and_then(|maker| maker.teardown) {
                    // SAFETY: the row's maker made the value.
                    kept = unsafe { kept.torn_down(teardown, this.name) };
                }
                self.block.keep(slot, kept);
            }
            (Some(maker), None) => {
                if let (Op::Alias(_, coerce), [Source::Row(to)]) =
                    (maker.op, self.graph.sources(row))
                {
                    // SAFETY: the implementation's slot is filled, since the binding waited for it.
                    let alias = unsafe { coerce(self.block.slot(self.graph.slot(*to))) };
                    self.block.alias(slot, alias);
                }
            }
            (None, None) => {}
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
            graph.rows[usize::from(*row)].scope == Scope::Singleton
                && graph
                    .sources(*row)
                    .iter()
                    .any(|edge| matches!(edge, Source::Row(to) if *to == node))
        }) {
            path.push(graph.name(user));
            node = user;
        }
        path.reverse();
        let source = self.into_source(graph);
        BuildError::new(C::NAME, path, source)
    }
}
