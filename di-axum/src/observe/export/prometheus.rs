//! What is observed, as Prometheus asks for it.

use std::{fmt, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
        request::Parts,
    },
    response::{IntoResponse, Response},
    routing::get,
};
use di_core::{Container, HasContainer};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet, prometheus_text},
    metrics::MetricType,
    registry::Registry,
};
use tokio::task::spawn_blocking;

use super::{Family, Kind, Value, families};
use crate::observe::observation::{Source, source};

/// What an app does, for Prometheus to scrape; to be mounted in its router.
///
/// ```no_run
/// # use axum::{Router, routing::get};
/// # use di_axum::{container, handler, observe::observe};
/// # #[handler]
/// # async fn hello() {}
/// # #[container(handlers(hello))]
/// # pub struct App;
/// # async fn router() -> Result<Router, di_axum::BuildError> {
/// let app = App::build().await?;
/// let router = Router::new()
///     .route("/", get(hello))
///     .layer(observe(&app))
///     .nest("/metrics", di_axum::prometheus(&app))
///     .with_state(app);
/// # Ok(router)
/// # }
/// ```
///
/// It answers in the text format 0.0.4. Each scrape reads the app's own counters, on a thread that may be blocked: nothing is kept for it, nothing has to be
/// installed, and each app has an endpoint of its own. Takes a time that is linear in the number of routes, nodes and open scopes.
///
/// It has the names, units and labels that the README lists, in the section "Metrics". What has one name in several modules is counted together.
///
/// It names types and routes, and nothing of a request. That is still nobody else's business: mount it where only the scraper reaches it, such as in a
/// router of its own, on a port of its own.
pub fn prometheus<A, S>(app: &A) -> Router<S>
where
    A: HasContainer<Container: Container<Request = Parts>>,
    S: Clone + Send + Sync + 'static,
{
    Prometheus::new(app).into_router()
}

/// The same as [`prometheus()`], together with other metrics.
///
/// ```
/// use di_axum::{Prometheus, container};
/// use metrics_exporter_prometheus::{BuildError, PrometheusBuilder};
/// # #[container()]
/// # pub struct App;
///
/// fn metrics(app: &App) -> Result<axum::Router, BuildError> {
///     // For `metrics::counter!("orders_total")` and the like. Whoever has installed a recorder before gets an error here.
///     let recorder = PrometheusBuilder::new().install_recorder()?;
///     Ok(Prometheus::new(app).with(move || recorder.render()).into_router())
/// }
/// ```
#[derive(Clone)]
#[must_use = "it answers nothing until it is mounted"]
pub struct Prometheus {
    registry: Arc<Registry>,
    others: Vec<Arc<dyn Fn() -> String + Send + Sync>>,
}

impl Prometheus {
    /// Of an app, which it does not keep alive.
    pub fn new<A>(app: &A) -> Self
    where
        A: HasContainer<Container: Container<Request = Parts>>,
    {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Collected(source(app))));
        Prometheus {
            registry: Arc::new(registry),
            others: Vec::new(),
        }
    }

    /// Adds what another exporter has to say, in the text format 0.0.4, at each scrape. Its names must not be among those of the app, which begin with `di_`,
    /// and `http_server_request_duration_seconds`: so do not publish the app to it as well. Where it panics, the scrape is answered with 500.
    pub fn with(mut self, render: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.others.push(Arc::new(render));
        self
    }

    /// The text of a scrape, for an endpoint that is there already.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        if let Err(error) = prometheus_text::encode(&mut text, &self.registry) {
            // Writing to a string does not fail, and the collector has no error of its own.
            tracing::error!(%error, "metrics cannot be encoded");
        }
        for other in &self.others {
            text.push_str(&other());
            if !text.ends_with('\n') {
                text.push('\n');
            }
        }
        text
    }

    /// The router, to be nested under any path. It needs no state, so that it fits in before and after `with_state`.
    pub fn into_router<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        Router::new().route("/", get(scrape)).with_state(self)
    }
}

impl fmt::Debug for Prometheus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prometheus").finish_non_exhaustive()
    }
}

async fn scrape(State(prometheus): State<Prometheus>) -> Response {
    let headers = [
        (CONTENT_TYPE, prometheus_text::CONTENT_TYPE),
        (CACHE_CONTROL, "no-store"),
    ];
    // Of 500 nodes and 100 routes it is 2 MB and takes 10 milliseconds, for which requests would wait.
    match spawn_blocking(move || prometheus.render()).await {
        Ok(text) => (headers, text).into_response(),
        Err(error) => {
            tracing::error!(%error, "metrics cannot be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The families of an app, read at each scrape.
struct Collected(Source);

impl fmt::Debug for Collected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Collected")
    }
}

impl Collector for Collected {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for family in families(&(self.0)()) {
            if family.samples.is_empty() {
                continue;
            }
            write(&mut encoder, &family)?;
        }
        Ok(())
    }
}

fn write(encoder: &mut DescriptorEncoder<'_>, family: &Family) -> fmt::Result {
    let (name, kind) = match family.kind {
        // The encoder writes the end of a counter's name.
        Kind::Counter => (family.name.trim_end_matches("_total"), MetricType::Counter),
        Kind::Gauge => (family.name, MetricType::Gauge),
        Kind::Histogram => (family.name, MetricType::Histogram),
    };
    let mut metric = encoder.encode_descriptor(name, family.help, None, kind)?;
    for (labels, value) in &family.samples {
        match labels.is_empty() {
            true => write_value(&mut metric, value, family)?,
            false => write_value(&mut metric.encode_family(labels)?, value, family)?,
        }
    }
    Ok(())
}

fn write_value(metric: &mut MetricEncoder<'_>, value: &Value, of: &Family) -> fmt::Result {
    match value {
        Value::Counter(count) => metric.encode_counter::<NoLabelSet, _, u64>(count, None),
        Value::Gauge(value) => metric.encode_gauge(value),
        Value::Histogram(spread) => {
            let buckets = match of.is_coarse {
                true => &spread.coarse(),
                false => &spread.buckets,
            };
            let in_seconds = |bound: Option<Duration>| bound.map(|bound| bound.as_secs_f64());
            let bounded = buckets.iter().map(|(bound, count)| {
                let bound = in_seconds(*bound).unwrap_or(f64::INFINITY);
                (bound, *count)
            });
            let bounded: Vec<(f64, u64)> = bounded.collect();
            let count = bounded.iter().map(|(_, count)| count).sum();
            let sum = spread.sum.as_secs_f64();
            metric.encode_histogram::<NoLabelSet>(sum, count, &bounded, None)
        }
    }
}
