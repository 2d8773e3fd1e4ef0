//! Start-up, one singleton: its transients in memory of their own, then the value in its `Arc`.

use std::{
    alloc::Layout,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::FutureExt as _;

use super::{
    blank::Blank,
    blocking::BlockingCall,
    closing::Owner,
    heap::{allocate, free},
    held::{Keep, Kept, SLOT},
    inputs::{APP, Inputs},
    maker::{AsyncOp, Maker, Op, Output, ReleasedFn, Thrown},
};
use crate::{
    Container, Failure, Panic,
    graph::{Graph, Row, Source, Table},
    observe::{Act, Observed},
    plan::{Layout as PlanLayout, SHARED, Step},
    runtime::Runtime,
};

/// The base of the slots, for constructors on any thread.
#[derive(Clone, Copy)]
pub(super) struct Base(pub(super) *const u8);
// SAFETY: as below.
unsafe impl Sync for Base {}
// SAFETY: the slots that a constructor reads are filled before it begins and not written again.
unsafe impl Send for Base {}

/// A singleton that is constructed; no memory for a binding.
pub(super) struct Built {
    pub(super) row: u16,
    pub(super) memory: Option<Room>,
}

impl Built {
    /// Whether it is a binding, which is its implementation.
    pub(super) fn is_alias(&self) -> bool {
        self.memory.is_none()
    }
}

impl Built {
    /// What the app keeps; none of a binding.
    pub(super) fn into_kept(self, graph: Graph) -> Option<Kept> {
        let this = &graph.rows[usize::from(self.row)];
        let kept = self.memory?.finish();
        Some(match this.maker.as_ref().and_then(|maker| maker.teardown) {
            // SAFETY: the row's maker made the value.
            Some(teardown) => unsafe {
                let owner = Owner {
                    row: self.row,
                    name: this.name,
                };
                kept.torn_down(teardown, owner)
            },
            None => kept,
        })
    }
}

/// Constructs one singleton: its transients, in memory of their own, then the value itself.
pub(super) async fn unit<C: Container>(
    row: u16,
    base: Base,
    runtime: Arc<dyn Runtime>,
    kept: Keep,
) -> (u16, Result<Built, Failure>) {
    // What a panic leaves is only dropped.
    let constructed = AssertUnwindSafe(construct::<C>(row, base, &*runtime, kept)).catch_unwind();
    let constructed = constructed
        .await
        .unwrap_or_else(|payload| Err(Failure::new(row, Box::new(Panic::caught(payload)))));
    (row, constructed)
}

async fn construct<C: Container>(
    row: u16,
    base: Base,
    runtime: &dyn Runtime,
    kept: Keep,
) -> Result<Built, Failure> {
    let graph = C::GRAPH;
    let Some(maker) = &graph.rows[usize::from(row)].maker else {
        return Ok(Built { row, memory: None });
    };
    let Some(released) = maker.released else {
        return Ok(Built { row, memory: None });
    };
    let plan = C::plan_of(row);
    let mut temporary = Temporary::new(plan, base, kept);
    for k in 0..temporary.plan.steps.len() {
        temporary.step(k, runtime).await?;
    }
    let mut memory = Room::new(&maker.output, released);
    let inputs = temporary.take();
    let running = run(maker, inputs, memory.place(), runtime, false);
    let made = async {
        running.await?;
        // Before anybody is told, who may panic.
        memory.is_written = true;
        Ok(())
    };
    told(&runtime.observed(), maker, row, made)
        .await
        .map_err(|error| Failure::new(row, error))?;
    Ok(Built {
        row,
        memory: Some(memory),
    })
}

/// Where a singleton is written.
pub(super) struct Room {
    /// Until it is the app's.
    memory: Option<Blank>,
    released: ReleasedFn,
    is_written: bool,
}

impl Room {
    fn new(output: &Output, released: ReleasedFn) -> Self {
        let layout = Layout::from_size_align(output.size, output.align);
        let layout = layout.expect("the layout of a type");
        Room {
            memory: Some(Blank::new(layout)),
            released,
            is_written: false,
        }
    }

    fn place(&mut self) -> Place {
        let memory = self.memory.as_mut().expect("it is not the app's");
        Place(memory.at())
    }

    fn finish(mut self) -> Kept {
        self.moved().expect("it is written")
    }

    /// What is written, if it is.
    fn moved(&mut self) -> Option<Kept> {
        let memory = self.memory.take_if(|_| self.is_written)?;
        // SAFETY: the memory is for a value of the type that both are of, which is live.
        Some(unsafe { Kept::of_node((self.released)(memory.into_raw())) })
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        drop(self.moved());
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
    /// What the app keeps of transients with a teardown.
    kept: Keep,
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
                Source::Row(to) | Source::Lazy(to) => {
                    (u32::from(table.rows[usize::from(*to)].slot) * SLOT) << 1 | APP
                }
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
        let layout = PlanLayout::<S, I>::new(table, edges, 0);
        let view = layout.view(table, edges, 0);
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
    fn new(plan: OwnedView, base: Base, kept: Keep) -> Self {
        let (size, align) = plan.layout;
        let layout = Layout::from_size_align(size, align).expect("checked when the plan was made");
        let at = allocate(layout);
        let live = vec![false; plan.steps.len()];
        Temporary {
            plan,
            at,
            layout,
            base,
            live,
            kept,
        }
    }

    async fn step(&mut self, k: usize, runtime: &dyn Runtime) -> Result<(), Failure> {
        let step = self.plan.steps[k];
        let Some(maker) = &self.plan.rows[usize::from(step.row)].maker else {
            return Ok(());
        };
        let inputs = self.begin(k, step.first as usize);
        // SAFETY: the offset is inside the memory.
        let out = Place(unsafe { self.at.add(step.out as usize) });
        let made = run(maker, inputs, out, runtime, false);
        told(&runtime.observed(), maker, step.row, made)
            .await
            .map_err(|error| Failure::new(step.row, error))?;
        self.live[k] = true;
        if let Some((ops, teardown)) = maker.lent.zip(maker.teardown) {
            // SAFETY: it is written, and only the handle is still in its place.
            let kept = unsafe {
                let name = self.plan.rows[usize::from(step.row)].name;
                let owner = Owner {
                    row: step.row,
                    name,
                };
                (ops.keep)(self.at.add(step.out as usize)).torn_down(teardown, owner)
            };
            self.kept.push(kept);
        }
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
            at: self.plan.inputs[first..].as_ptr(),
        })
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        for k in (0..self.plan.steps.len()).rev() {
            let step = &self.plan.steps[k];
            let maker = &self.plan.rows[usize::from(step.row)].maker;
            let drop = maker.and_then(|maker| match maker.lent {
                Some(ops) => Some(ops.drop_handed),
                None => maker.output.drop,
            });
            if let (true, Some(drop)) = (self.live[k], drop) {
                // SAFETY: the value is live.
                unsafe { drop(self.at.add(step.out as usize)) }
            }
        }
        // SAFETY: allocated with the same layout.
        unsafe { free(self.at, self.layout) }
    }
}

pub(super) struct Erased(pub(super) Inputs);
// SAFETY: names singletons, which are `Sync`, and transients, which are `Send` and belong to the constructor.
unsafe impl Send for Erased {}
#[derive(Clone, Copy)]
pub(super) struct Place(pub(super) *mut u8);
// SAFETY: plain memory that the constructor writes.
unsafe impl Send for Place {}

/// Runs a constructor: an async one in memory of its own, a blocking one on another thread.
pub(super) async fn run(
    maker: &Maker,
    inputs: Erased,
    out: Place,
    runtime: &dyn Runtime,
    is_bounded: bool,
) -> Result<(), Thrown> {
    match &maker.op {
        // SAFETY: the inputs are built, and the place is free memory for the value.
        Op::Sync(make) | Op::Alias(make, _) => unsafe { make(inputs.0, out.0) },
        Op::Async(op) => Pending::start(*op, inputs, out).await,
        Op::Blocking(make) => {
            let drop = maker.output.drop;
            // SAFETY: as above, and the caller keeps inputs and place until this is dropped.
            let call =
                unsafe { BlockingCall::start(runtime, *make, inputs.0, out.0, drop, is_bounded) };
            call.await
        }
    }
}

/// Tells of a constructor; not of one that only names a value once more.
pub(super) async fn told(
    observed: &Observed,
    maker: &Maker,
    row: u16,
    made: impl Future<Output = Result<(), Thrown>>,
) -> Result<(), Thrown> {
    match maker.op {
        Op::Alias(..) => made.await,
        _ => observed.told(Act::Construct, row, made).await,
    }
}

/// Runs an extractor.
pub(super) async fn run_extractor(op: &AsyncOp, inputs: Erased, out: Place) -> Result<(), Thrown> {
    Pending::start(*op, inputs, out).await
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
        let layout = Layout::from_size_align(op.size, op.align).expect("the layout of a type");
        let at = allocate(layout);
        // SAFETY: the memory is free, and the inputs are the operation's.
        unsafe { (op.start)(inputs.0, at) };
        Pending {
            op,
            at,
            layout,
            out,
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
            free(self.at, self.layout);
        }
    }
}
