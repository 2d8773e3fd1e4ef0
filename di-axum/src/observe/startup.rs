//! The start of an app: when each singleton was built.

use std::{
    fmt,
    sync::Mutex,
    time::{Duration, Instant},
};

use axum::http::request::Parts;
use di_core::{Container, Graph, HasContainer, Scope};

use super::{desk::lock, observation::Observed};

/// How an app was started: when each of its singletons was begun, and how long it took. Its text is a waterfall, the earliest first, in which what made the start
/// as long as it is, is marked.
///
/// ```
/// # use di_axum::{container, injectable, observe::StartUp};
/// # #[injectable(singleton)]
/// # struct Settings;
/// # #[container(Settings)]
/// # struct App;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), di_axum::BuildError> {
/// let app = App::build().await?;
/// print!("{}", StartUp::of(&app));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct StartUp {
    /// From the first singleton that was begun to the last one that was built.
    pub took: Duration,
    /// The singletons that were built, in the order in which they were begun.
    pub singletons: Vec<Started>,
}

/// A singleton that was built at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Started {
    /// Its place in [`Graph::nodes`].
    pub row: usize,
    /// Its name.
    pub name: &'static str,
    /// When it was begun, counted from the first.
    pub began: Duration,
    /// How long it took, with the transients that were made for it.
    pub took: Duration,
    /// Whether the start would have been shorter if this one had been.
    pub is_critical: bool,
}

impl Started {
    fn end(&self) -> Duration {
        self.began + self.took
    }
}

impl StartUp {
    /// Of an app.
    #[must_use]
    pub fn of<S>(app: &S) -> Self
    where
        S: HasContainer<Container: Container<Request = Parts>>,
    {
        let observed = Observed::of(app.container());
        let built = observed.map(|observed| observed.built.read());
        Self::new(
            <S::Container as Container>::GRAPH,
            built.unwrap_or_default(),
        )
    }

    pub(super) fn new(graph: Graph, built: Vec<Built>) -> Self {
        let Some(first) = built.iter().map(|built| built.began).min() else {
            return Self::default();
        };
        let names: Vec<&'static str> = graph.nodes().map(|node| node.name).collect();
        let started = |built: &Built| Started {
            row: built.row,
            name: names.get(built.row).copied().unwrap_or_default(),
            began: built.began - first,
            took: built.took,
            is_critical: false,
        };
        let mut singletons: Vec<Started> = built.iter().map(started).collect();
        singletons.sort_by_key(|one| (one.began, one.end()));
        mark_critical(graph, &mut singletons);
        let took = singletons.iter().map(Started::end).max();
        Self {
            took: took.unwrap_or_default(),
            singletons,
        }
    }
}

/// From the last one back: what each waited for longest.
fn mark_critical(graph: Graph, singletons: &mut [Started]) {
    let scopes: Vec<Option<Scope>> = graph.nodes().map(|node| node.scope).collect();
    let edges: Vec<(usize, usize)> = graph.edges().map(|edge| (edge.from, edge.to)).collect();
    let last = (0..singletons.len()).max_by_key(|i| singletons[*i].end());
    let mut next = last;
    while let Some(this) = next {
        singletons[this].is_critical = true;
        let needs = needs(singletons[this].row, &scopes, &edges);
        next = (0..singletons.len())
            .filter(|i| !singletons[*i].is_critical && needs.contains(&singletons[*i].row))
            .max_by_key(|i| singletons[*i].end());
    }
}

/// The singletons that a node takes, also through transients.
fn needs(row: usize, scopes: &[Option<Scope>], edges: &[(usize, usize)]) -> Vec<usize> {
    let (mut open, mut seen, mut needs) = (vec![row], vec![row], Vec::new());
    while let Some(row) = open.pop() {
        for (_, to) in edges.iter().filter(|(from, _)| *from == row) {
            if seen.contains(to) {
                continue;
            }
            seen.push(*to);
            match scopes.get(*to) {
                Some(Some(Scope::Transient)) => open.push(*to),
                _ => needs.push(*to),
            }
        }
    }
    needs
}

/// How wide a waterfall is, in characters.
const WIDTH: u32 = 40;

impl fmt::Display for StartUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "started in {:?}; `*` is what that depends on", self.took)?;
        let longest = self.singletons.iter().map(|one| one.name.chars().count());
        let longest = longest.max().unwrap_or(0);
        let at = |time: Duration| {
            let part = time.as_secs_f64() / self.took.as_secs_f64().max(f64::MIN_POSITIVE);
            (part * f64::from(WIDTH)).round() as usize
        };
        for one in &self.singletons {
            let (from, to) = (at(one.began), at(one.end()).max(at(one.began) + 1));
            let from = from.min(WIDTH as usize - 1);
            let to = to.clamp(from + 1, WIDTH as usize);
            let bar = "#".repeat(to - from);
            let mark = if one.is_critical { '*' } else { ' ' };
            writeln!(
                f,
                "{mark} {:longest$} |{:from$}{bar:rest$}| {:?}",
                one.name,
                "",
                one.took,
                rest = WIDTH as usize - from,
            )?;
        }
        Ok(())
    }
}

/// A singleton that was built.
#[derive(Clone, Copy)]
pub(crate) struct Built {
    row: usize,
    began: Instant,
    took: Duration,
}

/// Those that were.
#[derive(Default)]
pub(crate) struct AllBuilt(Mutex<Vec<Built>>);

impl AllBuilt {
    pub(crate) fn add(&self, row: u16, began: Instant, took: Duration) {
        let row = usize::from(row);
        let mut built = lock(&self.0);
        built.push(Built { row, began, took });
    }

    pub(super) fn read(&self) -> Vec<Built> {
        lock(&self.0).clone()
    }
}
