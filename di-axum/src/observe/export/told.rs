//! What is new in a histogram since it was told last, as values that a recorder takes.

use super::family::Spread;

/// What a recorder was told of a histogram.
#[derive(Default)]
pub(super) struct ToldHistogram {
    counts: Vec<u64>,
    /// In seconds.
    sum: f64,
}

impl ToldHistogram {
    /// Values that have the buckets and the sum of what is new: each lies at the same share of its bucket's width.
    pub(super) fn values(&mut self, spread: &Spread) -> Vec<(f64, u64)> {
        let new = self.added(spread);
        // Where nothing else is known, what is in the open bucket is taken to be up to as much again.
        let width = |new: &Added| new.bound.map_or(new.above, |bound| bound - new.above);
        let all = |of: &dyn Fn(&Added) -> f64| {
            new.iter()
                .map(|new| new.count as f64 * of(new))
                .sum::<f64>()
        };
        let (least, widths) = (all(&|new| new.above), all(&width));
        let mut left = spread.sum.as_secs_f64() - self.sum;
        // Counts and sum are read one after the other: what is out of these bounds is told with the next ones.
        let share = ((left - least) / widths).clamp(0.0, 1.0);
        let value = |new: &Added| {
            let value = match new.bound {
                Some(bound) => (new.above + share * width(new)).min(bound),
                None => left / new.count as f64,
            };
            let value = match new.above > 0.0 {
                // The bound is in the bucket below.
                true => value.max(new.above.next_up()),
                false => value.max(0.0),
            };
            left -= value * new.count as f64;
            self.sum += value * new.count as f64;
            (value, new.count)
        };
        // The open bucket is the last one, and gets what is left.
        new.iter().map(value).collect()
    }

    fn added(&mut self, spread: &Spread) -> Vec<Added> {
        self.counts.resize(spread.buckets.len(), 0);
        let mut above = 0.0;
        let mut all = Vec::new();
        for ((bound, count), told) in spread.buckets.iter().zip(&mut self.counts) {
            let bound = bound.map(|bound| bound.as_secs_f64());
            let count = count.saturating_sub(std::mem::replace(told, *count));
            if count > 0 {
                all.push(Added {
                    count,
                    above,
                    bound,
                });
            }
            above = bound.unwrap_or(above);
        }
        all
    }
}

/// The new values of a bucket, all of which are told as one.
struct Added {
    count: u64,
    /// All of them are more than this.
    above: f64,
    /// And up to this, unless it is the last bucket.
    bound: Option<f64>,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::observe::timing::{Tally, Timing};

    /// The buckets of what was told, with the bounds of a timing.
    fn spread(values: &[(f64, u64)]) -> Vec<u64> {
        let bounds = (0..).map_while(Timing::bound);
        let bounds: Vec<f64> = bounds.map(|bound| bound.as_secs_f64()).collect();
        let mut buckets = vec![0; bounds.len() + 1];
        for (value, count) in values {
            let bucket = bounds.iter().position(|bound| value <= bound);
            buckets[bucket.unwrap_or(bounds.len())] += count;
        }
        buckets
    }

    #[test]
    fn what_is_told_has_the_buckets_and_the_sum_of_what_was_measured() {
        for measured in [
            vec![0, 1],
            vec![1_000, 1_001, 2_000],
            vec![999, 4_194_304_000, 4_194_304_001],
            vec![3_000_000; 7],
            vec![7_000, 70_000_000_000, 9_000_000_000],
            (0..5_000).map(|i| i * i * 31).collect(),
        ] {
            let (mut tally, mut told, mut values) =
                (Tally::default(), ToldHistogram::default(), Vec::new());
            // In three parts, the second of which is empty.
            let (first, second) = measured.split_at(measured.len() / 3);
            for part in [first, &[], second] {
                for nanos in part {
                    tally.add(*nanos);
                }
                values.extend(told.values(&Spread::of(&tally.read())));
            }
            let timing = tally.read();
            assert_eq!(spread(&values), timing.buckets, "{measured:?}");
            let sum: f64 = values.iter().map(|(value, n)| value * *n as f64).sum();
            let off = (sum - timing.sum.as_secs_f64()).abs();
            assert!(off <= 1e-12 + sum * 1e-9, "{sum} {:?}", timing.sum);
        }
    }

    #[test]
    fn a_sum_that_was_read_too_late_is_told_with_the_next_count() {
        let mut told = ToldHistogram::default();
        let of = |count, seconds| Spread::open(count, Duration::from_secs(seconds));
        assert_eq!(told.values(&of(1, 5)), [(5.0, 1)]);
        assert_eq!(told.values(&of(1, 8)), []);
        assert_eq!(told.values(&of(3, 10)), [(2.5, 2)]);
    }

    #[test]
    fn a_count_without_its_sum_stays_in_its_bucket() {
        let (mut told, mut tally) = (ToldHistogram::default(), Tally::default());
        tally.add(100_000);
        let mut timing = tally.read();
        timing.sum = Duration::ZERO;
        let values = told.values(&Spread::of(&timing));
        assert_eq!(spread(&values), timing.buckets);
    }
}
