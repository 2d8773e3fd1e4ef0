//! Plans: which steps a request takes, in which order, and where every value lies.
//!
//! A plan is found by a depth-first search from a root's dependencies: every request-scoped node once, a transient
//! once for every place that asks for it, singletons not at all. Steps come out dependencies first.
//! Extractors are steps of their own that come before all constructors, since they need the request. What a handler's guards
//! take comes before everything, each guard whole, in the order in which they are written.

use crate::{
    Scope,
    graph::{NO_ROW, Row, Source, Table},
    raw::{APP, AsyncOp, Control, Maker, Room, Unseen},
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

/// The search's working state. A child of an open node is remembered by its step, with the top bit set for an
/// extractor, so that an owner can mark what it takes.
struct Search<const N: usize, const S: usize, const I: usize> {
    steps: Room<Step, S>,
    extractors: Room<Step, S>,
    /// The steps of guards, once they are planned.
    guards: usize,
    /// Whether what is planned is a guard's.
    is_guarding: bool,
    inputs: [u32; I],
    child: [u16; I],
    used: usize,
    /// The offset of a request-scoped row, once it has a step.
    place: [u32; N],
    size: usize,
    align: usize,
    scratch: (usize, usize),
    has_futures: bool,
    has_teardown: bool,
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
        let mut search = Search::<N, S, I> {
            steps: Room::new(),
            extractors: Room::new(),
            guards: 0,
            is_guarding: false,
            inputs: [0; I],
            child: [NO_ROW; I],
            used: 0,
            place: [NOWHERE; N],
            size: 0,
            align: 1,
            scratch: (0, 1),
            has_futures: false,
            has_teardown: false,
            is_lazy: false,
        };
        assert!(
            table.valid || table.is_draft,
            "a graph that was refused has no plans"
        );
        let mut root_len = 0;
        {
            // The list may be padded.
            while root_len < root.len() && !matches!(root[root_len], Source::None) {
                root_len += 1;
            }
            let root = root.split_at(root_len).0;
            // What is refused as a draft is never built, and no request reaches a plan of it.
            if table.valid {
                search.run(table, root, guards);
            }
        }
        if search.is_lazy {
            return Self::lazy(root_len);
        }
        search.finish(root_len)
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
            is_lazy: true,
        }
    }
}

impl<const N: usize, const S: usize, const I: usize> Search<N, S, I> {
    const fn run<const E: usize>(&mut self, table: &Table<N, E>, root: &[Source], guards: usize) {
        let mut stack = Room::<Open, S>::new();
        stack.push(Open {
            row: NO_ROW,
            next: 0,
            first: 0,
        });
        self.used = root.len();
        while let Some(top) = stack.all_mut().last_mut() {
            let open = *top;
            let is_root = open.row == NO_ROW;
            let len = if is_root {
                root.len()
            } else {
                table.rows[open.row as usize].len as usize
            };
            if is_root {
                self.is_guarding = (open.next as usize) < guards;
                if self.is_guarding || open.next as usize == guards {
                    self.guards = self.steps.len();
                }
            }
            if (open.next as usize) < len {
                let k = open.next as usize;
                let input = open.first as usize + k;
                let source = if is_root {
                    root[k]
                } else {
                    table.edge(open.row as usize, k)
                };
                if let Some(row) = self.resolve(table, source, input, open.row) {
                    stack.push(Open {
                        row,
                        next: 0,
                        first: self.used as u32,
                    });
                    self.used += table.rows[row as usize].len as usize;
                } else {
                    top.next += 1;
                }
            } else {
                stack.pop();
                if let Some(parent) = stack.all_mut().last_mut() {
                    let step = self.close(&table.rows[open.row as usize], open);
                    let input = parent.first as usize + parent.next as usize;
                    let out = self.steps.all()[step].out;
                    self.inputs[input] = out << 1;
                    if table.rows[open.row as usize].scope.is(Scope::Transient) {
                        self.child[input] = step as u16;
                    } else {
                        self.place[open.row as usize] = out;
                    }
                    parent.next += 1;
                }
            }
        }
        self.take(0, root.len(), ROOT);
    }

    /// Fills the input when its value has a place already; otherwise returns the row to plan first.
    const fn resolve<const E: usize>(
        &mut self,
        table: &Table<N, E>,
        source: Source,
        input: usize,
        owner: u16,
    ) -> Option<u16> {
        match source {
            Source::Row(to) => {
                let row = &table.rows[to as usize];
                match row.scope {
                    Scope::Singleton => {
                        self.inputs[input] = (row.slot as u32 * SLOT) << 1 | APP;
                        None
                    }
                    Scope::Request if self.place[to as usize] != NOWHERE => {
                        self.inputs[input] = self.place[to as usize] << 1;
                        None
                    }
                    _ => Some(to),
                }
            }
            Source::Extract(op) => {
                self.limit();
                let out = self.reserve(op.output.size, op.output.align);
                let step = Step {
                    row: owner,
                    extractor: Some(op),
                    out,
                    ..EMPTY
                };
                if self.is_guarding {
                    self.child[input] = self.steps.len() as u16;
                    self.steps.push(step);
                } else {
                    self.child[input] = self.extractors.len() as u16 | EXTRACTOR;
                    self.extractors.push(step);
                }
                self.inputs[input] = out << 1;
                self.note_future(op.size, op.align);
                None
            }
            Source::Lazy(to) => {
                let row = &table.rows[to as usize];
                match row.scope {
                    Scope::Singleton => self.inputs[input] = (row.slot as u32 * SLOT) << 1 | APP,
                    _ => self.is_lazy = true,
                }
                None
            }
            Source::Missing | Source::Unknown | Source::None => None,
        }
    }

    /// All inputs of a node have a place: it becomes the next step.
    const fn close(&mut self, row: &Row, open: Open) -> usize {
        self.limit();
        let step = self.steps.len();
        let maker = match &row.maker {
            Some(maker) => maker,
            None => panic!(
                "[DI025] this handler needs a value that is handed in when a scope is opened, a `#[seed]`, and nobody hands it in to a handler"
            ),
        };
        let out = self.reserve(maker.output.size, maker.output.align);
        if let Some((size, align)) = maker.future() {
            self.note_future(size, align);
        }
        // What blocks holds its frame until it is through, as teardowns do.
        self.has_teardown |= matches!(maker.op, crate::raw::Op::Blocking(_));
        if let Some(op) = &maker.teardown {
            self.note_future(op.size, op.align);
            self.has_teardown = true;
        }
        self.steps.push(Step {
            row: open.row,
            extractor: None,
            out,
            first: open.first,
            len: row.len,
            taken_by: SHARED,
        });
        self.take(open.first as usize, row.len as usize, step as u16);
        step
    }

    /// A step's number leaves room for the mark of an extractor.
    const fn limit(&self) {
        assert!(
            self.steps.len() + self.extractors.len() < MAX_STEPS,
            "[DI020] one request or singleton takes more than 32,000 constructions"
        );
    }

    const fn take(&mut self, first: usize, len: usize, step: u16) {
        let mut k = first;
        while k < first + len {
            let child = self.child[k];
            if child != NO_ROW {
                // Numbers as they are before the extractors are put between the guards and the rest; see `finish`.
                if child & EXTRACTOR == 0 {
                    self.steps.all_mut()[child as usize].taken_by = step;
                } else {
                    self.extractors.all_mut()[(child & !EXTRACTOR) as usize].taken_by = step;
                }
            }
            k += 1;
        }
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

    /// Guards first, then extractors, then constructors; what a step is taken by moves with them.
    const fn finish(mut self, root_len: usize) -> Layout<S, I> {
        let count = self.extractors.len();
        let len = count + self.steps.len();
        let flag = match self.has_futures {
            true => Some(self.reserve(1, 1) as usize),
            false => None,
        };
        let control = match self.has_teardown {
            true => Some(self.reserve(size_of::<Control>(), align_of::<Control>()) as usize),
            false => None,
        };
        let scratch = self.reserve(self.scratch.0, self.scratch.1) as usize;
        let mut steps = Room::<Step, S>::new();
        let mut i = 0;
        while i < len {
            let mut step = if i < self.guards {
                self.steps.all()[i]
            } else if i < self.guards + count {
                self.extractors.all()[i - self.guards]
            } else {
                self.steps.all()[i - count]
            };
            if step.taken_by == ROOT {
                step.taken_by = len as u16;
            } else if step.taken_by != SHARED && step.taken_by as usize >= self.guards {
                step.taken_by += count as u16;
            }
            steps.push(step);
            i += 1;
        }
        Layout {
            steps,
            inputs: self.inputs,
            guards: self.guards,
            extractors: count,
            root_len,
            size: self.size,
            align: self.align,
            scratch,
            flag,
            control,
            is_lazy: false,
        }
    }
}

/// The root as a taker, until the number of steps is known.
const ROOT: u16 = u16::MAX - 1;
const SLOT: u32 = crate::raw::SLOT;

impl Maker {
    /// Size and alignment of its future, when it has one.
    const fn future(&self) -> Option<(usize, usize)> {
        match &self.op {
            crate::raw::Op::Async(op) => Some((op.size, op.align)),
            crate::raw::Op::Blocking(_) => Some((
                size_of::<crate::raw::BlockingCall>(),
                align_of::<crate::raw::BlockingCall>(),
            )),
            _ => None,
        }
    }
}

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
            is_lazy: self.is_lazy,
            root: root.split_at(self.root_len).0,
            root_guards,
        }
    }
}
