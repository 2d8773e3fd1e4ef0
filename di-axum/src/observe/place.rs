//! What a scope does, and what of it keeps its thread.

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
/// begins is what it is at. All times are nanoseconds from the beginning of the scope.
#[derive(Default)]
pub(super) struct Place {
    at: AtomicU32,
    since: AtomicU64,
    /// What kept its thread longest in this poll, of what has ended in it and was slow.
    longest: AtomicU32,
    longest_for: AtomicU64,
}

impl Place {
    pub(super) fn begin_poll(&self) {
        self.longest_for.store(0, Relaxed);
    }

    /// It does this from now on.
    pub(super) fn moved(&self, to: At, now: u64) {
        self.since.store(now, Relaxed);
        self.at.store(to.code(), Relaxed);
    }

    /// It does nothing of ours any more, if this was the last that it did.
    pub(super) fn left(&self, from: At, now: u64) {
        if self.at.load(Relaxed) == from.code() {
            self.moved(At::Elsewhere, now);
        }
    }

    /// Something has ended that kept its thread for so long, in this poll.
    pub(super) fn was_slow(&self, at: At, kept: u64) {
        if kept > self.longest_for.load(Relaxed) {
            self.longest_for.store(kept, Relaxed);
            self.longest.store(at.code(), Relaxed);
        }
    }

    /// What kept its thread in a poll that is over, and was slow: nothing of ours, unless that is most of it.
    pub(super) fn culprit(&self, polled: u64, now: u64) -> At {
        let kept = now.saturating_sub(self.since.load(Relaxed).max(polled));
        self.was_slow(self.now(), kept);
        match self.longest_for.load(Relaxed) * 2 >= now.saturating_sub(polled) {
            true => At::decoded(self.longest.load(Relaxed)),
            false => At::Elsewhere,
        }
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
        place.begin_poll();
        place.moved(At::Construct(7), 110);
        place.was_slow(At::Construct(7), 390);
        place.moved(At::Root, 510);
        assert_eq!(place.culprit(100, 600), At::Construct(7));
        // The next poll is of the root alone, and how long it waited in between does not count.
        place.begin_poll();
        assert_eq!(place.culprit(9_000, 9_010), At::Root);
        // An extractor before anything of ours.
        let place = Place::default();
        place.begin_poll();
        place.moved(At::Root, 590);
        assert_eq!(place.culprit(100, 600), At::Elsewhere);
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
