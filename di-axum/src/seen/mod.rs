//! Who sees a scope while it is open: with the feature `observe`, what counts it. Without, nobody, and nothing is done.

use di_core::{__private::Source, Meta};

#[cfg(not(feature = "observe"))]
mod off;
#[cfg(feature = "observe")]
mod on;

#[cfg(not(feature = "observe"))]
pub(crate) use self::off::Seen;
#[cfg(feature = "observe")]
pub(crate) use self::on::Seen;

/// A handler, and what it asks for, in the order of its parameters.
#[derive(Clone, Copy)]
#[cfg_attr(
    not(feature = "observe"),
    expect(dead_code, reason = "nobody reads it")
)]
pub(crate) struct Root {
    pub(crate) meta: &'static Meta,
    pub(crate) asks: &'static [Source],
    /// How many of those are its guards, which come first.
    pub(crate) guards: usize,
}

/// What runs beside requests, in a scope of its own.
#[derive(Clone, Copy)]
pub(crate) enum Beside {
    Task,
    Service,
}
