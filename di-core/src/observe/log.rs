//! What was done, with the time.

use super::{Act, Clock, Tick};

/// Something that was done with a value.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    /// When it was over. It began when the one before it in the log was.
    pub until: Tick,
    /// Its row in the graph.
    pub row: u16,
    /// What.
    pub act: Act,
    /// Whether it failed, or panicked.
    pub is_failed: bool,
    /// Whether the clock was read; else it took no time, and the scope's [`Mark`](super::Mark) never said that it was at it.
    pub is_timed: bool,
}

/// What was done, in this order.
#[derive(Debug)]
pub struct Log(Vec<Entry>);

#[derive(Clone, Copy, Debug)]
enum Entry {
    /// Something else was done until then.
    Else(Tick),
    Took(Took),
}

/// How much is done before it is told.
const MANY: usize = 16;

impl Log {
    pub(super) fn new() -> Self {
        Log(Vec::with_capacity(MANY))
    }

    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= MANY
    }

    /// Whether nothing was done.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self.0[..], [] | [Entry::Else(_)])
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// What is added next began then.
    pub(super) fn goes_on(&mut self, since: Tick) {
        match self.0.last_mut() {
            Some(Entry::Else(until)) => *until = since,
            _ => self.0.push(Entry::Else(since)),
        }
    }

    pub(super) fn add(&mut self, took: Took) {
        self.0.push(Entry::Took(took));
    }

    /// All of it, and how many nanoseconds each took.
    pub fn each<'l>(&'l self, clock: &'l Clock) -> impl Iterator<Item = (&'l Took, u64)> {
        let mut before = None;
        self.0.iter().filter_map(move |entry| match entry {
            Entry::Else(until) => {
                before = Some(*until);
                None
            }
            Entry::Took(took) => {
                let began = before.replace(took.until).unwrap_or(took.until);
                // Most are only put together.
                let nanos = match began == took.until {
                    true => 0,
                    false => clock.nanos(began, took.until),
                };
                Some((took, nanos))
            }
        })
    }

    /// What was done last of what the scope's mark has said.
    #[must_use]
    pub fn last_timed(&self) -> Option<&Took> {
        self.0.iter().rev().find_map(|entry| match entry {
            Entry::Took(took) if took.is_timed => Some(took),
            _ => None,
        })
    }

    /// What was done last.
    #[must_use]
    pub fn last(&self) -> Option<&Took> {
        self.0.iter().rev().find_map(|entry| match entry {
            Entry::Took(took) => Some(took),
            Entry::Else(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_took_as_long_as_since_the_one_before() {
        let (clock, mut log) = (Clock::new(), Log::new());
        let at = Tick::of_bits;
        let took = |until, row| Took {
            until: at(until),
            row,
            act: Act::Construct,
            is_failed: false,
            is_timed: true,
        };
        assert!(log.is_empty());
        log.goes_on(at(1_000));
        assert!(log.is_empty() && log.last().is_none());
        log.add(took(3_000, 1));
        log.add(took(7_000, 2));
        log.goes_on(at(20_000));
        log.add(took(25_000, 3));
        let all = log.each(&clock).map(|(took, nanos)| (took.row, nanos));
        let nanos = |ticks: u64| clock.nanos(at(1), at(1 + ticks));
        let expected = [(1, nanos(2_000)), (2, nanos(4_000)), (3, nanos(5_000))];
        assert_eq!(all.collect::<Vec<_>>(), expected);
        log.goes_on(at(30_000));
        log.goes_on(at(40_000));
        assert_eq!(log.last().map(|took| took.row), Some(3));
        log.clear();
        assert!(log.is_empty());
    }
}
