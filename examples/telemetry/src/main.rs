//! What a request does, seen from outside: spans for OpenTelemetry, and metrics for Prometheus. Run with
//!
//! ```sh
//! cargo run -p telemetry                    # serves on PORT, 3000 by default, and metrics on METRICS_PORT, 9100 by default
//! curl http://127.0.0.1:3000/quotes/kite    # prints the spans of this request
//! curl http://127.0.0.1:9100/metrics
//! ```
//!
//! Spans are printed here. For a collector, take `opentelemetry-otlp`'s exporter in the place of `opentelemetry-stdout`'s.

use std::{env, error::Error};

use axum::{Router, extract::Path, http::StatusCode, routing::get};
use di_axum::{container, handler, injectable, observe::observe};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanExporter};
use tokio::net::TcpListener;
use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{Layer as _, filter::Targets, layer::SubscriberExt as _};

/// A singleton: what things cost.
#[injectable(singleton)]
struct Prices {
    #[inject(value = vec![("kite", 12), ("string", 3)])]
    all: Vec<(&'static str, u32)>,
}

impl Prices {
    /// A span of the app's own. It is a child of what called this: a constructor, or a handler.
    #[tracing::instrument(skip(self))]
    async fn find(&self, item: &str) -> Option<u32> {
        let found = self.all.iter().find(|(name, _)| *name == item);
        found.map(|(_, price)| *price)
    }
}

/// Request-scoped: the price of what the path names.
struct Quote {
    price: u32,
}

#[injectable(request, teardown = close)]
impl Quote {
    async fn new(prices: &Prices, #[extract] Path(item): Path<String>) -> Result<Self, StatusCode> {
        let price = prices.find(&item).await.ok_or(StatusCode::NOT_FOUND)?;
        Ok(Self { price })
    }

    async fn close(self) -> Result<(), std::convert::Infallible> {
        tracing::info!(price = self.price, "quoted");
        Ok(())
    }
}

#[handler]
async fn show(quote: &Quote) -> String {
    format!("{}\n", quote.price)
}

#[container(Prices, Quote, handlers(show))]
struct App;

/// The routes. The layer opens a span for each request, and counts it.
fn app(app: &App) -> Router {
    Router::new()
        .route("/quotes/{item}", get(show))
        .layer(observe(app))
        .with_state(app.clone())
}

/// Where spans go. Those of requests are of the level INFO, and what is in them DEBUG; both have the target `di_axum`.
fn tracing_to(provider: &SdkTracerProvider) -> impl Subscriber + Send + Sync + use<> {
    let of_di = Targets::new().with_target("di_axum", LevelFilter::DEBUG);
    let spans = tracing_opentelemetry::layer().with_tracer(provider.tracer("telemetry"));
    // The place where a span is written is one in the library; a handler's has its own in fields of the same names.
    let spans = spans.with_location(false);
    let spans = spans.with_filter(of_di.with_default(LevelFilter::INFO));
    tracing_subscriber::registry().with(spans)
}

fn exporting_to(exporter: impl SpanExporter + 'static) -> SdkTracerProvider {
    // Printed one by one. What goes over a network is sent in batches: `with_batch_exporter`.
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter);
    provider.build()
}

async fn listen(port: &str, default: u16) -> Result<TcpListener, Box<dyn Error>> {
    let port = env::var(port).map_or(Ok(default), |port| port.parse())?;
    Ok(TcpListener::bind(("127.0.0.1", port)).await?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let provider = exporting_to(opentelemetry_stdout::SpanExporter::default());
    tracing::subscriber::set_global_default(tracing_to(&provider))?;
    let built = App::build().await?;
    let (listener, scraped) = (
        listen("PORT", 3000).await?,
        listen("METRICS_PORT", 9100).await?,
    );
    println!("listening on http://{}", listener.local_addr()?);
    // On a port of its own, which only the scraper has to reach.
    let metrics = Router::new().nest("/metrics", di_axum::prometheus(&built));
    let metrics = tokio::spawn(axum::serve(scraped, metrics).into_future());
    di_axum::serve(listener, app(&built), built).await?;
    metrics.abort();
    Ok(provider.shutdown()?)
}

#[cfg(test)]
mod tests;
