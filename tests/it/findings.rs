//! What costs for nothing is named, with what causes it; clean code gives no finding.

use std::{sync::Arc, time::Duration};

use axum::{Router, http::StatusCode, response::IntoResponse, routing::get};
use di_axum::{
    Tasks, container, handler, injectable,
    observe::{Finding, FindingKind, Observation, observe},
    task,
};
use tokio::sync::Notify;

use crate::support::{fetch, text, within};

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

#[derive(Debug)]
struct Refused;
impl IntoResponse for Refused {
    fn into_response(self) -> axum::response::Response {
        StatusCode::CONFLICT.into_response()
    }
}
impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}
impl std::error::Error for Refused {}

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
    std::thread::sleep(Duration::from_millis(30));
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

#[container(
    Stamp, Audit, Session, Users<'_>, Slow, Directory, Refuses, Computes,
    Tasks<Endless> = never_ends,
    handlers(clean, twice, ignores, in_vain, blocks, computes, push)
)]
struct App {
    begun: Arc<Notify>,
}

/// None of what takes time on a loaded machine is a finding here, unless a test says so.
const NEVER: Duration = Duration::from_secs(3_600);

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
        .layer(observe(&app))
        .with_state(app.clone());
    (app, router)
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
    assert_eq!(fetch(&router, "/in_vain").await.0, StatusCode::CONFLICT);
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
    assert!(found.text.contains("1 times in `GET /blocks`"), "{found}");
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
    assert_eq!(
        kinds,
        [
            (FindingKind::OverdueTask, "never_ends"),
            (FindingKind::OverdueScope, "task never_ends")
        ]
    );
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
