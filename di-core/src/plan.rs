//! Plans: which steps a request takes, in which order, and where every value lies.
//!
//! A plan is found by a depth-first search from a root's dependencies: every request-scoped node once, a transient
//! once for every place that asks for it, singletons not at all. Steps come out dependencies first.
//! Extractors are steps of their own that come before all constructors, since they need the request. What a handler's guards
//! take comes before everything, each guard whole, in the order in which they are written.

use crate::{
    Scope,
    graph::{NO_ROW, OTHERWISE, Row, Source, Table},
    raw::{AsyncOp, BlockingCall, Control, Maker, Op, Room, Unseen},
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

/// A node that waits for one that it needs.
#[derive(Clone, Copy)]
struct Open {
    /// The row, or `NO_ROW` for the root.
    row: u16,
    /// Its first input.
    first: usize,
    /// Its first edge.
    of: usize,
    /// How many there are.
    len: usize,
    /// The one that it waits for.
    next: usize,
}

const WAITING: Open = Open {
    row: NO_ROW,
    first: 0,
    of: 0,
    len: 0,
    next: 0,
};

/// What the search works in. Slices, and one fn that calls few others: const evaluation finds out the layouts of each call's locals
/// anew, and the search runs for every handler.
///
/// A child of an open node is remembered by its step, with the top bit set for an extractor, so that an owner can mark what
/// it takes.
struct Search<'s> {
    rows: &'s [Row],
    edges: &'s [Source],
    targets: &'s [u16],
    sizes: &'s [u32],
    aligns: &'s [u32],
    stack: &'s mut [Open],
    steps: &'s mut [Step],
    extractors: &'s mut [Step],
    inputs: &'s mut [u32],
    child: &'s mut [u16],
    /// What an input of a row's value is: of singletons from the start, of a request-scoped row once it has a step.
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
    /// Whether a step, or the root, takes an owned value.
    takes: bool,
}

/// Of a row whose value has no place, or not yet.
pub(crate) const NOWHERE: u32 = u32::MAX;
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
            takes: false,
        };
        let (mut steps, mut extractors) = ([EMPTY; S], [EMPTY; S]);
        let mut inputs = [0; I];
        // What is refused as a draft is never built, and no request reaches a plan of it.
        if table.valid {
            let search = Search {
                rows: &table.rows,
                edges: &table.edges,
                targets: &table.targets,
                sizes: &table.sizes,
                aligns: &table.aligns,
                stack: &mut [WAITING; S],
                steps: &mut steps,
                extractors: &mut extractors,
                inputs: &mut inputs,
                child: &mut [NO_ROW; I],
                place: &mut { table.places },
            };
            search.run(root, guards, &mut found);
            found.limit();
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
        found.limit();
        let steps = steps.split_at_mut(found.steps).0;
        let extractors = extractors.split_at_mut(count).0;
        if found.takes {
            renumber(steps, guards, count, len);
            renumber(extractors, guards, count, len);
        }
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
        let Search {
            rows,
            edges,
            targets,
            sizes,
            aligns,
            stack,
            steps,
            extractors,
            inputs,
            child,
            place,
        } = self;
        // The node that is being planned: its row (none for the root), its inputs, its edges, and the next of them. Those around it wait on the
        // stack; what is in locals is found sooner.
        let mut row = NO_ROW;
        let mut first = 0;
        let mut of = 0;
        let mut len = root.len();
        let mut k = 0;
        let mut depth = 0;
        let mut used = len;
        let mut is_guarding = false;
        loop {
            // Fills the inputs whose values have a place, up to the first that has none.
            let mut without = NO_ROW;
            while k < len {
                let mut to = NO_ROW;
                if row != NO_ROW {
                    to = targets[of + k];
                } else if k <= guards {
                    is_guarding = k < guards;
                    found.guards = found.steps;
                }
                if to == NO_ROW {
                    let source = match row == NO_ROW {
                        true => root[k],
                        false => edges[of + k],
                    };
                    match source {
                        Source::Row(row) => to = row,
                        Source::Extract(op) => {
                            let out = found.extract(op);
                            let step = Step {
                                row,
                                extractor: Some(op),
                                out,
                                ..EMPTY
                            };
                            inputs[first + k] = out << 1;
                            if is_guarding {
                                child[first + k] = found.steps as u16;
                                steps[found.steps] = step;
                                found.steps += 1;
                            } else {
                                child[first + k] = found.extractors as u16 | EXTRACTOR;
                                extractors[found.extractors] = step;
                                found.extractors += 1;
                            }
                        }
                        Source::Lazy(to) => match rows[to as usize].scope {
                            Scope::Singleton => inputs[first + k] = place[to as usize],
                            _ => found.is_lazy = true,
                        },
                        Source::Missing | Source::Unknown | Source::None => {}
                    }
                }
                if to != NO_ROW {
                    let there = place[to as usize];
                    if there == NOWHERE {
                        without = to;
                        break;
                    }
                    inputs[first + k] = there;
                }
                k += 1;
            }
            if without != NO_ROW {
                stack[depth] = Open {
                    row,
                    first,
                    of,
                    len,
                    next: k,
                };
                depth += 1;
                let open = &rows[without as usize];
                row = without;
                first = used;
                of = open.first as usize;
                len = open.len as usize;
                k = 0;
                used += len;
                continue;
            }
            if row == NO_ROW {
                if k == guards {
                    found.guards = found.steps;
                }
                let taken = take(child, (0, len), steps, extractors, ROOT);
                found.takes |= taken;
                break;
            }
            // All its inputs have a place: it becomes the next step.
            let step = found.steps;
            found.steps = step + 1;
            let mut size = sizes[row as usize] as usize;
            let mut align = aligns[row as usize] as usize;
            let is_plain = size != OTHERWISE as usize;
            if !is_plain {
                (size, align) = found.look(&rows[row as usize], is_guarding);
            }
            // As `Found::reserve` does.
            let at = (found.size + align - 1) & !(align - 1);
            found.size = at + size;
            if align > found.align {
                found.align = align;
            }
            let value = (at as u32) << 1;
            steps[step] = Step {
                row,
                extractor: None,
                out: at as u32,
                first: first as u32,
                len: len as u16,
                taken_by: SHARED,
            };
            depth -= 1;
            let taker = &stack[depth];
            let input = taker.first + taker.next;
            inputs[input] = value;
            if is_plain {
                place[row as usize] = value;
            } else {
                let made = &rows[row as usize];
                match made.scope {
                    Scope::Transient => child[input] = step as u16,
                    _ => place[row as usize] = value,
                }
                if made.steps > 1 {
                    take(child, (first, first + len), steps, extractors, step as u16);
                    found.takes = true;
                }
            }
            row = taker.row;
            first = taker.first;
            of = taker.of;
            len = taker.len;
            k = taker.next + 1;
        }
    }
}

/// The step takes those of its inputs that have a step of their own, and returns whether there are any. Their numbers are as they are before [`renumber`].
const fn take(
    child: &[u16],
    (mut k, end): (usize, usize),
    steps: &mut [Step],
    extractors: &mut [Step],
    step: u16,
) -> bool {
    let mut is_any = false;
    while k < end {
        let child = child[k];
        if child != NO_ROW {
            is_any = true;
            if child & EXTRACTOR == 0 {
                steps[child as usize].taken_by = step;
            } else {
                extractors[(child & !EXTRACTOR) as usize].taken_by = step;
            }
        }
        k += 1;
    }
    is_any
}

impl Found {
    /// The place of what is extracted.
    const fn extract(&mut self, op: &AsyncOp) -> u32 {
        self.note_future(op.size, op.align);
        self.drops |= op.output.drop.is_some();
        self.reserve(op.output.size, op.output.align)
    }

    /// The size and the alignment of a row's value, and what its constructor needs besides.
    const fn look(&mut self, row: &Row, is_guarding: bool) -> (usize, usize) {
        let Some(maker) = &row.maker else {
            panic!(
                "[DI025] this handler needs a value that is handed in when a scope is opened, a `#[seed]`, and nobody hands it in to a handler"
            );
        };
        self.note(maker, is_guarding);
        (maker.output.size, maker.output.align)
    }

    /// What a constructor needs beside a place for its value.
    const fn note(&mut self, maker: &Maker, is_guarding: bool) {
        match &maker.op {
            Op::Async(op) => {
                self.waits |= !is_guarding;
                self.note_future(op.size, op.align);
            }
            Op::Blocking(_) => {
                self.note_future(size_of::<BlockingCall>(), align_of::<BlockingCall>());
                self.waits |= !is_guarding;
                // What blocks holds its frame until it is through, as teardowns do.
                self.has_teardown = true;
            }
            Op::Sync(_) | Op::Alias(..) => {}
        }
        if let Some(op) = &maker.teardown {
            self.note_future(op.size, op.align);
            self.has_teardown = true;
        }
        self.drops |= maker.output.drop.is_some() || maker.teardown.is_some();
    }

    const fn reserve(&mut self, size: usize, align: usize) -> u32 {
        let out = self.size.next_multiple_of(align);
        self.size = out + size;
        if align > self.align {
            self.align = align;
        }
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

    /// A step's number leaves room for the mark of an extractor, and an offset for one bit.
    const fn limit(&self) {
        assert!(
            self.steps + self.extractors < MAX_STEPS,
            "[DI020] one request or singleton takes more than 32,000 constructions"
        );
        assert!(self.size < 1 << 30, "[DI020] a frame of more than 1 GiB");
    }
}

/// The root as a taker, until the number of steps is known.
const ROOT: u16 = u16::MAX - 1;

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
