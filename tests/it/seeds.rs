//! Values that are handed in when a scope is opened.

use std::sync::Arc;

use axum::{Router, http::HeaderMap, http::StatusCode, routing::get};
use di_axum::{BoxError, Opener, Outcome, Tasks, container, handler, injectable, task};

use crate::support::{Log, fetch, within};

/// Has no constructor.
#[derive(Clone, Debug, PartialEq)]
struct Tenant(&'static str);

/// Is made of a request where there is one.
struct Caller(String);

#[injectable(request)]
impl Caller {
    fn new(#[extract] headers: HeaderMap, log: &Log) -> Result<Self, StatusCode> {
        log.note("caller");
        let name = headers.get("caller").ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(Caller(format!("{name:?}")))
    }
}

trait Named: Send + Sync {
    fn name(&self) -> &str;
}

impl Named for Caller {
    fn name(&self) -> &str {
        &self.0
    }
}

struct Report<'r> {
    tenant: &'r Tenant,
    log: &'r Log,
}

#[injectable(request, teardown = close)]
impl<'r> Report<'r> {
    fn new(tenant: &'r Tenant, log: &'r Log) -> Self {
        Report { tenant, log }
    }

    async fn close(self, outcome: Outcome) {
        self.log
            .note(format_args!("report of {}: {outcome:?}", self.tenant.0));
    }
}

#[injectable(request)]
struct Greeting<'r> {
    by: &'r (dyn Named + 'r),
}

#[handler]
async fn greet(greeting: &Greeting<'_>) -> String {
    greeting.by.name().to_string()
}

/// A singleton that opens scopes, for tenants.
#[injectable(singleton)]
struct Reports {
    scopes: Arc<Opener<App>>,
}

impl Reports {
    async fn of(&self, tenant: Tenant) -> Result<(), BoxError> {
        let scope = self.scopes.open()?.with(tenant);
        scope.get::<Report<'_>>().await?;
        Ok(scope.close(Outcome::Success).await?)
    }
}

/// A task that opens one scope for each tenant.
#[task]
async fn report_all(job: Vec<&'static str>, reports: &Reports) -> Result<(), BoxError> {
    for tenant in job {
        reports.of(Tenant(tenant)).await?;
    }
    Ok(())
}

#[container(
    #[seed] Tenant,
    Caller,
    dyn Named = Caller,
    Report<'_>,
    Greeting<'_>,
    Reports,
    Tasks<Vec<&'static str>> = report_all,
    handlers(greet),
)]
#[allow(unused)]
struct App {
    log: Arc<Log>,
}

async fn build() -> (App, Arc<Log>) {
    let log = Log::new();
    (
        App::build(Arc::clone(&log)).await.expect("nothing fails"),
        log,
    )
}

#[tokio::test]
async fn what_is_handed_in_is_what_is_injected() {
    let (app, log) = build().await;
    let scope = app.scope().with(Tenant("north"));
    assert_eq!(
        scope.get::<Tenant>().await.expect("it is there"),
        &Tenant("north")
    );
    let report = scope.get::<Report<'_>>().await.expect("nothing fails");
    assert_eq!(report.tenant, &Tenant("north"));
    scope.close(Outcome::Success).await.expect("nothing fails");
    assert_eq!(log.take(), ["report of north: Success"]);
}

#[tokio::test]
async fn it_takes_the_place_of_a_constructor_that_needs_a_request() {
    let (app, log) = build().await;
    let scope = app
        .scope()
        .with(Tenant("south"))
        .with(Caller("console".to_string()));
    let greeting = scope.get::<Greeting<'_>>().await.expect("nothing fails");
    assert_eq!(greeting.by.name(), "console");
    scope.close(Outcome::Success).await.expect("nothing fails");
    assert_eq!(log.take(), [""; 0], "the constructor did not run");
    // The next request has its own.
    let router = Router::new().route("/", get(greet)).with_state(app);
    assert_eq!(fetch(&router, "/").await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn scopes_are_flat_and_each_ends_on_its_own() {
    let (app, log) = build().await;
    let first = app.scope().with(Tenant("first"));
    let second = first.container().scope().with(Tenant("second"));
    first.get::<Report<'_>>().await.expect("nothing fails");
    second.get::<Report<'_>>().await.expect("nothing fails");
    first.close(Outcome::Success).await.expect("nothing fails");
    assert_eq!(log.take(), ["report of first: Success"]);
    drop(second);
    within(app.shutdown()).await.expect("nothing fails");
    assert_eq!(log.take(), ["report of second: Cancelled"]);
}

#[tokio::test]
async fn a_task_and_a_singleton_open_scopes() {
    let (app, log) = build().await;
    app.run(vec!["east", "west"]).await.expect("nothing fails");
    assert_eq!(
        log.take(),
        ["report of east: Success", "report of west: Success"]
    );
}

#[tokio::test]
async fn what_is_handed_in_is_dropped_with_the_scope() {
    let (app, _) = build().await;
    struct Held(Arc<()>);
    #[container(#[seed] Held)]
    struct Small;
    let small = Small::build().await.expect("nothing fails");
    let alive = Arc::new(());
    let scope = small.scope().with(Held(Arc::clone(&alive)));
    assert_eq!(
        Arc::strong_count(&scope.get::<Held>().await.expect("it is there").0),
        2
    );
    drop(scope);
    assert_eq!(Arc::strong_count(&alive), 1);
    drop(app);
}

#[tokio::test]
async fn a_scope_that_is_used_after_the_end_of_the_app_says_so() {
    let (app, _) = build().await;
    let scope = app.scope().with(Tenant("late"));
    let (ended, ()) = tokio::join!(app.shutdown(), async {
        tokio::task::yield_now().await;
        drop(scope);
    });
    ended.expect("nothing fails");
    let late = app.scope().with(Tenant("late"));
    let error = within(late.get::<Report<'_>>())
        .await
        .err()
        .expect("it is shut down");
    assert!(
        error.to_string().ends_with("the app is shut down"),
        "{error}"
    );
}
