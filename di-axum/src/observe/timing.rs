//! Durations, counted.

use std::time::Duration;

/// How many buckets there are; the last one is open.
pub(super) const BUCKETS: usize = 24;

/// How long something took, as a histogram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timing {
    /// How many times.
    pub count: u64,
    /// How long all of them took together.
    pub sum: Duration,
    /// How many took up to 2^i microseconds, and longer than 2^(i-1): up to a microsecond first, and all of more than 4.2 seconds last.
    pub buckets: [u64; BUCKETS],
}

impl Timing {
    pub(super) fn merge(&mut self, other: &Timing) {
        self.count += other.count;
        self.sum += other.sum;
        for (sum, bucket) in self.buckets.iter_mut().zip(other.buckets) {
            *sum += bucket;
        }
    }

    /// The upper bound of a bucket, which belongs to it; none for the last one.
    #[must_use]
    pub fn bound(bucket: usize) -> Option<Duration> {
        (bucket + 1 < BUCKETS).then(|| Duration::from_micros(1 << bucket))
    }

    /// How long the middle one took, to a factor of two: no longer than what this returns. `quantile(0.99)` is that of all but one in a hundred.
    #[must_use]
    pub fn quantile(&self, quantile: f64) -> Duration {
        let rank = (self.count as f64 * quantile).ceil() as u64;
        let mut seen = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= rank.max(1) {
                return Self::bound(bucket).unwrap_or(Duration::MAX);
            }
        }
        Duration::ZERO
    }
}

/// The same while one thread at a time counts it.
#[derive(Clone, Debug, Default)]
#[repr(C)]
pub(super) struct Tally {
    pub(super) nanos: u64,
    buckets: [u64; BUCKETS],
}

impl Tally {
    pub(super) fn add(&mut self, nanos: u64) {
        self.nanos += nanos;
        self.buckets[bucket(nanos)] += 1;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.nanos += other.nanos;
        for (sum, bucket) in self.buckets.iter_mut().zip(other.buckets) {
            *sum += bucket;
        }
    }

    pub(super) fn read(&self) -> Timing {
        Timing {
            count: self.buckets.iter().sum(),
            sum: Duration::from_nanos(self.nanos),
            buckets: self.buckets,
        }
    }
}

fn bucket(nanos: u64) -> usize {
    // A bound belongs to the bucket below it, as Prometheus has it (`le`). Most values are built in less than the first.
    if nanos <= 1_000 {
        return 0;
    }
    let micros = (nanos - 1) / 1_000;
    ((u64::BITS - micros.leading_zeros()) as usize).min(BUCKETS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_duration_is_longer_than_the_bound_of_its_bucket() {
        for nanos in [
            0,
            1,
            1_000,
            1_001,
            2_000,
            2_001,
            4_000,
            1_000_000,
            4_194_304_000,
        ] {
            let took = Duration::from_nanos(nanos);
            let bound = Timing::bound(bucket(nanos)).expect("none of these is in the last");
            assert!(
                took <= bound && (nanos <= 1_000 || took > bound / 2),
                "{took:?} {bound:?}"
            );
        }
        assert_eq!(bucket(5_000_000_000), BUCKETS - 1);
    }

    #[test]
    fn quantiles_are_those_of_what_was_counted() {
        let mut tally = Tally::default();
        for micros in 1..=100 {
            tally.add(micros * 1_000);
        }
        let timing = tally.read();
        assert_eq!(
            (timing.count, timing.sum),
            (100, Duration::from_micros(5050))
        );
        assert_eq!(timing.quantile(0.5), Duration::from_micros(64));
        assert_eq!(timing.quantile(0.99), Duration::from_micros(128));
        assert_eq!(Timing::default().quantile(0.5), Duration::ZERO);
    }
}
