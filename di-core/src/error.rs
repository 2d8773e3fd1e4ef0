//! What goes wrong at run time: a constructor that fails, at start-up or during a request.

use std::{any::Any, error::Error, fmt};

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
        write!(
            f,
            "`{}` could not be built: {}",
            self.container,
            self.path.join(" -> ")
        )?;
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

    /// The row that failed; for an extractor, the row that asked for it.
    pub fn row(&self) -> u16 {
        self.row
    }

    /// The error, as the constructor returned it.
    pub fn into_error(self) -> Box<dyn Any + Send> {
        self.error
    }
}
