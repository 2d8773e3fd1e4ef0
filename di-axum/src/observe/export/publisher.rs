//! What is observed, told to the facade `metrics`.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use axum::http::request::Parts;
use di_core::{Container, HasContainer};
use metrics::{Key, KeyName, Label, Level, Metadata, Recorder, Unit, with_recorder};
use tokio::time::sleep;

use super::{Family, Kind, Value, families, family::Spread, told::ToldHistogram};
use crate::observe::observation::{Source, source};

/// Tells the recorder of the facade [`metrics`] what an app does, for any exporter that there is for it. For Prometheus there is
/// [`prometheus`](https://docs.rs/di-axum/latest/di_axum/fn.prometheus.html), which needs no recorder.
///
/// ```
/// use std::time::Duration;
/// use di_axum::{NotRunning, Opener, Shutdown, container, observe::Publisher, service};
///
/// #[service]
/// async fn publish(shutdown: &Shutdown, opener: &Opener<App>) -> Result<(), NotRunning> {
///     let publisher = Publisher::new(&opener.app()?);
///     publisher.run(Duration::from_secs(10), shutdown.requested()).await;
///     Ok(())
/// }
///
/// #[container(services(publish))]
/// pub struct App;
/// # fn main() {}
/// ```
///
/// Names, units and labels are those of [`prometheus`](https://docs.rs/di-axum/latest/di_axum/fn.prometheus.html). Counters are incremented by
/// what was added since they were told last, so two publishers of one app count double. Install the recorder first: what is published without
/// one is lost.
///
/// It does not keep the app alive.
pub struct Publisher {
    source: Source,
    told: Mutex<Told>,
}

/// What the recorder was told so far.
#[derive(Default)]
struct Told {
    is_described: bool,
    counters: HashMap<Key, u64>,
    gauges: HashSet<Key>,
    histograms: HashMap<Key, ToldHistogram>,
}

static METADATA: Metadata<'static> =
    Metadata::new(module_path!(), Level::INFO, Some(module_path!()));

impl Publisher {
    /// Of an app.
    #[must_use]
    pub fn new<S>(app: &S) -> Self
    where
        S: HasContainer<Container: Container<Request = Parts>>,
    {
        Publisher {
            source: source(app),
            told: Mutex::default(),
        }
    }

    /// Tells what has changed since it was called last: counters are incremented, gauges set, and histograms get one value for each bucket, as often as
    /// there was something new in it. Those have the sum of what was measured, and its counts where the recorder has buckets of the same bounds, those
    /// of [`Timing`](crate::observe::Timing).
    ///
    /// Takes a time that is linear in the number of routes, nodes and open scopes. What a recorder does with `n` values of a histogram is its own matter:
    /// those of the exporters for Prometheus and of `metrics-util` keep each of them until they are asked.
    pub fn publish(&self) {
        let families = families(&(self.source)());
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        with_recorder(|recorder| told.tell(recorder, families));
    }

    /// Publishes at once, then whenever so much time has passed, and once more when `stop` is ready: the
    /// [`stopping`](crate::stopping()) of an app, or a service's `shutdown.requested()`, which comes after the last request. Periods shorter than a millisecond are
    /// taken as one.
    pub async fn run(self, every: Duration, stop: impl Future<Output = ()>) {
        let every = every.max(Duration::from_millis(1));
        let mut stop = std::pin::pin!(stop);
        loop {
            self.publish();
            tokio::select! {
                biased;
                () = &mut stop => break,
                () = sleep(every) => {}
            }
        }
        self.publish();
    }
}

impl fmt::Debug for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher").finish_non_exhaustive()
    }
}

impl Told {
    fn tell(&mut self, recorder: &dyn Recorder, families: Vec<Family>) {
        if !std::mem::replace(&mut self.is_described, true) {
            families
                .iter()
                .for_each(|family| describe(recorder, family));
        }
        let mut gone = self.gauges.clone();
        for family in families {
            for (labels, value) in family.samples {
                let labels = labels.into_iter().map(|(name, of)| Label::new(name, of));
                let key = Key::from_parts(family.name, labels.collect::<Vec<_>>());
                gone.remove(&key);
                match value {
                    Value::Counter(count) => self.counter(recorder, key, count),
                    Value::Gauge(value) => self.gauge(recorder, key, value),
                    Value::Histogram(spread) => self.histogram(recorder, key, &spread),
                }
            }
        }
        // A recorder keeps the last value that it was told.
        for key in &gone {
            recorder.register_gauge(key, &METADATA).set(0.0);
        }
    }

    // Each is registered anew, since a recorder may forget what was idle.

    fn counter(&mut self, recorder: &dyn Recorder, key: Key, count: u64) {
        let counter = recorder.register_counter(&key, &METADATA);
        let told = self.counters.entry(key).or_default();
        counter.increment(count.saturating_sub(*told));
        *told = count;
    }

    fn gauge(&mut self, recorder: &dyn Recorder, key: Key, value: f64) {
        recorder.register_gauge(&key, &METADATA).set(value);
        self.gauges.insert(key);
    }

    fn histogram(&mut self, recorder: &dyn Recorder, key: Key, spread: &Spread) {
        let histogram = recorder.register_histogram(&key, &METADATA);
        let told = self.histograms.entry(key).or_default();
        for (value, count) in told.values(spread) {
            histogram.record_many(value, usize::try_from(count).unwrap_or(usize::MAX));
        }
    }
}

fn describe(recorder: &dyn Recorder, family: &Family) {
    let (name, help) = (KeyName::from_const_str(family.name), family.help.into());
    let unit = match family.name.contains("_seconds") {
        true => Unit::Seconds,
        false => Unit::Count,
    };
    match family.kind {
        Kind::Counter => recorder.describe_counter(name, Some(unit), help),
        Kind::Gauge => recorder.describe_gauge(name, Some(unit), help),
        Kind::Histogram => recorder.describe_histogram(name, Some(unit), help),
    }
}
