//! A small bank: the life of a request, from its guard to its commit. Run with `cargo run -p lifecycle`, then try
//!
//! ```sh
//! curl http://127.0.0.1:3000/transfers -H 'x-teller: tess' --json '{"from":"ada","to":"bob","amount":30}'
//! curl http://127.0.0.1:3000/transfers -H 'x-teller: tess' --json '{"from":"ada","to":"eve","amount":30}'
//! curl http://127.0.0.1:3000/accounts -H 'x-teller: tess'
//! ```

use std::{collections::BTreeMap, env, error::Error, sync::Mutex};

use async_stream::try_stream;
use async_trait::async_trait;
use axum::http::{HeaderMap, StatusCode};
use axum::{Json, Router, body::Body, extract::State, routing::get, routing::post};
use di_axum::{BoxError, Outcome, container, handler, injectable};
use futures_util::Stream;
use serde::Deserialize;

type Problem = (StatusCode, &'static str);

/// The store, as the last commit left it.
#[injectable(singleton)]
struct Accounts {
    #[inject(value = Mutex::new(BTreeMap::from([("ada".to_string(), 100), ("bob".to_string(), 0)])))]
    committed: Mutex<BTreeMap<String, i64>>,
}

impl Accounts {
    fn all(&self) -> BTreeMap<String, i64> {
        let accounts = self.committed.lock().expect("no panic while locked");
        accounts.clone()
    }

    /// All of the changes, or none.
    fn apply(&self, changes: Vec<(String, i64)>) -> Result<(), &'static str> {
        let mut accounts = self.committed.lock().expect("no panic while locked");
        let mut changed = accounts.clone();
        for (name, change) in changes {
            let sum = changed.entry(name).or_default();
            *sum += change;
            if *sum < 0 {
                return Err("an account would be overdrawn");
            }
        }
        *accounts = changed;
        Ok(())
    }
}

/// The unit of work: what a request writes is staged, and kept only when the request succeeds.
struct UnitOfWork<'r> {
    accounts: &'r Accounts,
    staged: Mutex<Vec<(String, i64)>>,
}

#[injectable(request, teardown = close)]
impl<'r> UnitOfWork<'r> {
    fn new(accounts: &'r Accounts) -> Self {
        let staged = Mutex::default();
        Self { accounts, staged }
    }

    fn change(&self, name: &str, amount: i64) -> Result<(), Problem> {
        if !self.accounts.all().contains_key(name) {
            return Err((StatusCode::NOT_FOUND, "no such account"));
        }
        let mut staged = self.staged.lock().expect("no panic while locked");
        staged.push((name.to_string(), amount));
        Ok(())
    }

    /// Runs once, however the request ends: also after a panic, or when the client is gone. A commit that is refused answers 500.
    async fn close(self, outcome: Outcome) -> Result<(), &'static str> {
        let staged = self.staged.into_inner().expect("no panic while locked");
        match outcome {
            Outcome::Success => self.accounts.apply(staged),
            _ => Ok(()), // Rolls back: what was staged is dropped.
        }
    }
}

#[async_trait]
trait Audit: Send + Sync {
    async fn record(&self, entry: String);
}

struct Console;

/// A singleton can have a teardown, too: `app.shutdown()` runs it.
#[injectable(singleton, teardown = close)]
impl Console {
    fn new() -> Self {
        Self
    }
    async fn close(&self) {
        println!("the books are closed");
    }
}

#[async_trait]
impl Audit for Console {
    async fn record(&self, entry: String) {
        println!("{entry}");
    }
}

/// Who works at the counter. As a guard, this turns a request away before its body is read.
struct Teller(String);
#[injectable(request)]
impl Teller {
    fn new(#[extract] headers: HeaderMap) -> Result<Self, Problem> {
        match headers.get("x-teller").and_then(|name| name.to_str().ok()) {
            Some(name) => Ok(Self(name.to_string())),
            None => Err((StatusCode::FORBIDDEN, "tellers only")),
        }
    }
}

#[derive(Deserialize)]
struct Transfer {
    from: String,
    to: String,
    amount: u32,
}

#[handler(guard(Teller))]
async fn transfer(
    work: &UnitOfWork<'_>,
    audit: &dyn Audit,
    teller: &Teller,
    Json(Transfer { from, to, amount }): Json<Transfer>,
) -> Result<StatusCode, Problem> {
    work.change(&from, -i64::from(amount))?;
    let entry = format!("{} moves {amount} from {from} to {to}", teller.0);
    audit.record(entry).await;
    work.change(&to, amount.into())?; // If this fails, nothing was taken from the first account.
    Ok(StatusCode::NO_CONTENT)
}

/// What a listing needs for as long as it is read. Its teardown hears whether that was to the end.
struct Listing<'r> {
    accounts: &'r Accounts,
    audit: &'r dyn Audit,
}

#[injectable(request, teardown = close)]
impl<'r> Listing<'r> {
    fn new(accounts: &'r Accounts, audit: &'r dyn Audit) -> Self {
        Self { accounts, audit }
    }
    async fn close(self, outcome: Outcome) {
        let entry = format!("a listing ends: {outcome:?}");
        self.audit.record(entry).await;
    }
}

/// The request's scope ends before the response leaves, so a body that goes on afterwards has a scope of its own.
fn lines(app: App) -> impl Stream<Item = Result<String, BoxError>> {
    try_stream! {
        let scope = app.scope();
        let listing: &Listing<'_> = scope.get::<Listing<'_>>().await?;
        for (name, sum) in listing.accounts.all() {
            yield format!("{name} {sum}\n");
        }
        scope.close(Outcome::Success).await?; // Not reached when the client goes away: that is `Cancelled`.
    }
}

#[handler(guard(Teller))]
async fn list(State(app): State<App>) -> Body {
    Body::from_stream(lines(app))
}

#[container(
    Accounts, UnitOfWork<'_>, Console, dyn Audit = Console, Teller,
    #[allow(unused)] Listing<'_>, // No handler takes it: `app.scope()` is asked for it.
    handlers(transfer, list),
)]
struct App;

fn router(app: App) -> Router {
    let router = Router::new().route("/transfers", post(transfer));
    router.route("/accounts", get(list)).with_state(app)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = App::build().await?;
    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let stop = async { tokio::signal::ctrl_c().await.expect("signals") };
    let server = axum::serve(listener, router(app.clone()));
    server.with_graceful_shutdown(stop).await?; // Waits for the requests,
    Ok(app.shutdown().await?) // and this for what goes on beside them; then it closes the singletons.
}

#[cfg(test)]
mod tests;
