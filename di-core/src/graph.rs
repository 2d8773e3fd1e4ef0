//! The graph of a container, as a const value.
//!
//! `#[container]` writes a [`Listed`] for each entry; [`Table::new`] joins them into rows, edges and an
//! order in which every node comes after what it needs.

use crate::{
    Scope,
    judge::is_refused,
    near::Module,
    node::{Meta, Param},
    plan::{MAX_STEPS, NOWHERE},
    raw::{APP, Maker, SLOT},
};

pub(crate) use crate::listed::{Errors, Kind, Listed, MAX_DEPS, Source};

/// One node of the graph.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) key: &'static str,
    pub(crate) qualifier: Option<&'static str>,
    pub(crate) kind: Kind,
    pub(crate) meta: Option<&'static Meta>,
    /// What a binding is bound to.
    pub(crate) to: Option<&'static Param>,
    pub(crate) scope: Scope,
    pub(crate) maker: Option<Maker>,
    /// The module that lists the first of what is missing, where that is known.
    pub(crate) module: Option<&'static Module>,
    pub(crate) errors: Errors,
    /// Its edges are `edges[first..first + len]`, one for each parameter.
    pub(crate) first: u32,
    pub(crate) len: u16,
    /// Whether it is a singleton that is built when it is first needed.
    pub(crate) is_lazy: bool,
    /// For a singleton, its slot in the app's block.
    pub(crate) slot: u16,
    /// Steps and inputs that one construction takes, transients and extractors included.
    pub(crate) steps: u32,
    pub(crate) inputs: u32,
    /// How many of the edges, the first ones, are guards of a handler.
    pub(crate) guards: u16,
}

impl Row {
    /// What its edge `k` asks for.
    pub(crate) const fn asked(&self, k: usize) -> Option<Param> {
        match (self.meta, self.to) {
            (Some(meta), _) => Some(meta.param(k)),
            (None, Some(to)) => Some(*to),
            (None, None) => None,
        }
    }

    /// Whether it is a transient that the container tears down.
    pub(crate) const fn is_lent(&self) -> bool {
        match self.meta {
            Some(meta) => meta.is_lent(),
            None => false,
        }
    }
}

/// The state of a node in a depth-first search; and, for one that closes a cycle, the node it leads back to.
pub(crate) const NO_ROW: u16 = u16::MAX;

/// The graph of a container: `N` rows and `E` edges.
pub struct Table<const N: usize, const E: usize> {
    /// The container's name.
    pub(crate) name: &'static str,
    /// Whether handlers are listed. Without them every row is as good as a root.
    pub(crate) has_roots: bool,
    /// Whether it may be refused, and is judged at run time.
    pub(crate) is_draft: bool,
    pub(crate) rows: [Row; N],
    pub(crate) edges: [Source; E],
    /// For each edge, the row that is needed at once, or `NO_ROW`. What plans read: a number is found in half the time.
    pub(crate) targets: [u16; E],
    /// For each row, what a plan needs to know where there is nothing else to it: its value's size and alignment. `OTHERWISE` is the size where
    /// there is.
    pub(crate) sizes: [u32; N],
    pub(crate) aligns: [u32; N],
    /// Every row after the rows that it needs, when there is no cycle.
    pub(crate) order: [u16; N],
    /// For each row, the row that one of its edges leads back to, in a cycle.
    pub(crate) back: [u16; N],
    /// For each row, what an input of its value is in every plan: only of singletons.
    pub(crate) places: [u32; N],
    pub(crate) slots: u16,
    /// How many rows, the last ones, are shown only where something asks for them.
    pub(crate) hidden: u16,
    /// How many rows, the first ones, have all that something asks for.
    asked: usize,
    /// Whether plans can be made: nothing is missing, no cycle, no captive.
    pub(crate) valid: bool,
    /// Bounds of any plan: steps, inputs, and bytes are checked separately.
    pub(crate) max_steps: usize,
    pub(crate) max_inputs: usize,
}

/// A graph at run time.
#[derive(Clone, Copy)]
pub struct Graph {
    pub(crate) rows: &'static [Row],
    pub(crate) edges: &'static [Source],
    pub(crate) order: &'static [u16],
    pub(crate) slots: u16,
    /// How many of the rows are shown.
    shown: usize,
}

impl Graph {
    /// Of no nodes.
    pub(crate) const EMPTY: Self = Graph {
        rows: &[],
        edges: &[],
        order: &[],
        slots: 0,
        shown: 0,
    };

    #[inline(always)]
    pub(crate) const fn slot(self, row: u16) -> usize {
        self.rows[row as usize].slot as usize
    }

    pub(crate) fn sources(self, row: u16) -> &'static [Source] {
        let row = &self.rows[usize::from(row)];
        &self.edges[row.first as usize..row.first as usize + usize::from(row.len)]
    }

    /// How many nodes there are, bindings and values handed in included.
    pub const fn len(self) -> usize {
        self.shown
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.shown == 0
    }

    /// What can be done with the errors of a row's constructor.
    pub fn errors(self, row: u16) -> Errors {
        self.rows[usize::from(row)].errors
    }

    /// Whether a row, or something that is built for it, comes from outside and is not handed in. O(nodes + edges).
    pub const fn reaches(self, row: u16, what: Outside, handed: HandedIn) -> bool {
        search(self, row, what, &handed, &mut [0; 1 << 10])
    }

    /// The name of a row, as its entry is written.
    pub fn name(self, row: u16) -> &'static str {
        self.rows[usize::from(row)].name
    }
}

const fn search(
    graph: Graph,
    row: u16,
    what: Outside,
    handed: &HandedIn,
    seen: &mut [u64; 1 << 10],
) -> bool {
    let (word, bit) = (row as usize / 64, 1 << (row % 64));
    if seen[word] & bit != 0 || handed.has(row) {
        return false;
    }
    seen[word] |= bit;
    let this = &graph.rows[row as usize];
    if matches!((what, this.kind), (Outside::Seed, Kind::Seed)) {
        return true;
    }
    let mut k = 0;
    while k < this.len as usize {
        match (graph.edges[this.first as usize + k], what) {
            (Source::Extract(_), Outside::Extractor) => return true,
            (Source::Row(to) | Source::Lazy(to), _) if search(graph, to, what, handed, seen) => {
                return true;
            }
            _ => {}
        }
        k += 1;
    }
    false
}

/// What is not there in every scope.
#[derive(Clone, Copy)]
pub enum Outside {
    /// What is extracted from a request.
    Extractor,
    /// What is handed in when a scope is opened.
    Seed,
}

/// The rows of what is handed in to a scope.
#[derive(Clone, Copy)]
pub struct HandedIn(Option<(u16, &'static HandedIn)>);

impl HandedIn {
    /// Nothing is.
    pub const NONE: Self = HandedIn(None);

    /// This one, and those.
    pub const fn and(row: u16, others: &'static HandedIn) -> Self {
        HandedIn(Some((row, others)))
    }

    const fn has(&self, row: u16) -> bool {
        match self.0 {
            Some((own, _)) if own == row => true,
            Some((_, others)) => others.has(row),
            None => false,
        }
    }
}

impl<const N: usize, const E: usize> Table<N, E> {
    /// The graph of a draft, which compiles when it is refused. No plan is made of it then, and nothing is ever built by one:
    /// `start` refuses it.
    pub const fn draft(name: &'static str, listed: &[Listed; N]) -> Self {
        let mut table = Self::new(name, listed);
        table.is_draft = true;
        if is_refused(&table) {
            table.valid = false;
            (table.max_steps, table.max_inputs) = (0, MAX_DEPS);
        }
        table
    }

    /// Joins the entries, finds an order, and measures what plans can need. All of it is done by the compiler, for which a call is as long as
    /// some thirty statements.
    pub const fn new(name: &'static str, listed: &[Listed; N]) -> Self {
        assert!(
            N < NO_ROW as usize,
            "[DI020] a container lists at most 65,534 nodes"
        );
        let mut table = Table {
            name,
            has_roots: false,
            is_draft: false,
            rows: [EMPTY; N],
            edges: [Source::None; E],
            targets: [NO_ROW; E],
            sizes: [OTHERWISE; N],
            aligns: [1; N],
            order: [0; N],
            back: [NO_ROW; N],
            places: [NOWHERE; N],
            slots: 0,
            hidden: 0,
            asked: 0,
            valid: true,
            max_steps: 0,
            max_inputs: 0,
        };
        table.join(listed);
        table.settle_bindings();
        table.sort();
        table.measure();
        table
    }

    const fn join(&mut self, listed: &[Listed; N]) {
        let (mut i, mut edge) = (0, 0);
        while i < N {
            let from = &listed[i];
            let len = from.sources.len();
            self.has_roots |= matches!(from.kind, Kind::Handler);
            self.hidden += from.is_hidden as u16;
            self.rows[i] = Row {
                name: from.name.name,
                key: from.name.key,
                qualifier: from.name.qualifier,
                kind: from.kind,
                meta: from.meta,
                to: from.to,
                scope: from.scope,
                maker: from.maker,
                module: from.module,
                errors: from.errors,
                first: edge as u32,
                len: len as u16,
                is_lazy: matches!(from.meta, Some(meta) if meta.is_lazy),
                slot: 0,
                steps: 0,
                inputs: 0,
                guards: from.guards as u16,
            };
            if matches!(from.kind, Kind::Invalid | Kind::Misplaced) {
                self.valid = false;
            }
            let mut k = 0;
            while k < len {
                let source = from.sources[k];
                self.edges[edge] = source;
                match source {
                    Source::Missing | Source::Unknown => self.valid = false,
                    Source::Row(to) => {
                        self.targets[edge] = to;
                        if to as usize >= self.asked {
                            self.asked = to as usize + 1;
                        }
                    }
                    _ => {}
                }
                edge += 1;
                k += 1;
            }
            i += 1;
        }
    }

    /// A binding has the scope, and the laziness, of its implementation; every singleton has a slot.
    const fn settle_bindings(&mut self) {
        let mut i = 0;
        while i < N {
            if matches!(self.rows[i].kind, Kind::Binding)
                && let Source::Row(to) = self.edges[self.rows[i].first as usize]
            {
                self.rows[i].scope = self.rows[to as usize].scope;
                self.rows[i].is_lazy = self.rows[to as usize].is_lazy;
            }
            if matches!(self.rows[i].scope, Scope::Singleton) {
                self.rows[i].slot = self.slots;
                self.places[i] = (self.slots as u32 * SLOT) << 1 | APP;
                self.slots += 1;
            }
            i += 1;
        }
    }

    /// A depth-first search over the whole graph, on a stack of its own: post-order is the order, and an edge to
    /// a node that is still open closes a cycle (Tarjan 1972).
    const fn sort(&mut self) {
        let mut state = [NEW; N];
        let mut stack = [(0u16, 0u16); N];
        let (mut done, mut root) = (0, 0);
        while root < N {
            if state[root] == NEW {
                let mut depth = 1;
                stack[0] = (root as u16, 0);
                state[root] = OPEN;
                while depth > 0 {
                    let (node, k) = stack[depth - 1];
                    let row = &self.rows[node as usize];
                    if k < row.len {
                        stack[depth - 1].1 = k + 1;
                        if let Source::Row(to) = self.edges[row.first as usize + k as usize] {
                            if state[to as usize] == NEW {
                                state[to as usize] = OPEN;
                                stack[depth] = (to, 0);
                                depth += 1;
                            } else if state[to as usize] == OPEN {
                                self.back[node as usize] = to;
                                self.valid = false;
                            }
                        }
                    } else {
                        state[node as usize] = CLOSED;
                        self.order[done] = node;
                        done += 1;
                        depth -= 1;
                    }
                }
            }
            root += 1;
        }
    }

    /// What one construction of each row takes: itself, and a construction of every transient and extractor in it.
    const fn measure(&mut self) {
        if !self.valid {
            return;
        }
        let (mut i, mut widest) = (0, (0, 0));
        while i < N {
            let node = self.order[i] as usize;
            let row = &self.rows[node];
            let (mut k, first, len) = (0, row.first as usize, row.len as usize);
            let (mut steps, mut inputs) = (1u32, len as u32);
            while k < len {
                match self.edges[first + k] {
                    Source::Row(to) => {
                        let to = &self.rows[to as usize];
                        if matches!(to.scope, Scope::Transient) {
                            steps += to.steps;
                            inputs += to.inputs;
                        }
                    }
                    Source::Extract(_) => steps += 1,
                    _ => {}
                }
                k += 1;
            }
            assert!(
                steps < MAX_STEPS as u32 && inputs < 1 << 20,
                "[DI020] one request or singleton takes more than 32,000 constructions"
            );
            let row = &mut self.rows[node];
            row.steps = steps;
            row.inputs = inputs;
            if steps == 1
                && matches!(row.scope, Scope::Request)
                && let Some(maker) = &row.maker
                && maker.is_plain()
                && maker.output.size < OTHERWISE as usize
            {
                self.sizes[node] = maker.output.size as u32;
                self.aligns[node] = maker.output.align as u32;
            }
            if matches!(row.scope, Scope::Transient) {
                if steps > widest.0 {
                    widest.0 = steps;
                }
                if inputs > widest.1 {
                    widest.1 = inputs;
                }
            } else {
                self.max_steps += steps as usize;
                self.max_inputs += inputs as usize;
            }
            i += 1;
        }
        // One more, for the root itself.
        self.max_steps += 1 + MAX_DEPS * widest.0 as usize;
        self.max_inputs += MAX_DEPS * (1 + widest.1 as usize);
    }

    /// The bound of a plan's steps.
    pub const fn max_steps(&self) -> usize {
        self.max_steps
    }

    /// The bound of a plan's inputs.
    pub const fn max_inputs(&self) -> usize {
        self.max_inputs
    }

    /// The graph as it is used at run time.
    pub const fn graph(&'static self) -> Graph {
        Graph {
            rows: &self.rows,
            edges: &self.edges,
            order: &self.order,
            slots: self.slots,
            shown: self.shown(),
        }
    }

    /// How many rows are shown: without what the facade hands in, unless something asks for it.
    const fn shown(&self) -> usize {
        let shown = N - self.hidden as usize;
        if self.asked > shown {
            self.asked
        } else {
            shown
        }
    }

    /// How many of a handler's sources, the first ones, are guards.
    pub const fn guards(&self, row: usize) -> usize {
        self.rows[row].guards as usize
    }

    /// What a row asks for.
    pub const fn sources(&self, row: usize) -> &[Source] {
        self.edges
            .split_at(self.rows[row].first as usize)
            .1
            .split_at(self.rows[row].len as usize)
            .0
    }

    pub(crate) const fn edge(&self, row: usize, k: usize) -> Source {
        self.edges[self.rows[row].first as usize + k]
    }
}

/// The size of a row's value where a plan has to look closer.
pub(crate) const OTHERWISE: u32 = u32::MAX;

const NEW: u8 = 0;
const OPEN: u8 = 1;
const CLOSED: u8 = 2;

const EMPTY: Row = Row {
    name: "",
    key: "",
    qualifier: None,
    kind: Kind::Invalid,
    meta: None,
    to: None,
    scope: Scope::Singleton,
    maker: None,
    module: None,
    errors: Errors::NONE,
    first: 0,
    len: 0,
    is_lazy: false,
    slot: 0,
    steps: 0,
    inputs: 0,
    guards: 0,
};
