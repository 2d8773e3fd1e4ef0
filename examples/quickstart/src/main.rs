//! Short links: a small JSON API. Run with `cargo run -p quickstart`, then try
//!
//! ```sh
//! curl http://127.0.0.1:3000/links -H 'authorization: Bearer ada-token' --json '{"url":"https://doc.rust-lang.org/book/"}'
//! curl http://127.0.0.1:3000/cafe -w '%{http_code} %{redirect_url}\n'
//! ```
//!
//! and look inside at <http://127.0.0.1:3000/_di>. `cargo run -p quickstart -- graph` writes the graph into `target/graph`.

use std::sync::{Mutex, atomic::AtomicU32, atomic::Ordering};
use std::{collections::BTreeMap, env, error::Error, io};

use async_trait::async_trait;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Json, Router, extract::Path, routing::get, routing::post};
use di_axum::{BuildError, container, handler, injectable};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize)]
struct Link {
    code: String,
    url: String,
    owner: String,
}

#[async_trait]
trait Links: Send + Sync {
    async fn put(&self, link: Link);
    async fn get(&self, code: &str) -> Option<Link>;
}

/// A singleton: built once, before the first request. Its fields are its dependencies.
#[injectable(singleton)]
struct MemoryLinks {
    #[inject(default)] // This one is not a dependency, but starts empty.
    by_code: Mutex<BTreeMap<String, Link>>,
}

#[async_trait]
impl Links for MemoryLinks {
    async fn put(&self, link: Link) {
        let mut links = self.by_code.lock().expect("no panic while locked");
        links.insert(link.code.clone(), link);
    }
    async fn get(&self, code: &str) -> Option<Link> {
        let links = self.by_code.lock().expect("no panic while locked");
        links.get(code).cloned()
    }
}

/// A provider constructs a type of another crate, here one more singleton.
#[injectable(singleton)]
fn sequence() -> AtomicU32 {
    AtomicU32::new(0xcafe)
}

/// A transient: whoever asks for a `Code` gets a fresh one, by value.
struct Code(String);
#[injectable(transient)]
fn next_code(sequence: &AtomicU32) -> Code {
    Code(format!("{:x}", sequence.fetch_add(1, Ordering::Relaxed)))
}

/// Request-scoped: built once for each request that needs it.
struct CurrentUser(&'static str);
#[injectable(request)]
impl CurrentUser {
    /// `#[extract]` takes any extractor of axum. If this fails, `Problem` is the response.
    fn new(#[extract] headers: HeaderMap) -> Result<Self, Problem> {
        match headers.get("authorization").map(|value| value.as_bytes()) {
            Some(b"Bearer ada-token") => Ok(Self("ada")),
            Some(b"Bearer bob-token") => Ok(Self("bob")),
            _ => Err(Problem(StatusCode::UNAUTHORIZED, "send a bearer token")),
        }
    }
}

/// Request-scoped too. It borrows: a singleton, and the same request's user.
#[injectable(request)]
struct Editor<'r> {
    links: &'r dyn Links,
    user: &'r CurrentUser,
}

impl Editor<'_> {
    async fn add(&self, Code(code): Code, url: String) -> Result<Link, Problem> {
        if !url.parse().is_ok_and(|uri: Uri| uri.scheme().is_some()) {
            return Err(Problem(StatusCode::BAD_REQUEST, "not an absolute url"));
        }
        let owner = self.user.0.to_string();
        let link = Link { code, url, owner };
        self.links.put(link.clone()).await;
        Ok(link)
    }
}

struct Problem(StatusCode, &'static str);
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, Json(BTreeMap::from([("error", self.1)]))).into_response()
    }
}

#[derive(Deserialize)]
struct NewLink {
    url: String,
}

/// References are injected, `#[inject]` takes a transient, the rest are axum's extractors.
#[handler]
async fn shorten(
    editor: &Editor<'_>,
    #[inject] code: Code,
    Json(new): Json<NewLink>,
) -> Result<Json<Link>, Problem> {
    Ok(Json(editor.add(code, new.url).await?))
}

#[handler]
async fn follow(links: &dyn Links, Path(code): Path<String>) -> Result<Redirect, Problem> {
    match links.get(&code).await {
        Some(link) => Ok(Redirect::temporary(&link.url)),
        None => Err(Problem(StatusCode::NOT_FOUND, "no such link")),
    }
}

/// The whole graph, checked by `cargo check`: nothing missing, no cycle, nothing kept too long.
#[container(
    MemoryLinks, dyn Links = MemoryLinks, AtomicU32 = sequence, Code = next_code, CurrentUser, Editor<'_>,
    handlers(shorten, follow)
)]
struct App;

async fn router() -> Result<Router, BuildError> {
    let app = App::build().await?;
    let router = Router::new()
        .route("/links", post(shorten))
        .route("/{code}", get(follow))
        .nest("/_di", di_axum::inspector(&app)); // In a release build there is nothing to see.
    Ok(router.with_state(app))
}

/// The graph as a page, a picture, and the text that Graphviz and Mermaid read.
fn write_graph(dir: Option<String>) -> io::Result<()> {
    let dir = dir.unwrap_or("target/graph".to_string());
    for path in di_axum::export(App::graph()).write_to(dir)? {
        println!("{}", path.display());
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    if arguments.next().as_deref() == Some("graph") {
        return Ok(write_graph(arguments.next())?);
    }
    let router = router().await?;
    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}

#[cfg(test)]
mod tests;
