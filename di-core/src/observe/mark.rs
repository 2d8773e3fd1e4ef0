//! What a scope does now, for whoever looks from another thread.

use std::sync::atomic::{
    AtomicU32, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

use super::{Act, Tick};

/// What a scope does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Nothing of ours: an extractor, or a layer.
    Elsewhere,
    /// Its handler, task or service.
    Root,
    /// The constructor of a row runs.
    Construct(u16),
    /// A value of a row is torn down.
    Teardown(u16),
}

impl Doing {
    /// This is done with a row.
    #[inline]
    #[must_use]
    pub fn of(act: Act, row: u16) -> Self {
        match act {
            Act::Construct => Doing::Construct(row),
            Act::Teardown => Doing::Teardown(row),
        }
    }

    /// As a number, for an atomic.
    #[inline]
    #[must_use]
    pub fn code(self) -> u32 {
        match self {
            Doing::Elsewhere => 0,
            Doing::Root => 1,
            Doing::Construct(row) => 1 << 16 | u32::from(row),
            Doing::Teardown(row) => 2 << 16 | u32::from(row),
        }
    }

    /// What has this number.
    #[must_use]
    pub fn decoded(code: u32) -> Self {
        match (code >> 16, code as u16) {
            (0, 1) => Doing::Root,
            (1, row) => Doing::Construct(row),
            (2, row) => Doing::Teardown(row),
            _ => Doing::Elsewhere,
        }
    }
}

/// Written by whoever polls the scope. Where values of one scope are built at once, on several threads, the last one that begins is what it is at.
///
/// Its line is no other scope's, which another thread may poll, nor is the one beside it, as a processor fetches two at once. By distance and not by
/// alignment: the counts of an `Arc` are then in the same line, since who writes the one counts the other.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Mark {
    at: AtomicU32,
    since: AtomicU64,
    polled: AtomicU64,
    apart: [u64; 21],
}

impl Mark {
    /// It does this, since then.
    #[inline]
    pub fn set(&self, at: Doing, since: Tick) {
        self.since.store(since.bits(), Relaxed);
        self.at.store(at.code(), Relaxed);
    }

    /// What it does.
    #[inline]
    #[must_use]
    pub fn at(&self) -> Doing {
        Doing::decoded(self.at.load(Relaxed))
    }

    /// Whether its root runs.
    #[inline]
    #[must_use]
    pub fn is_at_root(&self) -> bool {
        self.at.load(Relaxed) == Doing::Root.code()
    }

    /// Since when.
    #[must_use]
    pub fn since(&self) -> Tick {
        Tick::of_bits(self.since.load(Relaxed))
    }

    /// When the poll began that runs; never, when none does.
    #[must_use]
    pub fn polled(&self) -> Tick {
        Tick::of_bits(self.polled.load(Acquire))
    }

    /// A poll begins then, or is over.
    pub fn set_polled(&self, began: Tick) {
        self.polled.store(began.bits(), Release);
    }

    /// As it was before anything was done.
    pub fn clear(&self) {
        self.set(Doing::Elsewhere, Tick::NEVER);
        self.set_polled(Tick::NEVER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_is_read_as_it_was_written() {
        let mark = Mark::default();
        assert_eq!(mark.at(), Doing::Elsewhere);
        for at in [
            Doing::Elsewhere,
            Doing::Root,
            Doing::Construct(0),
            Doing::Construct(u16::MAX),
            Doing::Teardown(3),
        ] {
            mark.set(at, Tick::of_bits(7));
            assert_eq!((mark.at(), mark.since()), (at, Tick::of_bits(7)));
            assert_eq!(mark.is_at_root(), at == Doing::Root);
        }
    }
}
