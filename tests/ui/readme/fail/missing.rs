//! error: DI001 at 31
//! says: nothing provides
//! no twin: it is the README's first example, which is a doc test
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use axum::{Router, http::HeaderMap, routing::get};
use di_axum::{container, handler, injectable};

#[injectable(singleton)] // One for the life of the app.
pub struct Visits {
    #[inject(default)]
    count: AtomicU64,
}

pub struct Visitor(String);

#[injectable(request)] // One for each request; what is marked `#[extract]` is an extractor of axum.
impl Visitor {
    fn new(#[extract] headers: HeaderMap) -> Self {
        let name = headers.get("x-name").and_then(|name| name.to_str().ok());
        Self(name.unwrap_or("stranger").to_string())
    }
}

#[injectable(request)] // Its fields are its dependencies, and it borrows them.
pub struct Greeter<'r> {
    visits: &'r Visits,
    visitor: &'r Visitor,
}

#[container(Visits, Greeter<'_>)]
pub struct App;

#[handler] // References are injected; other parameters would be extractors of axum.
async fn hello(greeter: &Greeter<'_>) -> String {
    let count = greeter.visits.count.fetch_add(1, Relaxed) + 1;
    format!("Hello {}, you are visitor {count}.\n", greeter.visitor.0)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = App::build().await?; // Constructs the singletons.
    let router = Router::new().route("/", get(hello)).with_state(app);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, router).await?)
}
