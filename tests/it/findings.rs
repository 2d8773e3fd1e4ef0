//! What costs for nothing is named, with what causes it; clean code gives no finding.

use std::{sync::Arc, time::Duration};

use axum::{Router, http::StatusCode, routing::get};
use di_axum::{
    Tasks, container, handler, injectable,
    observe::{Finding, FindingKind, Observation, observe},
    task,
};
use tokio::sync::Notify;

use crate::support::{NEVER, Refused, fetch, text, within};

#[injectable(transient)]
struct Stamp;

#[injectable(request)]
struct Audit {
    stamp: Stamp,
}

#[injectable(request)]
struct Session;

/// A request-scoped value that something else reads.
#[injectable(request)]
struct Users<'r> {
    session: &'r Session,
}

struct Slow;
#[injectable(singleton)]
impl Slow {
    async fn new() -> Self {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Slow
    }
}

#[injectable(singleton)]
struct Directory {
    slow: Arc<Slow>,
}

struct Refuses;
#[injectable(request)]
impl Refuses {
    fn new() -> Result<Self, Refused> {
        Err(Refused)
    }
}

/// Keeps its thread in a constructor.
struct Computes;
#[injectable(request)]
impl Computes {
    fn new() -> Self {
        keep_thread();
        Computes
    }
}

fn keep_thread() {
    keep_thread_for(30);
}

fn keep_thread_for(millis: u64) {
    std::thread::sleep(Duration::from_millis(millis));
}

#[handler]
async fn clean(users: &Users<'_>, directory: &Directory, #[inject] stamp: Stamp) {
    let Users { session } = users;
    let (Session, Directory { slow }, Stamp) = (session, directory, stamp);
    let Slow = **slow;
}

#[handler]
async fn twice(#[inject] stamp: Stamp, audit: &Audit) {
    let _ = (stamp, &audit.stamp);
}

#[handler]
async fn ignores(_session: &Session) {}

#[handler]
async fn in_vain(users: &Users<'_>, refuses: &Refuses) {
    let _ = (users, refuses);
}

#[handler]
async fn blocks() {
    keep_thread();
}
const BLOCKS: u32 = line!() - 3;

#[handler]
async fn computes(value: &Computes) {
    let Computes = value;
}

struct Endless;

#[task]
async fn never_ends(_job: Endless, begun: &Notify) {
    begun.notify_one();
    std::future::pending().await
}

#[handler]
async fn push(jobs: &Tasks<Endless>) {
    let _ = jobs.push(Endless);
}

/// Keeps its thread for a part of what is too long.
macro_rules! shorts {
    ($($name:ident)+) => {$(
        struct $name;
        #[injectable(request)]
        impl $name {
            fn new() -> Self {
                keep_thread_for(12);
                $name
            }
        }
    )+};
}
shorts!(Short1 Short2 Short3);

#[handler]
async fn shortly(one: &Short1, two: &Short2, three: &Short3) {
    let (Short1, Short2, Short3) = (one, two, three);
}

/// Does nothing, between two that are torn down.
struct First;
#[injectable(request, teardown = close)]
impl First {
    fn new() -> Self {
        First
    }
    async fn close(self) {}
}

struct DropsSlowly;
#[injectable(request)]
impl DropsSlowly {
    fn new() -> Self {
        DropsSlowly
    }
}
impl Drop for DropsSlowly {
    fn drop(&mut self) {
        keep_thread();
    }
}

struct Last;
#[injectable(request, teardown = close)]
impl Last {
    fn new() -> Self {
        Last
    }
    async fn close(self) {}
}

#[handler]
async fn drops(first: &First, slowly: &DropsSlowly, last: &Last) {
    let _ = (first, slowly, last);
}

#[handler]
async fn begins(#[inject] stamp: Stamp, begun: &Notify) {
    let Stamp = stamp;
    begun.notify_one();
    std::future::pending().await
}

/// What a layer asks for.
struct RequireAll;
#[injectable(request)]
impl RequireAll {
    fn new(_session: &Session) -> Result<Self, Refused> {
        Ok(RequireAll)
    }
}

#[handler(guard(RequireAll))]
async fn guarded(axum::Json(body): axum::Json<u32>) -> String {
    body.to_string()
}

/// Its session is what the other one needs, too.
#[handler]
async fn with_needed(_session: &Session, users: &Users<'_>) {
    let _ = users;
}

/// It is there for its end.
#[handler]
async fn with_end(_first: &First) {}

#[container(
    Short1, Short2, Short3, First, DropsSlowly, Last, RequireAll,
    Stamp, Audit, Session, Users<'_>, Slow, Directory, Refuses, Computes,
    Tasks<Endless> = never_ends,
    handlers(
        ignores_nothing, clean, twice, ignores, in_vain, blocks, computes, push, shortly, drops, begins, guarded, with_needed, with_end
    )
)]
struct App {
    begun: Arc<Notify>,
}

async fn run(slow_poll: Duration, slow_start: Duration, overdue: Duration) -> (App, Router) {
    let app = App::builder(Arc::default())
        .slow_poll(slow_poll)
        .slow_start(slow_start)
        .overdue(overdue)
        .shutdown_deadline(Duration::ZERO)
        .build()
        .await
        .expect("nothing fails");
    let router = Router::new()
        .route("/clean", get(clean))
        .route("/twice/{id}", get(twice))
        .route("/ignores", get(ignores))
        .route("/in_vain", get(in_vain))
        .route("/blocks", get(blocks))
        .route("/computes", get(computes))
        .route("/push", get(push))
        .route("/shortly", get(shortly))
        .route("/drops", get(drops))
        .route("/begins", get(begins))
        .route("/guarded", get(guarded))
        .route("/with_needed", get(with_needed))
        .route("/with_end", get(with_end))
        .route(
            "/plain",
            get(|| async {}).layer(di_axum::guard::<RequireAll, _>(app.clone())),
        )
        .route(
            "/innocent",
            get(ignores_nothing).layer(axum::middleware::from_fn(late)),
        )
        .layer(observe(&app))
        // A layer more sees nothing that is not seen.
        .layer(observe(&app))
        .with_state(app.clone());
    (app, router)
}

#[handler]
async fn ignores_nothing() {}

/// A layer that blocks when the handler is through.
async fn late(
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> axum::response::Response {
    let answer = next.run(request).await;
    keep_thread();
    answer
}

fn one(app: &App) -> Finding {
    let mut findings = Observation::of(app).findings;
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings.remove(0)
}

fn causes(finding: &Finding) -> Vec<String> {
    finding.edges.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn clean_code_gives_none() {
    let (app, router) = run(NEVER, NEVER, NEVER).await;
    for _ in 0..3 {
        text(&router, "/clean").await;
    }
    let scope = app.scope();
    let users: &Users<'_> = scope.get::<Users<'_>>().await.expect("nothing fails");
    let _ = users;
    assert_eq!(Observation::of(&app).findings, []);
}

#[tokio::test]
async fn a_transient_that_several_ask_for_is_redundant() {
    let (app, router) = run(NEVER, NEVER, NEVER).await;
    text(&router, "/clean").await;
    for _ in 0..2 {
        text(&router, "/twice/1").await;
    }
    let found = one(&app);
    assert_eq!(
        (found.kind, found.what.as_str()),
        (FindingKind::Redundant, "Stamp")
    );
    assert_eq!(
        causes(&found),
        ["`twice(stamp: Stamp)`", "`Audit(stamp: Stamp)`"]
    );
    assert!(
        found.text.contains("2.0 times for each `GET /twice/{id}`"),
        "{found}"
    );
    let rows: Vec<_> = App::graph().nodes().map(|node| node.name).collect();
    assert_eq!(rows[found.row.expect("it is listed")], "Stamp");
    assert_eq!(rows[found.edges[0].row.expect("it is listed")], "twice");
}

#[tokio::test]
async fn a_value_that_the_handler_does_not_read_is_found_by_its_parameter() {
    let (app, router) = run(NEVER, NEVER, NEVER).await;
    text(&router, "/ignores").await;
    let found = one(&app);
    assert_eq!(
        (found.kind, found.what.as_str()),
        (FindingKind::Unread, "Session")
    );
    assert_eq!(causes(&found), ["`ignores(_session: Session)`"]);
}

#[tokio::test]
async fn what_is_built_before_something_that_fails_is_built_for_nobody() {
    let (app, router) = run(NEVER, NEVER, NEVER).await;
    // Now and then is not worth a word.
    for _ in 0..20 {
        assert_eq!(Observation::of(&app).findings, []);
        assert_eq!(fetch(&router, "/in_vain").await.0, StatusCode::CONFLICT);
    }
    let found = one(&app);
    // The session was for the users, who have had it.
    assert_eq!(
        (found.kind, found.what.as_str()),
        (FindingKind::Unread, "Users")
    );
    assert_eq!(causes(&found), ["`in_vain(users: Users)`"]);
}

#[tokio::test]
async fn a_slow_singleton_is_named_with_what_waits_for_it() {
    let (app, _) = run(NEVER, Duration::from_millis(20), NEVER).await;
    let slow = Observation::of(&app).findings;
    let found = slow.iter().find(|found| found.what == "Slow");
    let found = found.expect("it takes 20 ms at least");
    assert_eq!(found.kind, FindingKind::SlowStart);
    assert_eq!(causes(found), ["`Directory(slow: Slow)`"]);
}

#[tokio::test]
async fn what_keeps_its_thread_is_named_handler_or_constructor() {
    let (app, router) = run(Duration::from_millis(25), NEVER, NEVER).await;
    text(&router, "/blocks").await;
    let found = one(&app);
    assert_eq!(
        (found.kind, found.what.as_str()),
        (FindingKind::Blocking, "blocks")
    );
    let place = format!("observe/findings.rs:{BLOCKS}").replace("observe/", "");
    assert!(found.text.contains(&place), "{found}");
    assert!(found.text.contains("once in `GET /blocks`"), "{found}");
    text(&router, "/computes").await;
    let slow = Observation::of(&app).slow_polls;
    let of_constructor = slow.iter().find(|slow| slow.route == "GET /computes");
    let of_constructor = of_constructor.expect("it takes 30 ms at least");
    assert_eq!(of_constructor.what, Some("Computes"));
    assert!(of_constructor.longest >= Duration::from_millis(30));
}

#[tokio::test]
async fn a_task_that_never_ends_is_named() {
    let (app, router) = run(NEVER, NEVER, Duration::ZERO).await;
    text(&router, "/push").await;
    within(app.get::<Notify>().notified()).await;
    let findings = Observation::of(&app).findings;
    let kinds: Vec<_> = findings
        .iter()
        .map(|found| (found.kind, found.what.as_str()))
        .collect();
    assert_eq!(kinds, [(FindingKind::OverdueTask, "never_ends")]);
    within(app.shutdown()).await.expect("nothing fails");
}

#[tokio::test]
async fn a_scope_that_is_not_closed_is_named_by_its_place() {
    let (app, _) = run(NEVER, NEVER, Duration::ZERO).await;
    let leaked = app.scope();
    let line = line!() - 1;
    let found = one(&app);
    assert_eq!(found.kind, FindingKind::OverdueScope);
    let place = format!("findings.rs:{line}");
    assert!(found.what.ends_with(&place), "{found}");
    drop(leaked);
    assert_eq!(Observation::of(&app).findings, []);
}

#[tokio::test]
async fn clean_code_gives_none_while_it_runs_either() {
    let (app, router) = run(NEVER, NEVER, NEVER).await;
    let requests = async { fetch(&router, "/begins").await };
    let mut request = std::pin::pin!(requests);
    tokio::select! {
        _ = &mut request => panic!("nothing lets it go on"),
        () = app.get::<Notify>().notified() => {}
    }
    assert_eq!(Observation::of(&app).findings, []);
}

#[tokio::test]
async fn what_is_needed_elsewhere_is_not_for_nothing() {
    let (app, router) = run(NEVER, NEVER, NEVER).await;
    for _ in 0..25 {
        // A guard of a plain handler; one before a body that is refused; what another value needs; what is there for its end.
        text(&router, "/plain").await;
        let refused = fetch(&router, "/guarded").await.0;
        assert!(refused.is_client_error());
        text(&router, "/with_needed").await;
        text(&router, "/with_end").await;
    }
    assert_eq!(Observation::of(&app).findings, []);
    let routes = Observation::of(&app).routes;
    let plain = routes.iter().find(|route| route.path == "/plain");
    assert_eq!(plain.expect("it was asked for").status, [0, 25, 0, 0, 0]);
}

#[tokio::test]
async fn who_keeps_a_thread_is_not_mistaken_for_another() {
    let (app, router) = run(Duration::from_millis(25), NEVER, NEVER).await;
    for path in ["/shortly", "/drops", "/innocent"] {
        text(&router, path).await;
    }
    let slow = Observation::of(&app).slow_polls;
    let of = |route: &str| {
        let found = slow.iter().find(|slow| slow.route == route);
        found.expect("it takes 30 ms at least").what
    };
    let short = of("GET /shortly").expect("it is one of ours");
    assert!(short.starts_with("Short"), "{short}");
    // Neither the handler nor what is torn down after it.
    assert_eq!((of("GET /drops"), of("GET /innocent")), (None, None));
}
