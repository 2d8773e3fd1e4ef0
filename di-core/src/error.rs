//! What goes wrong at run time: a constructor that fails, at start-up or during a request.

use std::{any::Any, collections::VecDeque, error::Error, fmt};

use crate::{Graph, Panic, Scope, listed::Source, raw::Origin};

/// A source of an error, as every error type can become one.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Turns a constructor's error into the source of a [`BuildError`].
pub type IntoSource = fn(Box<dyn Any + Send>) -> Result<BoxError, Box<dyn Any + Send>>;

/// A singleton could not be constructed.
///
/// ```text
/// `SmtpMailer` could not be constructed: connection refused (needed by `SmtpMailer` <- `Outbox`)
/// ```
#[derive(Debug)]
pub struct BuildError {
    container: &'static str,
    path: Vec<&'static str>,
    source: BoxError,
}

impl BuildError {
    pub(crate) fn new(container: &'static str, path: Vec<&'static str>, source: BoxError) -> Self {
        BuildError {
            container,
            path,
            source,
        }
    }

    /// Of a draft whose graph is refused.
    pub(crate) fn refused(container: &'static str, texts: &[String]) -> Self {
        let source = format!("its graph is refused\n\n{}", texts.join("\n\n"));
        BuildError::new(container, Vec::new(), source.into())
    }

    /// The nodes from the entry that needs the failed one to the failed one itself, by the names they are listed under.
    pub fn path(&self) -> &[&'static str] {
        &self.path
    }

    /// The node that failed.
    pub fn node(&self) -> &'static str {
        self.path.last().copied().unwrap_or_default()
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` could not be built", self.container)?;
        if !self.path.is_empty() {
            write!(f, ": {}", self.path.join(" -> "))?;
        }
        write!(f, ": {}", self.source)
    }
}

impl Error for BuildError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

/// What blocks its thread found no thread to run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPlace {
    limit: Option<usize>,
}

impl NoPlace {
    /// All of this many places are taken.
    pub const fn all_taken(limit: usize) -> Self {
        NoPlace { limit: Some(limit) }
    }

    /// Nobody can run it: the runtime is gone.
    pub const fn nobody() -> Self {
        NoPlace { limit: None }
    }
}

impl fmt::Display for NoPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.limit {
            Some(limit) => write!(f, "all {limit} places of blocking work are taken"),
            None => f.write_str("there is no runtime that blocking work could run on"),
        }
    }
}

impl Error for NoPlace {}

/// Something has to be extracted from a request, and there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRequest;

impl fmt::Display for NoRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is extracted from a request, and there is none")
    }
}

impl Error for NoRequest {}

/// A singleton was asked for that is not there, since a test replaced what it was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotConstructed;

impl fmt::Display for NotConstructed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it was not constructed, since a test replaced what it was for")
    }
}

impl Error for NotConstructed {}

/// A value is handed in when a scope is opened, and this one was opened without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotHandedIn;

impl fmt::Display for NotHandedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is handed in when a scope is opened, and was not")
    }
}

impl Error for NotHandedIn {}

/// The app is shut down, or being built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotRunning {
    is_early: bool,
}

impl NotRunning {
    /// It is not built yet.
    pub const EARLY: Self = NotRunning { is_early: true };
    /// It is shut down.
    pub const OVER: Self = NotRunning { is_early: false };
}

impl fmt::Display for NotRunning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.is_early {
            true => "the app is not built yet",
            false => "the app is shut down",
        })
    }
}

impl Error for NotRunning {}
/// A constructor asked for a lazy value that needs this constructor itself, or that waits for it: they would wait for each other
/// for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circle {
    names: Vec<&'static str>,
}

impl Circle {
    /// Who waits for whom, by the names that they are listed under; the first is repeated at the end.
    pub fn path(&self) -> &[&'static str] {
        &self.names
    }
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "its constructor would wait for itself: {}",
            self.names.join(" -> ")
        )
    }
}

impl Error for Circle {}

/// A lazy value was asked for when its scope was over, or its app was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Over;

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it was asked for when its scope was over")
    }
}

impl Error for Over {}

/// A lazy singleton was asked for during start-up, before a singleton was there that it needs. Whoever asks is built before that
/// one where that one needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Early;

impl fmt::Display for Early {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it was not there yet, since start-up is not over")
    }
}

impl Error for Early {}

/// A lazy value that could not be built: what a facade makes its error of.
pub struct NotBuilt {
    failure: Failure,
    origin: Origin,
}

impl NotBuilt {
    pub(crate) fn new(failure: Failure, origin: Origin) -> Self {
        NotBuilt { failure, origin }
    }

    /// The graph of its container.
    pub fn graph(&self) -> Graph {
        self.origin.graph
    }

    /// What was asked for.
    pub fn asked(&self) -> [Source; 1] {
        [Source::Row(self.origin.row)]
    }

    /// What failed.
    pub fn failure(&self) -> &Failure {
        &self.failure
    }

    /// What failed.
    pub fn into_failure(self) -> Failure {
        self.failure
    }
}

impl From<NotBuilt> for BuildError {
    fn from(error: NotBuilt) -> Self {
        let origin = error.origin;
        let path = error.failure.path(origin.graph, &error.asked());
        let source = error.failure.into_source(origin.graph);
        BuildError::new(origin.container, path, source)
    }
}

/// A constructor or extractor that failed during a request.
pub struct Failure {
    row: u16,
    error: Box<dyn Any + Send>,
}

impl Failure {
    pub(crate) const fn new(row: u16, error: Box<dyn Any + Send>) -> Self {
        Failure { row, error }
    }

    /// Of a row with an extractor, where there is no request.
    #[cold]
    pub(crate) fn without_request(row: u16) -> Self {
        Failure::new(row, Box::new(NoRequest))
    }

    /// Of a singleton that is not there, since a test replaced what it was for.
    #[cold]
    pub(crate) fn not_constructed(row: u16) -> Self {
        Failure::new(row, Box::new(NotConstructed))
    }

    /// Of a row that is handed in when a scope is opened, where it was not.
    #[cold]
    pub(crate) fn not_handed_in(row: u16) -> Self {
        Failure::new(row, Box::new(NotHandedIn))
    }

    /// Of a row that was asked for when the app was shut down.
    #[cold]
    pub(crate) fn not_running(row: u16) -> Self {
        Failure::new(row, Box::new(NotRunning::OVER))
    }

    /// Of what a constructor asked for that would wait for itself.
    #[cold]
    pub(crate) fn circle(row: u16, names: Vec<&'static str>) -> Self {
        Failure::new(row, Box::new(Circle { names }))
    }

    /// Of what was asked for when its scope was over.
    #[cold]
    pub(crate) fn over(row: u16) -> Self {
        Failure::new(row, Box::new(Over))
    }

    /// Of a singleton that is not there yet.
    #[cold]
    pub(crate) fn early(row: u16) -> Self {
        Failure::new(row, Box::new(Early))
    }

    /// An error of ours, of no constructor.
    fn own(&self) -> Option<BoxError> {
        fn found<E: Error + Clone + Send + Sync + 'static>(
            error: &(dyn Any + Send),
        ) -> Option<BoxError> {
            let error = error.downcast_ref::<E>()?;
            Some(Box::new(error.clone()))
        }
        let error = &*self.error;
        found::<NoRequest>(error)
            .or_else(|| found::<NotConstructed>(error))
            .or_else(|| found::<Circle>(error))
            .or_else(|| found::<Over>(error))
            .or_else(|| found::<NotHandedIn>(error))
            .or_else(|| found::<NotRunning>(error))
            .or_else(|| found::<NoPlace>(error))
            .or_else(|| found::<Early>(error))
    }

    /// The error, as the source of another.
    pub fn into_source(self, graph: Graph) -> BoxError {
        if let Some(error) = self.own() {
            return error;
        }
        let errors = graph.errors(self.row);
        match (self.error.downcast::<Panic>(), errors.source) {
            (Ok(panic), _) => panic,
            (Err(error), Some(convert)) => {
                convert(error).unwrap_or_else(|_| "unknown error".into())
            }
            (Err(_), None) => "its error type is not `std::error::Error`".into(),
        }
    }

    /// The row that failed; for an extractor, the row that asked for it.
    pub fn row(&self) -> u16 {
        self.row
    }

    /// The nodes from what a root asks for to the one that failed, by the names they are listed under: the shortest way, if there are
    /// several. O(nodes + edges).
    pub fn path(&self, graph: Graph, root: &[Source]) -> Vec<&'static str> {
        // For each row that was seen the one that asks for it; those that the root asks for have themselves there.
        let mut seen: Vec<Option<u16>> = vec![None; graph.rows.len()];
        let mut queue = VecDeque::from([(None, root)]);
        while let Some((from, sources)) = queue.pop_front() {
            for source in sources {
                // Below a singleton nothing is constructed in a request.
                if let Some(to) = source.row()
                    && (graph.rows[usize::from(to)].scope != Scope::Singleton
                        || graph.rows[usize::from(to)].is_lazy)
                    && seen[usize::from(to)].is_none()
                {
                    seen[usize::from(to)] = Some(from.unwrap_or(to));
                    queue.push_back((Some(to), graph.sources(to)));
                }
            }
        }
        let mut path = vec![graph.name(self.row)];
        let mut row = self.row;
        while let Some(from) = seen[usize::from(row)]
            && from != row
        {
            path.push(graph.name(from));
            row = from;
        }
        path.reverse();
        path
    }

    /// What is kept of the error when it is used up; none where it is no constructor's, as an extractor's rejection.
    pub fn kept(&self, graph: Graph) -> Option<BoxError> {
        if let Some(error) = self.own() {
            return Some(error);
        }
        let maker = graph.rows[usize::from(self.row)].maker.as_ref()?;
        maker.kept?(&*self.error)
    }

    /// The error, as the constructor returned it.
    pub fn into_error(self) -> Box<dyn Any + Send> {
        self.error
    }
}
