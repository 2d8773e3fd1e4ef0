//! Start-up: every singleton once, what it needs first, independent ones concurrently.

use std::{
    alloc::{Layout, alloc, dealloc, handle_alloc_error},
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::stream::{FuturesUnordered, StreamExt};

use super::{
    block::{Block, Handed, Handle, SLOT},
    inputs::{APP, Inputs},
    maker::{ArcOps, AsyncOp, Op, Thrown},
};
use crate::{
    BuildError, Container, Failure,
    graph::{Graph, Kind, Row, Source, Table},
    plan::{Layout as PlanLayout, SHARED, Step},
    scope::Scope,
};

/// Builds the singletons of `C`. Returns when all are built, or one failed.
///
/// A node begins as soon as everything that it needs is there: A (10 ms) -> B (50 ms) beside C (50 ms) -> D (10 ms)
/// takes 60 ms. When one fails, those in flight are cancelled, and those already built are dropped in
/// reverse order of construction.
///
/// # Errors
/// The first constructor that fails.
pub async fn start<C: Container>(given: C::Given) -> Result<Handle<C>, BuildError> {
    let graph = C::GRAPH;
    let mut startup = Startup::new(graph);
    startup.keep_given(given);
    let mut running = FuturesUnordered::new();
    loop {
        while let Some(row) = startup.ready.pop() {
            running.push(unit::<C>(row, Base(startup.block.base())));
        }
        match running.next().await {
            None => break,
            Some((_, Ok(built))) => startup.finish(built),
            Some((row, Err(failure))) => {
                drop(running);
                return Err(failure.into_build_error::<C>(row));
            }
        }
    }
    debug_assert!(
        startup.waiting.iter().all(|n| *n == 0),
        "a graph without cycles is built whole"
    );
    Ok(Handle::new(startup.block))
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
}

impl Startup {
    fn new(graph: Graph) -> Self {
        let rows = graph.rows.len();
        let mut startup = Startup {
            graph,
            block: Block::new(usize::from(graph.slots)),
            waiting: vec![0; rows],
            waiters: vec![Vec::new(); rows],
            ready: Vec::new(),
        };
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
        let row = &self.graph.rows[usize::from(row)];
        row.scope == Scope::Singleton && row.kind != Kind::Given
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

    fn finish(&mut self, built: Built) {
        let row = built.row;
        let slot = self.graph.slot(row);
        match (&self.graph.rows[usize::from(row)].maker, built.memory) {
            (_, Some(memory)) => self.block.keep(slot, memory.finish()),
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

/// The base of the slots, for constructors on any thread.
#[derive(Clone, Copy)]
struct Base(*const u8);
// SAFETY: the slots that a constructor reads are filled before it begins and not written again.
unsafe impl Send for Base {}

/// A singleton that is constructed; no memory for a binding.
struct Built {
    row: u16,
    memory: Option<ArcMemory>,
}

/// Constructs one singleton: its transients, in memory of their own, then the value itself.
async fn unit<C: Container>(row: u16, base: Base) -> (u16, Result<Built, Failure>) {
    (row, construct::<C>(row, base).await)
}

async fn construct<C: Container>(row: u16, base: Base) -> Result<Built, Failure> {
    let graph = C::GRAPH;
    let Some(maker) = &graph.rows[usize::from(row)].maker else {
        return Ok(Built { row, memory: None });
    };
    let Some(arc) = maker.arc else {
        return Ok(Built { row, memory: None });
    };
    let plan = C::plan_of(row);
    let mut temporary = Temporary::new(plan, base);
    for k in 0..temporary.plan.steps.len() {
        temporary.step(k).await?;
    }
    let memory = ArcMemory::allocate(arc);
    let inputs = temporary.take();
    run(&maker.op, inputs, Place(memory.at))
        .await
        .map_err(|error| Failure::new(row, error))?;
    Ok(Built {
        row,
        memory: Some(memory.written()),
    })
}

/// The memory of a singleton.
struct ArcMemory {
    at: *mut u8,
    ops: ArcOps,
    state: Written,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    No,
    Yes,
    Gone,
}

// SAFETY: holds nothing or a node's value, which is `Send + Sync`.
unsafe impl Send for ArcMemory {}

impl ArcMemory {
    fn allocate(ops: ArcOps) -> Self {
        ArcMemory {
            at: (ops.allocate)(),
            ops,
            state: Written::No,
        }
    }

    fn written(mut self) -> Self {
        self.state = Written::Yes;
        self
    }

    fn finish(mut self) -> super::Kept {
        assert!(self.state == Written::Yes);
        self.state = Written::Gone;
        // SAFETY: allocated by the same operations, and written.
        unsafe { (self.ops.finish)(self.at) }
    }
}

impl Drop for ArcMemory {
    fn drop(&mut self) {
        // SAFETY: allocated by the same operations; a written value is dropped with its `Arc`.
        unsafe {
            match self.state {
                Written::No => (self.ops.abandon)(self.at),
                Written::Yes => drop((self.ops.finish)(self.at)),
                Written::Gone => {}
            }
        }
    }
}

/// The transients that one singleton is made of.
struct Temporary {
    plan: OwnedView,
    at: *mut u8,
    layout: Layout,
    base: Base,
    /// For each step, whether its value is live.
    live: Vec<bool>,
    inputs: Vec<u32>,
}

/// A plan made at run time.
pub struct OwnedView {
    pub(crate) steps: Vec<Step>,
    pub(crate) inputs: Vec<u32>,
    pub(crate) layout: (usize, usize),
    pub(crate) rows: &'static [Row],
}

impl OwnedView {
    /// The plan for the construction of one row of a graph, at run time. O(steps).
    pub fn of<const N: usize, const E: usize, const S: usize, const I: usize>(
        table: &'static Table<N, E>,
        row: u16,
    ) -> Self {
        let edges = table.graph().sources(row);
        if table.rows[usize::from(row)].steps == 1 {
            // Nothing but singletons: no plan is needed to know where they are.
            let slot = |edge: &Source| match edge {
                Source::Row(to) => (u32::from(table.rows[usize::from(*to)].slot) * SLOT) << 1 | APP,
                _ => 0,
            };
            let inputs = edges.iter().map(slot).collect();
            return OwnedView {
                steps: Vec::new(),
                inputs,
                layout: (0, 1),
                rows: &table.rows,
            };
        }
        let layout = PlanLayout::<S, I>::new(table, edges);
        let view = layout.view(table);
        OwnedView {
            steps: view.steps[..view.len].to_vec(),
            inputs: view.inputs.to_vec(),
            layout: (view.size, view.align),
            rows: &table.rows,
        }
    }
}

// SAFETY: holds transients, which are `Send`.
unsafe impl Send for Temporary {}

impl Temporary {
    fn new(plan: OwnedView, base: Base) -> Self {
        let (size, align) = plan.layout;
        let layout =
            Layout::from_size_align(size.max(1), align).expect("checked when the plan was made");
        // SAFETY: the layout is not empty.
        let at = unsafe { alloc(layout) };
        if at.is_null() {
            handle_alloc_error(layout);
        }
        let (live, inputs) = (vec![false; plan.steps.len()], plan.inputs.clone());
        Temporary {
            plan,
            at,
            layout,
            base,
            live,
            inputs,
        }
    }

    async fn step(&mut self, k: usize) -> Result<(), Failure> {
        let step = self.plan.steps[k];
        let Some(maker) = &self.plan.rows[usize::from(step.row)].maker else {
            return Ok(());
        };
        let inputs = self.begin(k, step.first as usize);
        // SAFETY: the offset is inside the memory.
        let out = Place(unsafe { self.at.add(step.out as usize) });
        run(&maker.op, inputs, out)
            .await
            .map_err(|error| Failure::new(step.row, error))?;
        self.live[k] = true;
        Ok(())
    }

    /// The inputs of the singleton itself.
    fn take(&mut self) -> Erased {
        self.begin(self.plan.steps.len(), 0)
    }

    /// What `taker` takes is no longer this memory's to drop.
    fn begin(&mut self, taker: usize, first: usize) -> Erased {
        for (k, step) in self.plan.steps.iter().enumerate() {
            if step.taken_by != SHARED && usize::from(step.taken_by) == taker {
                self.live[k] = false;
            }
        }
        Erased(Inputs {
            frame: self.at,
            app: self.base.0,
            at: self.inputs[first..].as_ptr(),
        })
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        for k in (0..self.plan.steps.len()).rev() {
            let step = &self.plan.steps[k];
            let maker = &self.plan.rows[usize::from(step.row)].maker;
            if let (true, Some(drop)) = (self.live[k], maker.and_then(|maker| maker.output.drop)) {
                // SAFETY: the value is live.
                unsafe { drop(self.at.add(step.out as usize)) }
            }
        }
        // SAFETY: allocated with the same layout.
        unsafe { dealloc(self.at, self.layout) }
    }
}

struct Erased(Inputs);
// SAFETY: names singletons, which are `Sync`, and transients, which are `Send` and belong to the constructor.
unsafe impl Send for Erased {}
struct Place(*mut u8);
// SAFETY: plain memory that the constructor writes.
unsafe impl Send for Place {}

/// Runs a constructor; an async one in memory of its own.
async fn run(op: &Op, inputs: Erased, out: Place) -> Result<(), Thrown> {
    match op {
        // SAFETY: the inputs are built, and the place is free memory for the value.
        Op::Sync(make) | Op::Alias(make, _) => unsafe { make(inputs.0, out.0) },
        Op::Async(op) => Pending::start(*op, inputs, out).await,
    }
}

/// The future of an async constructor.
struct Pending {
    op: AsyncOp,
    at: *mut u8,
    layout: Layout,
    out: Place,
}

// SAFETY: the future is `Send` (`ConstructAsync`).
unsafe impl Send for Pending {}

impl Pending {
    fn start(op: AsyncOp, inputs: Erased, out: Place) -> Self {
        let layout =
            Layout::from_size_align(op.size.max(1), op.align).expect("the layout of a type");
        // SAFETY: the layout is not empty, and the memory is free.
        unsafe {
            let at = alloc(layout);
            if at.is_null() {
                handle_alloc_error(layout);
            }
            (op.start)(inputs.0, at);
            Pending {
                op,
                at,
                layout,
                out,
            }
        }
    }
}

impl Future for Pending {
    type Output = Result<(), Thrown>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: started, on the heap, and dropped only with this.
        unsafe { (self.op.poll)(self.at, cx, self.out.0) }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        // SAFETY: started, and dropped only here.
        unsafe {
            (self.op.drop)(self.at);
            dealloc(self.at, self.layout);
        }
    }
}

impl Failure {
    /// The path: from a singleton that nobody needs, through the first that needs each, to the one that failed.
    fn into_build_error<C: Container>(self, singleton: u16) -> BuildError {
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
        let errors = graph.errors(self.row());
        let source = match errors.source {
            Some(convert) => convert(self.into_error()).unwrap_or_else(|_| "unknown error".into()),
            None => "its error type is not `std::error::Error`".into(),
        };
        BuildError::new(C::NAME, path, source)
    }
}
