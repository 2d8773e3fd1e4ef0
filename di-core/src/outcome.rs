//! How a scope ended, and what is told to those who have to close something.

/// How the work of a scope ended: what a `teardown` fn is told.
///
/// | | when | a unit of work |
/// |---|---|---|
/// | `Success` | the handler answered with a status below 400; an app that is shut down | commits |
/// | `Failed` | it answered 400 or above, or a constructor did in its place; outside of requests an error, as 500 | rolls back |
/// | `Panicked` | a constructor, guard, extractor or handler panicked | rolls back |
/// | `Cancelled` | the client went away before the answer was there | rolls back |
///
/// A teardown that fails turns `Success` into `Failed` with status 500, for those that come after it and for the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// It did what it was there for.
    Success,
    /// It ended with an error.
    #[non_exhaustive]
    Failed {
        /// The status of the answer, 400 to 599; outside of requests 500.
        status: u16,
    },
    /// It panicked.
    Panicked,
    /// It was given up before its end.
    Cancelled,
}

impl Outcome {
    /// The outcome of work that ended with this status of HTTP.
    ///
    /// ```
    /// # use di_core::Outcome;
    /// assert_eq!(Outcome::of_status(204), Outcome::Success);
    /// assert!(matches!(Outcome::of_status(404), Outcome::Failed { status: 404, .. }));
    /// ```
    pub const fn of_status(status: u16) -> Self {
        if status < 400 {
            Outcome::Success
        } else {
            Outcome::Failed { status }
        }
    }

    /// Whether the work is to be kept.
    pub const fn is_success(self) -> bool {
        matches!(self, Outcome::Success)
    }
}
