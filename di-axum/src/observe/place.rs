//! What keeps the thread of a scope.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use di_core::__private::{Clock, Doing, Log, Mark, Tick, Took};

/// How long what a scope does keeps its thread. Written by whoever polls the scope; what is said of a poll is so of the one that runs, or ran last, and in
/// nanoseconds.
#[derive(Default)]
pub(super) struct Place {
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

    /// The root, where it runs, is through, or waits for what is built for it.
    pub(super) fn root_left(&self, mark: &Mark, clock: &Clock, now: Tick) {
        if mark.is_at_root() {
            self.add(&self.root_for, kept(mark, clock, mark.polled(), now));
        }
    }

    /// What the log says has ended, the last of it until then, and comes to this: how much of it was in this poll.
    pub(super) fn ended(&self, log: &Log, mark: &Mark, clock: &Clock, until: Tick, mut sum: Sum) {
        let polled = mark.polled();
        if polled == Tick::NEVER {
            return;
        }
        let mut before = clock.nanos(polled, until);
        // What began before it was waited for.
        if sum.all > before {
            sum = Sum::default();
            let all: Vec<_> = log.each(clock).collect();
            for (took, nanos) in all.into_iter().rev() {
                let kept = nanos.min(before);
                sum.add(took, kept);
                before -= kept;
            }
        }
        self.count(sum.all, sum.longest);
    }

    fn count(&self, known: u64, longest: (Doing, u64)) {
        self.add(&self.known, known);
        if longest.1 > self.longest_for.load(Relaxed) {
            self.longest_for.store(longest.1, Relaxed);
            self.longest.store(longest.0.code(), Relaxed);
        }
    }

    /// What kept its thread in a poll that is over: what took longest in it.
    pub(super) fn culprit(&self, mark: &Mark, clock: &Clock, polled: Tick, now: Tick) -> Doing {
        let last = kept(mark, clock, polled, now);
        match mark.at() {
            Doing::Elsewhere => {}
            Doing::Root => self.add(&self.root_for, last),
            at => self.count(last, (at, last)),
        }
        let (known, root) = (self.known.load(Relaxed), self.root_for.load(Relaxed));
        let elsewhere = clock.nanos(polled, now).saturating_sub(known + root);
        let longest = self.longest_for.load(Relaxed);
        if elsewhere > longest.max(root) {
            Doing::Elsewhere
        } else if root >= longest {
            Doing::Root
        } else {
            Doing::decoded(self.longest.load(Relaxed))
        }
    }

    /// One thread writes: no more is needed.
    fn add(&self, to: &AtomicU64, more: u64) {
        to.store(to.load(Relaxed) + more, Relaxed);
    }
}

/// How long some of what was built and torn down took, and the longest of it.
pub(super) struct Sum {
    all: u64,
    longest: (Doing, u64),
}

impl Default for Sum {
    fn default() -> Self {
        Sum {
            all: 0,
            longest: (Doing::Elsewhere, 0),
        }
    }
}

impl Sum {
    pub(super) fn add(&mut self, took: &Took, nanos: u64) {
        self.all += nanos;
        if nanos > self.longest.1 {
            self.longest = (Doing::of(took.act, took.row), nanos);
        }
    }
}

/// For how long what it is at has kept its thread in this poll.
fn kept(mark: &Mark, clock: &Clock, polled: Tick, now: Tick) -> u64 {
    match polled {
        Tick::NEVER => 0,
        _ => clock.nanos(mark.since().max(polled), now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A place whose poll began at 100.
    struct Polled {
        place: Place,
        mark: Mark,
        clock: Clock,
    }

    fn tick(at: u64) -> Tick {
        Tick::of_bits(at * 1_000)
    }

    impl Polled {
        fn new() -> Self {
            let (place, mark) = (Place::default(), Mark::default());
            place.begin_poll();
            mark.set_polled(tick(100));
            let clock = Clock::new();
            Polled { place, mark, clock }
        }

        fn moved(&self, to: Doing, now: u64) {
            self.place.root_left(&self.mark, &self.clock, tick(now));
            self.mark.set(to, tick(now));
        }

        /// All that has ended, and the longest of it.
        fn ended(&self, known: u64, longest: (Doing, u64)) {
            let nanos = |ticks| self.clock.nanos(tick(1), tick(1 + ticks));
            self.place
                .count(nanos(known), (longest.0, nanos(longest.1)));
        }

        fn culprit(&self, began: u64, now: u64) -> Doing {
            let (began, now) = (tick(began), tick(now));
            self.place.culprit(&self.mark, &self.clock, began, now)
        }
    }

    #[test]
    fn what_kept_the_thread_longest_in_a_poll_is_found() {
        let polled = Polled::new();
        polled.moved(Doing::Construct(7), 110);
        polled.ended(390, (Doing::Construct(7), 390));
        polled.moved(Doing::Root, 510);
        assert_eq!(polled.culprit(100, 600), Doing::Construct(7));
        // The next poll is of the root alone, and how long it waited in between does not count.
        polled.place.begin_poll();
        assert_eq!(polled.culprit(9_000, 9_010), Doing::Root);
        // An extractor before anything of ours, or a layer behind it.
        let polled = Polled::new();
        polled.moved(Doing::Root, 590);
        assert_eq!(polled.culprit(100, 600), Doing::Elsewhere);
        // Many that are short are named by the longest.
        let polled = Polled::new();
        polled.ended(36, (Doing::Construct(2), 13));
        polled.moved(Doing::Root, 137);
        assert_eq!(polled.culprit(100, 138), Doing::Construct(2));
        // What is built while the root runs is not the root's.
        let polled = Polled::new();
        polled.moved(Doing::Root, 101);
        polled.moved(Doing::Construct(4), 105);
        polled.ended(50, (Doing::Construct(4), 50));
        polled.moved(Doing::Root, 155);
        assert_eq!(polled.culprit(100, 160), Doing::Construct(4));
    }
}
