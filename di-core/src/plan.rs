//! Plans: which steps a request takes, in which order, and where every value lies.
//!
//! A plan is found by a depth-first search from a root's dependencies: every request-scoped node once, a transient
//! once for every place that asks for it, singletons not at all. Steps come out dependencies first.
//! Extractors are steps of their own that come before all constructors, since they need the request. What a handler's guards
//! take comes before everything, each guard whole, in the order in which they are written.

use crate::{
    Scope,
    graph::{NO_ROW, Row, Source, Table},
    raw::{APP, AsyncOp, Control, Room, Unseen},
};

/// One step: a constructor or an extractor, where its value goes, and where its inputs are listed.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    /// The row; for an extractor the row that takes the value.
    pub(crate) row: u16,
    pub(crate) extractor: Option<&'static AsyncOp>,
    /// The offset of its value in the frame.
    pub(crate) out: u32,
    /// Its inputs are `inputs[first..first + len]`.
    pub(crate) first: u32,
    pub(crate) len: u16,
    /// For an owned value, the step that takes it.
    pub(crate) taken_by: u16,
}

/// Nobody takes it: the value is shared until the frame ends.
pub(crate) const SHARED: u16 = u16::MAX;

/// A plan with room for `S` steps and `I` inputs.
pub struct Layout<const S: usize, const I: usize> {
    pub(crate) steps: Room<Step, S>,
    pub(crate) inputs: [u32; I],
    /// How many of the steps are those of guards, extractors included; they come first.
    pub(crate) guards: usize,
    /// How many of the steps are other extractors; they come next.
    pub(crate) extractors: usize,
    /// The root's inputs are the first ones.
    pub(crate) root_len: usize,
    pub(crate) size: usize,
    pub(crate) align: usize,
    /// Where the future of an async step in flight lies.
    pub(crate) scratch: usize,
    /// Where the frame notes that one is in flight; only in a plan with async steps.
    pub(crate) flag: Option<usize>,
    /// Where the frame notes that the request was given up; only in a plan with a teardown.
    pub(crate) control: Option<usize>,
    /// Whether a value has to be dropped or torn down.
    pub(crate) drops: bool,
    /// Whether a constructor that is no guard's has to be waited for.
    pub(crate) waits: bool,
    /// Whether something is put off to be built later, for which a frame has no place: then there are no steps.
    pub(crate) is_lazy: bool,
}

const EMPTY: Step = Step {
    row: NO_ROW,
    extractor: None,
    out: 0,
    first: 0,
    len: 0,
    taken_by: SHARED,
};

/// A node that is being planned.
#[derive(Clone, Copy)]
struct Open {
    /// The row, or `NO_ROW` for the root.
    row: u16,
    /// The next parameter.
    next: u16,
    /// Its first input.
    first: u32,
}

impl Open {
    const ROOT: Self = Open {
        row: NO_ROW,
        next: 0,
        first: 0,
    };
}

/// What the search works in. Slices, and one fn that calls few others: const evaluation finds out the layouts of each call's locals
/// anew, and the search runs for every handler.
///
/// A child of an open node is remembered by its step, with the top bit set for an extractor, so that an owner can mark what
/// it takes.
struct Search<'s> {
    rows: &'s [Row],
    edges: &'s [Source],
    stack: &'s mut [Open],
    steps: &'s mut [Step],
    extractors: &'s mut [Step],
    inputs: &'s mut [u32],
    child: &'s mut [u16],
    /// The offset of a request-scoped row, once it has a step.
    place: &'s mut [u32],
}

/// What it finds, beside what it writes.
struct Found {
    steps: usize,
    extractors: usize,
    /// The steps of guards.
    guards: usize,
    size: usize,
    align: usize,
    scratch: (usize, usize),
    has_futures: bool,
    has_teardown: bool,
    drops: bool,
    waits: bool,
    is_lazy: bool,
}

const NOWHERE: u32 = u32::MAX;
const EXTRACTOR: u16 = 1 << 15;

/// The most steps of a plan.
pub(crate) const MAX_STEPS: usize = 32_000;

impl<const S: usize, const I: usize> Layout<S, I> {
    /// The plan of a root with these dependencies, of which the first ones are guards.
    ///
    /// # Panics
    /// For a graph that was refused: what it says elsewhere is what has to be corrected.
    pub const fn new<const N: usize, const E: usize>(
        table: &Table<N, E>,
        root: &[Source],
        guards: usize,
    ) -> Self {
        assert!(
            table.valid || table.is_draft,
            "a graph that was refused has no plans"
        );
        // The list may be padded.
        let mut root_len = 0;
        while root_len < root.len() && !matches!(root[root_len], Source::None) {
            root_len += 1;
        }
        let root = root.split_at(root_len).0;
        let mut found = Found {
            steps: 0,
            extractors: 0,
            guards: 0,
            size: 0,
            align: 1,
            scratch: (0, 1),
            has_futures: false,
            has_teardown: false,
            drops: false,
            waits: false,
            is_lazy: false,
        };
        let (mut steps, mut extractors) = ([EMPTY; S], [EMPTY; S]);
        let mut inputs = [0; I];
        // What is refused as a draft is never built, and no request reaches a plan of it.
        if table.valid {
            let search = Search {
                rows: &table.rows,
                edges: &table.edges,
                stack: &mut [Open::ROOT; S],
                steps: &mut steps,
                extractors: &mut extractors,
                inputs: &mut inputs,
                child: &mut [NO_ROW; I],
                place: &mut [NOWHERE; N],
            };
            search.run(root, guards, &mut found);
        }
        if found.is_lazy {
            return Self::lazy(root_len);
        }
        Self::of(found, &mut steps, &mut extractors, inputs, root_len)
    }

    /// Guards first, then extractors, then constructors; what a step is taken by moves with them.
    const fn of(
        mut found: Found,
        steps: &mut [Step],
        extractors: &mut [Step],
        inputs: [u32; I],
        root_len: usize,
    ) -> Self {
        let (guards, count) = (found.guards, found.extractors);
        let len = count + found.steps;
        let flag = match found.has_futures {
            true => Some(found.reserve(1, 1) as usize),
            false => None,
        };
        let control = match found.has_teardown {
            true => Some(found.reserve(size_of::<Control>(), align_of::<Control>()) as usize),
            false => None,
        };
        let scratch = found.reserve(found.scratch.0, found.scratch.1) as usize;
        let steps = steps.split_at_mut(found.steps).0;
        let extractors = extractors.split_at_mut(count).0;
        renumber(steps, guards, count, len);
        renumber(extractors, guards, count, len);
        let mut all = Room::new();
        let (guarding, building) = steps.split_at(guards);
        all.extend(guarding);
        all.extend(extractors);
        all.extend(building);
        Layout {
            steps: all,
            inputs,
            guards,
            extractors: count,
            root_len,
            size: found.size,
            align: found.align,
            scratch,
            flag,
            control,
            drops: found.drops,
            waits: found.waits,
            is_lazy: false,
        }
    }
}

/// Numbers as they are when the extractors are put between the guards and the rest.
const fn renumber(steps: &mut [Step], guards: usize, extractors: usize, len: usize) {
    let mut i = 0;
    while i < steps.len() {
        let taken_by = steps[i].taken_by;
        if taken_by == ROOT {
            steps[i].taken_by = len as u16;
        } else if taken_by != SHARED && taken_by as usize >= guards {
            steps[i].taken_by += extractors as u16;
        }
        i += 1;
    }
}

impl<const S: usize, const I: usize> Layout<S, I> {
    /// The plan of a root that needs something lazy: a scope that is filled at run time takes its place.
    const fn lazy(root_len: usize) -> Self {
        Layout {
            steps: Room::new(),
            inputs: [0; I],
            guards: 0,
            extractors: 0,
            root_len,
            size: 0,
            align: 1,
            scratch: 0,
            flag: None,
            control: None,
            drops: false,
            waits: false,
            is_lazy: true,
        }
    }
}

impl Search<'_> {
    const fn run(self, root: &[Source], guards: usize, found: &mut Found) {
        self.stack[0] = Open::ROOT;
        let (mut depth, mut used) = (1, root.len());
        let mut is_guarding = false;
        while depth > 0 {
            let Open { row, next, first } = self.stack[depth - 1];
            let (k, is_root) = (next as usize, row == NO_ROW);
            let (edges, len) = match is_root {
                true => (0, root.len()),
                false => {
                    let row = &self.rows[row as usize];
                    (row.first as usize, row.len as usize)
                }
            };
            if is_root {
                is_guarding = k < guards;
                if is_guarding || k == guards {
                    found.guards = found.steps;
                }
            }
            if k == len {
                // All its inputs have a place: it becomes the next step.
                depth -= 1;
                if is_root {
                    continue;
                }
                let Open {
                    first: of, next, ..
                } = self.stack[depth - 1];
                let input = of as usize + next as usize;
                self.stack[depth - 1].next += 1;
                let step = found.steps;
                let made = &self.rows[row as usize];
                let out = found.close(made, is_guarding);
                self.steps[step] = Step {
                    row,
                    extractor: None,
                    out,
                    first,
                    len: made.len,
                    taken_by: SHARED,
                };
                self.inputs[input] = out << 1;
                match made.scope {
                    Scope::Transient => self.child[input] = step as u16,
                    _ => self.place[row as usize] = out,
                }
                take(
                    self.child.split_at(first as usize + len).0,
                    first as usize,
                    self.steps,
                    self.extractors,
                    step as u16,
                );
                continue;
            }
            // Fills the input where its value has a place already; otherwise plans the row first.
            let input = first as usize + k;
            let source = match is_root {
                true => root[k],
                false => self.edges[edges + k],
            };
            match source {
                Source::Row(to) => {
                    let row = &self.rows[to as usize];
                    let place = self.place[to as usize];
                    match row.scope {
                        Scope::Singleton => {
                            self.inputs[input] = (row.slot as u32 * SLOT) << 1 | APP
                        }
                        Scope::Request if place != NOWHERE => self.inputs[input] = place << 1,
                        _ => {
                            self.stack[depth] = Open {
                                row: to,
                                next: 0,
                                first: used as u32,
                            };
                            depth += 1;
                            used += row.len as usize;
                            continue;
                        }
                    }
                }
                Source::Extract(op) => {
                    found.limit();
                    let out = found.reserve(op.output.size, op.output.align);
                    let step = Step {
                        row,
                        extractor: Some(op),
                        out,
                        ..EMPTY
                    };
                    if is_guarding {
                        self.child[input] = found.steps as u16;
                        self.steps[found.steps] = step;
                        found.steps += 1;
                    } else {
                        self.child[input] = found.extractors as u16 | EXTRACTOR;
                        self.extractors[found.extractors] = step;
                        found.extractors += 1;
                    }
                    self.inputs[input] = out << 1;
                    found.note_future(op.size, op.align);
                    found.drops |= op.output.drop.is_some();
                }
                Source::Lazy(to) => {
                    let row = &self.rows[to as usize];
                    match row.scope {
                        Scope::Singleton => {
                            self.inputs[input] = (row.slot as u32 * SLOT) << 1 | APP
                        }
                        _ => found.is_lazy = true,
                    }
                }
                Source::Missing | Source::Unknown | Source::None => {}
            }
            self.stack[depth - 1].next += 1;
        }
        let root = self.child.split_at(root.len()).0;
        take(root, 0, self.steps, self.extractors, ROOT);
    }
}

/// The step takes its children, which are those from the first one on. Their numbers are as they are before [`renumber`].
const fn take(child: &[u16], first: usize, steps: &mut [Step], extractors: &mut [Step], step: u16) {
    let mut k = first;
    while k < child.len() {
        let child = child[k];
        if child != NO_ROW {
            if child & EXTRACTOR == 0 {
                steps[child as usize].taken_by = step;
            } else {
                extractors[(child & !EXTRACTOR) as usize].taken_by = step;
            }
        }
        k += 1;
    }
}

impl Found {
    /// The place of a row's value; the step is counted.
    const fn close(&mut self, row: &Row, is_guarding: bool) -> u32 {
        self.limit();
        self.steps += 1;
        let maker = match &row.maker {
            Some(maker) => maker,
            None => panic!(
                "[DI025] this handler needs a value that is handed in when a scope is opened, a `#[seed]`, and nobody hands it in to a handler"
            ),
        };
        match &maker.op {
            crate::raw::Op::Async(op) => {
                self.waits |= !is_guarding;
                self.note_future(op.size, op.align);
            }
            crate::raw::Op::Blocking(_) => {
                self.note_future(
                    size_of::<crate::raw::BlockingCall>(),
                    align_of::<crate::raw::BlockingCall>(),
                );
                self.waits |= !is_guarding;
                // What blocks holds its frame until it is through, as teardowns do.
                self.has_teardown = true;
            }
            _ => {}
        }
        if let Some(op) = &maker.teardown {
            self.note_future(op.size, op.align);
            self.has_teardown = true;
        }
        self.drops |= maker.output.drop.is_some() || maker.teardown.is_some();
        self.reserve(maker.output.size, maker.output.align)
    }

    /// A step's number leaves room for the mark of an extractor.
    const fn limit(&self) {
        assert!(
            self.steps + self.extractors < MAX_STEPS,
            "[DI020] one request or singleton takes more than 32,000 constructions"
        );
    }

    const fn reserve(&mut self, size: usize, align: usize) -> u32 {
        let out = self.size.next_multiple_of(align);
        self.size = out + size;
        if align > self.align {
            self.align = align;
        }
        assert!(self.size < 1 << 30, "[DI020] a frame of more than 1 GiB");
        out as u32
    }

    const fn note_future(&mut self, size: usize, align: usize) {
        self.has_futures = true;
        if size > self.scratch.0 {
            self.scratch.0 = size;
        }
        if align > self.scratch.1 {
            self.scratch.1 = align;
        }
    }
}

/// The root as a taker, until the number of steps is known.
const ROOT: u16 = u16::MAX - 1;
const SLOT: u32 = crate::raw::SLOT;

/// A plan as the driver and start-up see it.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub(crate) steps: &'a [Step],
    pub(crate) inputs: &'a [u32],
    pub(crate) rows: Unseen<'a, Row>,
    pub(crate) len: usize,
    pub(crate) guards: usize,
    pub(crate) extractors: usize,
    pub(crate) root_len: usize,
    pub(crate) size: usize,
    pub(crate) align: usize,
    pub(crate) scratch: usize,
    pub(crate) flag: Option<usize>,
    /// Where the frame notes that the request was given up; only in a plan with a teardown.
    pub(crate) control: Option<usize>,
    pub(crate) drops: bool,
    pub(crate) waits: bool,
    pub(crate) is_lazy: bool,
    /// What the root asks for, and how many of that, the first ones, are guards.
    pub(crate) root: &'a [Source],
    pub(crate) root_guards: usize,
}

impl<'a> View<'a> {
    /// What the root asks for.
    pub const fn root(&self) -> &'a [Source] {
        self.root
    }

    /// Whether something is put off, so that there is no frame to fill.
    pub const fn is_lazy(&self) -> bool {
        self.is_lazy
    }
}

impl<const S: usize, const I: usize> Layout<S, I> {
    /// The plan, with the graph that it is a plan of, and the root that it is for.
    pub const fn view<'a, const N: usize, const E: usize>(
        &'a self,
        table: &'a Table<N, E>,
        root: &'a [Source],
        root_guards: usize,
    ) -> View<'a> {
        View {
            steps: self.steps.all(),
            inputs: &self.inputs,
            rows: Unseen::of(&table.rows),
            len: self.steps.len(),
            guards: self.guards,
            extractors: self.extractors,
            root_len: self.root_len,
            size: self.size,
            align: self.align,
            scratch: self.scratch,
            flag: self.flag,
            control: self.control,
            drops: self.drops,
            waits: self.waits,
            is_lazy: self.is_lazy,
            root: root.split_at(self.root_len).0,
            root_guards,
        }
    }
}
