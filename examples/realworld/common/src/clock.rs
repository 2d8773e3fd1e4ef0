//! What time it is, through a trait, so that a test can say so.

use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

use di_axum::injectable;
use serde::{Serialize, Serializer};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The time of now.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[injectable(singleton)]
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let millis = since.map_or(0, |since| since.as_millis());
        Timestamp(i64::try_from(millis).unwrap_or(i64::MAX))
    }
}

/// Milliseconds since 1970, which is how the database has them, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

/// ISO 8601, with milliseconds and `Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = jiff::Timestamp::from_millisecond(self.0).map_err(|_| fmt::Error)?;
        write!(f, "{time:.3}")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_always_written() {
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(
            Timestamp(1_456_789_012_340).to_string(),
            "2016-02-29T23:36:52.340Z"
        );
        let now = SystemClock.now();
        assert!(now > Timestamp(1_700_000_000_000), "{now}");
    }
}
