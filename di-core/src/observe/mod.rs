//! Who is told what is built and torn down, and how long it takes: with the feature `observe`. Without it everything here is empty, and what
//! calls it is the same.

#[cfg(feature = "observe")]
mod clock;
#[cfg(feature = "observe")]
mod log;
#[cfg(feature = "observe")]
mod mark;
#[cfg(not(feature = "observe"))]
mod off;
#[cfg(feature = "observe")]
mod on;

#[cfg(not(feature = "observe"))]
pub(crate) use self::off::{Observed, Watch};
#[cfg(feature = "observe")]
pub(crate) use self::on::{Observed, Watch};
#[cfg(feature = "observe")]
pub use self::{
    clock::{Clock, Tick},
    log::{Log, Took},
    mark::{Doing, Mark},
    on::{Act, Observer},
};

/// A row whose constructor runs.
#[derive(Clone, Copy)]
#[cfg_attr(
    not(feature = "observe"),
    expect(dead_code, reason = "nobody reads it")
)]
pub(crate) struct Constructed {
    pub(crate) row: u16,
    /// Whether nothing of the user's runs: then it takes no time that a clock could show.
    pub(crate) is_assembled: bool,
}

/// What is done with a value.
#[cfg(not(feature = "observe"))]
#[derive(Clone, Copy)]
pub(crate) enum Act {
    Construct,
    Teardown,
}
