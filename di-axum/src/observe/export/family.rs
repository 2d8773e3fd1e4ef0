//! Metrics, before they are written in somebody's format.

use std::{collections::HashMap, time::Duration};

use crate::observe::Timing;

/// Names and values. A client's words are none of them, since of those there is no end.
pub(super) type Labels = Vec<(&'static str, String)>;

/// All that has one name.
pub(super) struct Family {
    /// After the conventions of Prometheus: a unit without prefix in it, and `_total` at the end of a counter's.
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) kind: Kind,
    /// Whether half of the buckets are enough: there may be hundreds of these, and for Prometheus each bucket is a time series.
    #[cfg_attr(
        not(feature = "prometheus"),
        expect(dead_code, reason = "a recorder has buckets of its own")
    )]
    pub(super) is_coarse: bool,
    pub(super) samples: Vec<(Labels, Value)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// A value, counted from the start of the app unless it is a gauge.
pub(super) enum Value {
    Counter(u64),
    Gauge(f64),
    Histogram(Spread),
}

/// How durations are spread over buckets.
pub(super) struct Spread {
    /// The upper bound of each, which belongs to it and which the last one lacks, and how many are in it.
    pub(super) buckets: Vec<(Option<Duration>, u64)>,
    pub(super) sum: Duration,
}

impl Family {
    pub(super) fn counter(
        name: &'static str,
        help: &'static str,
        samples: impl IntoIterator<Item = (Labels, u64)>,
    ) -> Self {
        let samples = samples.into_iter();
        let samples = samples.map(|(labels, count)| (labels, Value::Counter(count)));
        Self::new(name, help, Kind::Counter, samples)
    }

    pub(super) fn gauge(
        name: &'static str,
        help: &'static str,
        samples: impl IntoIterator<Item = (Labels, f64)>,
    ) -> Self {
        let samples = samples.into_iter();
        let samples = samples.map(|(labels, value)| (labels, Value::Gauge(value)));
        Self::new(name, help, Kind::Gauge, samples)
    }

    pub(super) fn histogram(
        name: &'static str,
        help: &'static str,
        samples: impl IntoIterator<Item = (Labels, Spread)>,
    ) -> Self {
        let samples = samples.into_iter();
        let samples = samples.map(|(labels, spread)| (labels, Value::Histogram(spread)));
        Self::new(name, help, Kind::Histogram, samples)
    }

    fn new(
        name: &'static str,
        help: &'static str,
        kind: Kind,
        samples: impl Iterator<Item = (Labels, Value)>,
    ) -> Self {
        Family {
            name,
            help,
            kind,
            is_coarse: false,
            samples: merged(samples),
        }
    }

    pub(super) fn coarse(self) -> Self {
        Family {
            is_coarse: true,
            ..self
        }
    }
}

/// Types of two modules may have one name, and a scrape with two values for the same labels is refused as a whole.
fn merged(samples: impl Iterator<Item = (Labels, Value)>) -> Vec<(Labels, Value)> {
    let mut places: HashMap<Labels, usize> = HashMap::new();
    let mut all: Vec<(Labels, Value)> = Vec::new();
    for (labels, value) in samples {
        match places.get(&labels) {
            Some(place) => all[*place].1.add(value),
            None => {
                places.insert(labels.clone(), all.len());
                all.push((labels, value));
            }
        }
    }
    all
}

impl Value {
    fn add(&mut self, other: Self) {
        match (self, other) {
            (Value::Counter(mine), Value::Counter(other)) => *mine += other,
            (Value::Gauge(mine), Value::Gauge(other)) => *mine += other,
            (Value::Histogram(mine), Value::Histogram(other)) => {
                for ((_, mine), (_, other)) in mine.buckets.iter_mut().zip(other.buckets) {
                    *mine += other;
                }
                mine.sum += other.sum;
            }
            // A family is of one kind.
            _ => {}
        }
    }
}

impl Spread {
    pub(super) fn of(timing: &Timing) -> Self {
        let buckets = timing.buckets.iter().enumerate();
        Spread {
            buckets: buckets.map(|(i, n)| (Timing::bound(i), *n)).collect(),
            sum: timing.sum,
        }
    }

    /// In one bucket, where no more is known than how many there were and how long they took together.
    pub(super) fn open(count: u64, sum: Duration) -> Self {
        Spread {
            buckets: vec![(None, count)],
            sum,
        }
    }

    /// Each two buckets as one.
    #[cfg(feature = "prometheus")]
    pub(super) fn coarse(&self) -> Vec<(Option<Duration>, u64)> {
        let join = |pair: &[(Option<Duration>, u64)]| {
            let bound = pair.last().and_then(|(bound, _)| *bound);
            (bound, pair.iter().map(|(_, count)| count).sum())
        };
        self.buckets.chunks(2).map(join).collect()
    }
}
