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
/// begins is what it is at. All times are nanoseconds from the start of the app; those of a poll are of the one that runs, or ran last.
#[derive(Default)]
pub(super) struct Place {
    at: AtomicU32,
    since: AtomicU64,
    /// How long all that was built and torn down took in this poll.
    known: AtomicU64,
    longest: AtomicU32,
    longest_for: AtomicU64,
    /// How long the root ran in it, without what was built meanwhile.
    root_for: AtomicU64,
}

impl Place {
    pub(super) fn begin_poll(&self) {
        self.known.store(0, Relaxed);
        self.longest_for.store(0, Relaxed);
        self.root_for.store(0, Relaxed);
    }

    /// It does this from now on.
    pub(super) fn moved(&self, to: At, now: u64, polled: u64) {
        if self.now() == At::Root {
            self.add(&self.root_for, self.kept(now, polled));
        }
        self.since.store(now, Relaxed);
        self.at.store(to.code(), Relaxed);
    }

    /// Some of what was built or torn down has ended: how long it took in this poll, and the longest of it.
    pub(super) fn ended(&self, known: u64, longest: (At, u64)) {
        self.add(&self.known, known);
        if longest.1 > self.longest_for.load(Relaxed) {
            self.longest_for.store(longest.1, Relaxed);
            self.longest.store(longest.0.code(), Relaxed);
        }
    }

    /// What kept its thread in a poll that is over: what took longest in it.
    pub(super) fn culprit(&self, polled: u64, now: u64) -> At {
        let kept = self.kept(now, polled);
        match self.now() {
            At::Elsewhere => {}
            At::Root => self.add(&self.root_for, kept),
            at => self.ended(kept, (at, kept)),
        }
        let (known, root) = (self.known.load(Relaxed), self.root_for.load(Relaxed));
        let elsewhere = now.saturating_sub(polled + known + root);
        let longest = self.longest_for.load(Relaxed);
        if elsewhere > longest.max(root) {
            At::Elsewhere
        } else if root >= longest {
            At::Root
        } else {
            At::decoded(self.longest.load(Relaxed))
        }
    }

    pub(super) fn now(&self) -> At {
        At::decoded(self.at.load(Relaxed))
    }

    /// For how long what it is at has kept its thread in this poll.
    fn kept(&self, now: u64, polled: u64) -> u64 {
        match polled {
            0 => 0,
            _ => now.saturating_sub(self.since.load(Relaxed).max(polled)),
        }
    }

    /// One thread writes: no more is needed.
    fn add(&self, to: &AtomicU64, more: u64) {
        to.store(to.load(Relaxed) + more, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kept_the_thread_longest_in_a_poll_is_found() {
        let place = Place::default();
        place.begin_poll();
        place.moved(At::Construct(7), 110, 100);
        place.ended(390, (At::Construct(7), 390));
        place.moved(At::Root, 510, 100);
        assert_eq!(place.culprit(100, 600), At::Construct(7));
        // The next poll is of the root alone, and how long it waited in between does not count.
        place.begin_poll();
        assert_eq!(place.culprit(9_000, 9_010), At::Root);
        // An extractor before anything of ours, or a layer behind it.
        let place = Place::default();
        place.begin_poll();
        place.moved(At::Root, 590, 100);
        assert_eq!(place.culprit(100, 600), At::Elsewhere);
        // Many that are short are named by the longest.
        let place = Place::default();
        place.begin_poll();
        place.ended(36, (At::Construct(2), 13));
        place.moved(At::Root, 137, 100);
        assert_eq!(place.culprit(100, 138), At::Construct(2));
        // What is built while the root runs is not the root's.
        let place = Place::default();
        place.begin_poll();
        place.moved(At::Root, 101, 100);
        place.moved(At::Construct(4), 105, 100);
        place.ended(50, (At::Construct(4), 50));
        place.moved(At::Root, 155, 100);
        assert_eq!(place.culprit(100, 160), At::Construct(4));
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
