//! Replacements in tests: the original is not constructed, apps do not see each other's, and the rest is as it was.

use std::sync::Arc;

use axum::{Router, body::Body, http::StatusCode, routing::get};
use di_axum::{Inject, Outcome, container, handler, injectable};

use crate::support::{Log, fetch, text};

trait Mailer: Send + Sync {
    fn send(&self) -> String;
}

struct Smtp(Arc<Log>);

#[injectable(singleton, teardown = close)]
impl Smtp {
    fn new(log: Arc<Log>, _socket: Arc<Socket>) -> Self {
        log.note("new:Smtp");
        Smtp(log)
    }
    async fn close(&self) {
        self.0.note("down:Smtp");
    }
}

impl Mailer for Smtp {
    fn send(&self) -> String {
        "smtp".to_string()
    }
}

struct Socket;

#[injectable(singleton)]
fn socket(log: &Log) -> Socket {
    log.note("new:Socket");
    Socket
}

struct Clock(&'static str);

#[injectable(singleton)]
fn clock(log: &Log) -> Clock {
    log.note("new:Clock");
    Clock("now")
}

struct Caller(String);

#[injectable(request)]
impl Caller {
    fn new(
        #[extract] _head: axum::http::HeaderMap,
        log: &Log,
        _token: &Token,
    ) -> Result<Self, StatusCode> {
        log.note("new:Caller");
        Err(StatusCode::UNAUTHORIZED)
    }
}

struct Token;

#[injectable(request)]
fn token(log: &Log) -> Token {
    log.note("new:Token");
    Token
}

trait Repo: Send + Sync {
    fn name(&self) -> String;
}

struct Users<'r>(&'r Caller);

#[injectable(request)]
impl<'r> Users<'r> {
    fn new(caller: &'r Caller, log: &'r Log) -> Self {
        log.note("new:Users");
        Users(caller)
    }
}

impl Repo for Users<'_> {
    fn name(&self) -> String {
        self.0.0.clone()
    }
}

/// Torn down also where something else is replaced.
struct Unit<'r>(&'r Log);

#[injectable(request, teardown = close)]
impl<'r> Unit<'r> {
    fn new(log: &'r Log) -> Self {
        Unit(log)
    }
    async fn close(self, outcome: Outcome) {
        self.0.note(format_args!("down:Unit {outcome:?}"));
    }
}

#[handler]
async fn show(mailer: &dyn Mailer, clock: Arc<Clock>, repo: &dyn Repo, _unit: &Unit<'_>) -> String {
    assert!(repo.name() != "panics", "a handler panics");
    format!("{} {} {}", mailer.send(), clock.0, repo.name())
}

#[handler]
async fn by_smtp(smtp: &Smtp) -> String {
    smtp.send()
}

async fn plain(mailer: Inject<dyn Mailer>) -> String {
    mailer.send()
}

#[container(
    Smtp, dyn Mailer = Smtp, Socket = socket, Clock = clock, Caller, Token = token, Users<'_>,
    dyn Repo = Users<'_>, Unit<'_>, handlers(show),
)]
struct App {
    log: Arc<Log>,
}

#[container(
    Smtp, dyn Mailer = Smtp, Socket = socket, Clock = clock, Caller, Token = token, Users<'_>,
    dyn Repo = Users<'_>, Unit<'_>,
)]
struct Unlisted {
    log: Arc<Log>,
}

struct Fake;

impl Mailer for Fake {
    fn send(&self) -> String {
        "fake".to_string()
    }
}

struct FakeRepo(String);

impl Repo for FakeRepo {
    fn name(&self) -> String {
        self.0.clone()
    }
}

async fn app(log: &Arc<Log>) -> App {
    let builder = App::builder(log.clone())
        .replace::<dyn Mailer>(Arc::new(Fake))
        .replace(Arc::new(Clock("then")))
        .replace_with::<Caller>(|head| Box::new(Caller(head.uri.path().to_string())));
    builder.build().await.expect("nothing fails")
}

#[tokio::test]
async fn the_original_is_not_constructed_nor_what_only_it_needed() {
    let log = Log::new();
    let app = app(&log).await;
    assert_eq!(log.take(), [""; 0]);
    let router = Router::new()
        .route("/show", get(show))
        .route("/plain", get(plain))
        .with_state(app.clone());
    assert_eq!(text(&router, "/show").await, "fake then /show");
    assert_eq!(log.take(), ["new:Users", "down:Unit Success"]);
    assert_eq!(text(&router, "/plain").await, "fake");
    assert_eq!(app.get::<dyn Mailer>().send(), "fake");
    app.shutdown().await.expect("nothing fails");
    assert_eq!(log.take(), [""; 0], "a replaced singleton has no teardown");
}

#[tokio::test]
async fn two_apps_do_not_see_each_others() {
    let (one, two) = (Log::new(), Log::new());
    let _replaced = app(&one).await;
    let app = App::build(two.clone()).await.expect("nothing fails");
    let mut built = two.take();
    built.sort();
    assert_eq!(built, ["new:Clock", "new:Smtp", "new:Socket"]);
    let router = Router::new().route("/", get(show)).with_state(app.clone());
    let (status, _) = fetch(&router, "/").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(one.take(), [""; 0]);
    app.shutdown().await.expect("nothing fails");
}

#[tokio::test]
async fn a_request_scoped_trait_object() {
    let log = Log::new();
    let app = App::builder(log.clone())
        .replace::<dyn Mailer>(Arc::new(Fake))
        .replace_with::<dyn Repo>(|head| {
            let name = head.headers.get("name").and_then(|name| name.to_str().ok());
            Box::new(FakeRepo(name.unwrap_or("nobody").to_string()))
        });
    let app = app.build().await.expect("nothing fails");
    assert_eq!(log.take(), ["new:Clock"]);
    let router = Router::new().route("/", get(show)).with_state(app.clone());
    let request = axum::extract::Request::get("/").header("name", "ada");
    let (status, body) = crate::support::send(
        &router,
        request.body(Body::empty()).expect("a valid request"),
    )
    .await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "fake now ada"));
    // Neither the repository nor what it is made of.
    assert_eq!(log.take(), ["down:Unit Success"]);
    let request = axum::extract::Request::get("/").header("name", "panics");
    let (status, _) = crate::support::send(
        &router,
        request.body(Body::empty()).expect("a valid request"),
    )
    .await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(log.take(), ["down:Unit Panicked"]);
}

#[tokio::test]
async fn outside_of_a_request_it_is_made_of_an_empty_head() {
    let log = Log::new();
    let app = App::builder(log.clone())
        .replace::<dyn Mailer>(Arc::new(Fake))
        .replace_with::<Token>(|head| {
            assert_eq!((head.uri.path(), head.headers.len()), ("/", 0));
            Box::new(Token)
        });
    let app = app.build().await.expect("nothing fails");
    assert_eq!(log.take(), ["new:Clock"]);
    let scope = app.scope();
    scope.get::<Token>().await.expect("nothing fails");
    scope.close(Outcome::Success).await.expect("nothing fails");
    assert_eq!(log.take(), [""; 0]);
}

#[tokio::test]
async fn without_listed_handlers_the_implementation_of_a_replaced_trait_object_is_not_constructed()
{
    let log = Log::new();
    let app = Unlisted::builder(log.clone()).replace::<dyn Mailer>(Arc::new(Fake));
    let app = app.build().await.expect("nothing fails");
    let mut built = log.take();
    built.sort();
    assert_eq!(built, ["new:Clock", "new:Socket"]);
    let router = Router::new()
        .route("/smtp", get(by_smtp))
        .route("/plain", get(plain))
        .with_state(app.clone());
    assert_eq!(text(&router, "/plain").await, "fake");
    // A handler that asks for it all the same gets an answer, not a value that is not there.
    let (status, _) = fetch(&router, "/smtp").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    let got = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| app.get::<Smtp>().send()));
    assert!(got.is_err());
}
