//! New ids, through a trait, so that a test can foresee them.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering::Relaxed},
};

use di_axum::injectable;

use crate::{Clock, Timestamp};

/// Makes ids.
pub trait Ids: Send + Sync {
    /// One that was not there before, and is greater than those.
    fn next(&self) -> i64;
}

/// The first id's time, 2020-01-01: the fewer bits, the longer the ids stay exact where a client reads them as `f64`.
const SINCE: Timestamp = Timestamp(1_577_836_800_000);

/// Milliseconds in front of a counter of twelve bits: in the order of their time, without asking the database, and within 53 bits until 2089. Several
/// processes on one database would need some bits for the process, and a clock that is set back while the process does not run could repeat an id, which the
/// database refuses.
pub struct TimeIds {
    clock: Arc<dyn Clock>,
    last: AtomicI64,
}

#[injectable(singleton)]
impl TimeIds {
    /// Ids of the clock's time.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let last = AtomicI64::new(0);
        Self { clock, last }
    }
}

impl Ids for TimeIds {
    fn next(&self) -> i64 {
        let first = (self.clock.now().0 - SINCE.0) << 12;
        let next = |last: i64| first.max(last + 1);
        match self
            .last
            .fetch_update(Relaxed, Relaxed, |last| Some(next(last)))
        {
            Ok(last) | Err(last) => next(last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Stopped;

    impl Clock for Stopped {
        fn now(&self) -> Timestamp {
            Timestamp(SINCE.0 + 1)
        }
    }

    #[test]
    fn ids_grow_also_while_the_clock_stands() {
        let ids = TimeIds::new(Arc::new(Stopped));
        let made: Vec<_> = (0..5_000).map(|_| ids.next()).collect();
        assert_eq!(made[0], 1 << 12);
        assert!(made.is_sorted_by(|one, next| one < next));
    }
}
