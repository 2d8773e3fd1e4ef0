//! What a scope does, and which of it kept its thread longest.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use di_core::__private::Act;

/// What a scope does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// Nothing of ours: an extractor, or a layer.
    Elsewhere,
    /// Its handler, task or service.
    Root,
    Construct(u16),
    Teardown(u16),
}

impl At {
    pub(super) fn of(act: Act, row: u16) -> Self {
        match act {
            Act::Construct => At::Construct(row),
            Act::Teardown => At::Teardown(row),
        }
    }

    fn code(self) -> u32 {
        match self {
            At::Elsewhere => 0,
            At::Root => 1,
            At::Construct(row) => 1 << 16 | u32::from(row),
            At::Teardown(row) => 2 << 16 | u32::from(row),
        }
    }

    fn decoded(code: u32) -> Self {
        match (code >> 16, code as u16) {
            (0, 1) => At::Root,
            (1, row) => At::Construct(row),
            (2, row) => At::Teardown(row),
            _ => At::Elsewhere,
        }
    }
}

/// Written by whoever polls the scope, read by the watchdog. Where values of one scope are built at once, on several threads, the last one that
/// begins is what it is at.
#[derive(Default)]
pub(super) struct Place {
    at: AtomicU32,
    since: AtomicU64,
    /// In the poll that runs, or ran last.
    longest: AtomicU32,
    longest_for: AtomicU64,
}

impl Place {
    pub(super) fn begin_poll(&self, now: u64) {
        self.since.store(now, Relaxed);
        self.longest_for.store(0, Relaxed);
    }

    /// It does this from now on.
    pub(super) fn moved(&self, to: At, now: u64) {
        let kept = now.saturating_sub(self.since.load(Relaxed));
        if kept >= self.longest_for.load(Relaxed) {
            self.longest_for.store(kept, Relaxed);
            self.longest.store(self.at.load(Relaxed), Relaxed);
        }
        self.since.store(now, Relaxed);
        self.at.store(to.code(), Relaxed);
    }

    /// It does nothing of ours any more, if this was the last that it did.
    pub(super) fn left(&self, from: At, now: u64) {
        if self.at.load(Relaxed) == from.code() {
            self.moved(At::Elsewhere, now);
        }
    }

    pub(super) fn end_poll(&self, now: u64) -> At {
        self.moved(At::decoded(self.at.load(Relaxed)), now);
        At::decoded(self.longest.load(Relaxed))
    }

    pub(super) fn now(&self) -> At {
        At::decoded(self.at.load(Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kept_the_thread_longest_in_a_poll_is_found() {
        let place = Place::default();
        place.begin_poll(100);
        place.moved(At::Construct(7), 110);
        place.moved(At::Construct(8), 500);
        place.moved(At::Root, 510);
        assert_eq!(place.end_poll(600), At::Construct(7));
        // The next poll is of the root alone, and how long it waited in between does not count.
        place.begin_poll(9_000);
        assert_eq!(place.end_poll(9_010), At::Root);
    }

    #[test]
    fn each_place_is_read_as_it_was_written() {
        for at in [
            At::Elsewhere,
            At::Root,
            At::Construct(0),
            At::Construct(u16::MAX),
            At::Teardown(3),
        ] {
            assert_eq!(At::decoded(at.code()), at);
        }
    }
}
