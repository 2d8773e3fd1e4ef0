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

/// What is done with a value.
#[cfg(not(feature = "observe"))]
#[derive(Clone, Copy)]
pub(crate) enum Act {
    Construct,
    Teardown,
}
