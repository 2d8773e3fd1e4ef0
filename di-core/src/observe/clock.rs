//! The clock of what is observed.

/// A moment, as a [`Clock`] shows it: in its own unit, from its own beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tick(u64);

impl Tick {
    /// Before all others.
    pub const NEVER: Tick = Tick(0);

    /// As a number, for an atomic.
    #[must_use]
    pub fn bits(self) -> u64 {
        self.0
    }

    /// The moment of this number.
    #[must_use]
    pub fn of_bits(bits: u64) -> Self {
        Tick(bits)
    }
}

/// A clock that is read for each value that is built: it counts the processor's cycles where they can be, which costs a part of what the system's clock does,
/// and makes time of them only when it is asked to.
#[derive(Clone, Debug, Default)]
pub struct Clock(quanta::Clock);

impl Clock {
    /// Finds out, once for each process, how long a cycle is.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Now; never [`Tick::NEVER`].
    #[inline]
    #[must_use]
    pub fn now(&self) -> Tick {
        Tick(self.0.raw().max(1))
    }

    /// Nanoseconds from one moment to the other; 0 where that was before, which cycles of two processors may seem to be.
    #[inline]
    #[must_use]
    pub fn nanos(&self, from: Tick, to: Tick) -> u64 {
        self.0.delta_as_nanos(from.0, to.0)
    }
}
