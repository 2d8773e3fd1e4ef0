//! What all crates of the example speak: problems that become answers, request bodies, the clock and new ids.

#![forbid(unsafe_code)]

mod checks;
mod clock;
mod extract;
mod ids;
mod problem;

use di_axum::module;

pub use self::{
    checks::Checks,
    clock::{Clock, SystemClock, Timestamp},
    extract::{Body, Params, Segments},
    ids::{Ids, TimeIds},
    problem::{Problem, no_such_method, no_such_route, shaped},
};

/// The clock, and the ids that are made of it.
#[module(SystemClock, dyn Clock = SystemClock, TimeIds, dyn Ids = TimeIds)]
pub struct CommonModule;
