//! The arguments of one constructor, or of a handler, in a scope that is filled at run time.
//!
//! Constructors read their arguments as they do in a frame: from offsets to a base. Here both bases are this memory, in which
//! a shared argument has a slot with its pointer, as singletons have, and an owned one lies itself.

use std::alloc::Layout;

use super::{
    closing::Owner,
    construct::{Erased, Place, run, run_extractor, told},
    filled::Filled,
    heap::{allocate, free},
    held::{SLOT, Slot},
    inputs::{APP, Inputs},
    maker::{AsyncOp, Output},
};
use crate::{Container, Failure, Scope, graph::Source, teardown::caught};

type DropFn = Option<unsafe fn(*mut u8)>;

pub(super) struct Call {
    at: *mut u8,
    layout: Layout,
    /// As `Inputs` reads them.
    inputs: Vec<u32>,
    /// For each owned argument that is written and not taken, where it is and how it is dropped.
    owned: Vec<(usize, DropFn)>,
}

// SAFETY: holds owned values, which are `Send`, and pointers to shared ones, which are `Sync`.
unsafe impl Send for Call {}

impl Call {
    /// Memory for the arguments of these sources.
    fn new<C: Container>(sources: &[Source]) -> Self {
        let mut layout = Layout::array::<Slot>(sources.len()).expect("few arguments");
        let inputs = sources.iter().enumerate().map(|(k, source)| {
            match owned::<C>(*source) {
                // Of the same form as an app's slot.
                None => (k as u32 * SLOT) << 1 | APP,
                Some(output) => {
                    let value = Layout::from_size_align(output.size, output.align);
                    let value = value.expect("the layout of a type");
                    let (whole, offset) = layout.extend(value).expect("checked for the plan");
                    layout = whole;
                    (offset as u32) << 1
                }
            }
        });
        let inputs = inputs.collect();
        Call {
            at: allocate(layout),
            layout,
            inputs,
            owned: Vec::new(),
        }
    }

    /// The arguments of `row`'s constructor, or of a handler. What is request-scoped among them is built already; owned ones are
    /// built now.
    pub(super) async fn prepare<C: Container>(
        state: &Filled<C>,
        row: u16,
        sources: &[Source],
        mut request: Option<&mut C::Request>,
    ) -> Result<Self, Failure> {
        let mut call = Self::new::<C>(sources);
        for (k, source) in sources.iter().enumerate() {
            let Some(output) = owned::<C>(*source) else {
                match *source {
                    Source::Row(to) => call.refer(k, state.filled_slot(to)?),
                    Source::Lazy(to) => call.refer(k, state.put_off(to)),
                    _ => {}
                }
                continue;
            };
            let place = call.place(k);
            match *source {
                Source::Row(to) => {
                    let making = make::<C>(state, to, request.as_deref_mut(), place);
                    // A transient may have others inside.
                    Box::pin(making).await?;
                }
                Source::Extract(op) => {
                    match state.extracted(row, k) {
                        // SAFETY: the place is free memory for what the same extractor yielded.
                        Some(value) => unsafe { value.move_to(place.0) },
                        None => {
                            extract(op, row, &state.container, request.as_deref_mut(), place)
                                .await?
                        }
                    }
                }
                _ => {}
            }
            call.owned
                .push((call.offset(k), dropped::<C>(*source, output)));
        }
        Ok(call)
    }

    /// Hands the arguments over: owned ones are no longer this one's.
    pub(super) fn take(&mut self) -> Erased {
        self.owned.clear();
        Erased(Inputs {
            frame: self.at,
            app: self.at,
            at: self.inputs.as_ptr(),
        })
    }

    fn offset(&self, k: usize) -> usize {
        (self.inputs[k] >> 1) as usize
    }

    fn place(&self, k: usize) -> Place {
        // SAFETY: the offset is inside the memory.
        Place(unsafe { self.at.add(self.offset(k)) })
    }

    fn refer(&mut self, k: usize, slot: Slot) {
        // SAFETY: a shared argument has a slot at its offset.
        unsafe { self.place(k).0.cast::<Slot>().write(slot) }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        while let Some((offset, drop)) = self.owned.pop() {
            if let Some(drop) = drop {
                // SAFETY: the value is written, and nobody took it.
                let _ = caught(|| unsafe { drop(self.at.add(offset)) });
            }
        }
        // SAFETY: allocated with the same layout.
        unsafe { free(self.at, self.layout) }
    }
}

/// What is written for an owned argument; none for a shared one.
fn owned<C: Container>(source: Source) -> Option<Output> {
    match source {
        Source::Extract(op) => Some(op.output),
        Source::Row(to) => {
            let row = &C::GRAPH.rows[usize::from(to)];
            let maker = row.maker.filter(|_| row.scope == Scope::Transient)?;
            Some(maker.output)
        }
        _ => None,
    }
}

/// How an owned argument is dropped when nobody takes it.
fn dropped<C: Container>(source: Source, output: Output) -> DropFn {
    let row = match source {
        Source::Row(to) => C::GRAPH.rows[usize::from(to)].maker,
        _ => None,
    };
    match row.and_then(|maker| maker.lent) {
        Some(ops) => Some(ops.drop_handed),
        None => output.drop,
    }
}

/// Constructs a transient.
async fn make<C: Container>(
    state: &Filled<C>,
    row: u16,
    request: Option<&mut C::Request>,
    place: Place,
) -> Result<(), Failure> {
    let Some(maker) = &C::GRAPH.rows[usize::from(row)].maker else {
        return Ok(());
    };
    let mut call = Call::prepare(state, row, C::GRAPH.sources(row), request).await?;
    let runtime = state.container.handle().runtime();
    let _busy = state.busy(maker);
    let made = run(maker, call.take(), place, &*runtime, true);
    let made = told(&state.observed, maker, row, made).await;
    made.map_err(|error| Failure::new(row, error))?;
    if let Some((ops, teardown)) = maker.lent.zip(maker.teardown) {
        // SAFETY: it is written, and only the handle is still in its place.
        state.keep(unsafe {
            let name = C::GRAPH.rows[usize::from(row)].name;
            (ops.keep)(place.0).torn_down(teardown, Owner { row, name })
        });
    }
    Ok(())
}

/// Takes a value from the request.
pub(super) async fn extract<C: Container>(
    op: &AsyncOp,
    row: u16,
    container: &C,
    request: Option<&mut C::Request>,
    place: Place,
) -> Result<(), Failure> {
    let Some(request) = request else {
        return Err(Failure::without_request(row));
    };
    let inputs = Erased(Inputs {
        frame: std::ptr::from_mut(request).cast(),
        app: std::ptr::from_ref(container).cast(),
        at: std::ptr::null(),
    });
    let extracted = run_extractor(op, inputs, place).await;
    extracted.map_err(|error| Failure::new(row, error))
}
