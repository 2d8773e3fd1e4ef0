//! Asking for lazy values: for each other, below extractors, and several at once.

use std::sync::Arc;

use axum::{Router, http::StatusCode, response::Response, routing::get};
use di_axum::{Lazy, LazyError, container, handler, injectable};

use crate::{
    lazy::Down,
    support::{Log, fetch, text, within},
};

/// Constructors that would wait for each other for ever.
mod circles {
    use super::*;

    struct Left;
    struct Middle;
    struct Right;

    #[injectable(request)]
    async fn left(middle: Lazy<'_, Middle>, log: &Log) -> Result<Left, LazyError> {
        log.note("begin:Left");
        tokio::task::yield_now().await;
        middle.get().await?;
        Ok(Left)
    }

    /// Needs at once what asks for it in its constructor.
    #[injectable(request)]
    fn middle(_right: &Right) -> Middle {
        Middle
    }

    #[injectable(request)]
    async fn right(left: Lazy<'_, Left>, log: &Log) -> Result<Right, LazyError> {
        log.note("begin:Right");
        tokio::task::yield_now().await;
        left.get().await?;
        Ok(Right)
    }

    #[container(Left = left, Middle = middle, Right = right, handlers(one, both))]
    struct App {
        log: Arc<Log>,
    }

    #[handler]
    async fn one(_left: &Left) {}

    #[handler]
    async fn both(left: Lazy<'_, Left>, middle: Lazy<'_, Middle>) -> String {
        let (left, middle) = tokio::join!(left.get(), middle.get());
        let texts = [left.map(drop), middle.map(drop)].map(|result| match result {
            Ok(()) => "ok".to_string(),
            Err(error) => error.to_string(),
        });
        texts.join("\n")
    }

    async fn run() -> (Arc<Log>, Router) {
        let log = Log::new();
        let app = App::build(log.clone()).await.expect("nothing fails");
        let router = Router::new()
            .route("/", get(one))
            .route("/both", get(both))
            .with_state(app);
        (log, router)
    }

    #[tokio::test]
    async fn are_errors() {
        let (log, router) = run().await;
        let (status, _) = within(fetch(&router, "/")).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(log.take(), ["begin:Left", "begin:Right"]);
    }

    #[tokio::test]
    async fn are_errors_for_several_who_ask() {
        let (_log, router) = run().await;
        let text = within(text(&router, "/both")).await;
        assert!(
            text.contains("Left -> Middle -> Right -> Left")
                || text.contains("Right -> Left -> Middle -> Right"),
            "{text}"
        );
    }
}

/// What is extracted below a lazy value is taken from the request while there is one.
mod extracted {
    use super::*;
    use axum::{
        body::Body,
        extract::Request,
        middleware::{Next, from_fn_with_state},
    };
    use di_axum::{RequestScope, guard, scoped};

    struct Named(String);

    /// Notes when it runs.
    struct Name(String);

    impl<S: Sync> axum::extract::FromRequestParts<S> for Name {
        type Rejection = (StatusCode, &'static str);
        async fn from_request_parts(
            head: &mut axum::http::request::Parts,
            _: &S,
        ) -> Result<Self, Self::Rejection> {
            let log = head.extensions.get::<Arc<Log>>().cloned();
            log.expect("every request has one").note("extract");
            match head.headers.get("name").and_then(|name| name.to_str().ok()) {
                Some(name) => Ok(Name(name.to_string())),
                None => Err((StatusCode::UNAUTHORIZED, "no name")),
            }
        }
    }

    #[injectable(request)]
    fn named(#[extract] name: Name, log: &Log) -> Named {
        log.note("new:Named");
        Named(name.0)
    }

    struct Everyone;

    #[injectable(request)]
    fn everyone(_named: Lazy<'_, Named>) -> Everyone {
        Everyone
    }

    #[container(Named = named, Everyone = everyone, handlers(asks, never, guarded))]
    struct App {
        log: Arc<Log>,
    }

    #[handler]
    async fn asks(named: Lazy<'_, Named>, log: &Log, body: String) -> Result<String, LazyError> {
        log.note(format_args!("handler {body}"));
        Ok(named.get().await?.0.clone())
    }

    #[handler]
    async fn never(_named: Lazy<'_, Named>) {}

    #[handler(guard(Everyone))]
    async fn guarded(named: Lazy<'_, Named>) -> Result<String, LazyError> {
        Ok(named.get().await?.0.clone())
    }

    async fn layer(
        scope: RequestScope<App>,
        request: Request,
        next: Next,
    ) -> Result<Response, Response> {
        let (mut head, body) = request.into_parts();
        scope.get::<Everyone>(&mut head).await?;
        Ok(next.run(Request::from_parts(head, body)).await)
    }

    async fn run() -> (App, Arc<Log>, Router) {
        let log = Log::new();
        let app = App::build(log.clone()).await.expect("nothing fails");
        let router = Router::new()
            .route("/asks", get(asks))
            .route("/never", get(never))
            .route("/guarded", get(guarded))
            .with_state(app.clone());
        (app, log, router)
    }

    async fn answer(
        log: &Arc<Log>,
        router: &Router,
        path: &str,
        name: &str,
    ) -> (StatusCode, String) {
        let request = Request::get(path).extension(Arc::clone(log));
        let request = match name {
            "" => request,
            name => request.header("name", name),
        };
        let request = request.body(Body::from("body")).expect("a valid request");
        crate::support::send(router, request).await
    }

    #[tokio::test]
    async fn before_the_handler() {
        let (_app, log, router) = run().await;
        let (_, body) = answer(&log, &router, "/asks", "ada").await;
        assert_eq!(body, "ada");
        assert_eq!(log.take(), ["extract", "handler body", "new:Named"]);
        answer(&log, &router, "/never", "ada").await;
        assert_eq!(log.take(), ["extract"]);
    }

    #[tokio::test]
    async fn a_rejection_turns_the_request_away() {
        let (_app, log, router) = run().await;
        let (status, body) = answer(&log, &router, "/never", "").await;
        assert_eq!(
            (status, body.as_str()),
            (StatusCode::UNAUTHORIZED, "no name")
        );
    }

    #[tokio::test]
    async fn once_for_guards_layers_and_the_handler() {
        let (app, log, router) = run().await;
        let layered = router
            .clone()
            .layer(from_fn_with_state(app.clone(), layer))
            .layer(scoped(app.clone()));
        let for_all = router.clone().layer(guard::<Everyone, _>(app.clone()));
        for router in [router, layered, for_all] {
            let (_, body) = answer(&log, &router, "/guarded", "ada").await;
            assert_eq!(body, "ada");
            assert_eq!(log.take(), ["extract", "new:Named"]);
        }
    }
}

/// Several ask at once, in a scope of the app.
mod at_once {
    use super::*;
    use tokio::sync::Semaphore;

    use crate::support::poll_once;

    struct Slow<'r>(#[expect(dead_code, reason = "only there")] &'r Log);

    #[injectable(request)]
    async fn slow<'r>(log: &'r Log, gate: &Semaphore) -> Result<Slow<'r>, Down> {
        log.note("begin:Slow");
        gate.acquire().await.expect("nobody closes it").forget();
        match log.count("fail") {
            0 => {
                log.note("new:Slow");
                Ok(Slow(log))
            }
            _ => Err(Down),
        }
    }

    struct Other;

    #[injectable(request)]
    fn other(log: &Log) -> Other {
        log.note("new:Other");
        assert!(log.count("panic") == 0, "a constructor panics");
        Other
    }

    #[injectable(request)]
    struct Holder<'r> {
        slow: Lazy<'r, Slow<'r>>,
        other: Lazy<'r, Other>,
    }

    #[container(Slow<'_> = slow, Other = other, Holder<'_>, handlers(waits, panics))]
    struct App {
        log: Arc<Log>,
        gate: Arc<Semaphore>,
    }

    #[handler]
    async fn waits(holder: &Holder<'_>) -> Result<(), LazyError> {
        holder.other.get().await?;
        holder.slow.get().await.map(drop)
    }

    #[handler]
    async fn panics(holder: &Holder<'_>) -> Result<(), LazyError> {
        holder.other.get().await.map(drop)
    }

    async fn run() -> (App, Arc<Log>, Arc<Semaphore>) {
        let (log, gate) = (Log::new(), Arc::new(Semaphore::new(0)));
        let app = App::build(log.clone(), gate.clone()).await;
        (app.expect("nothing fails"), log, gate)
    }

    #[tokio::test]
    async fn no_lock_is_held_meanwhile() {
        let (app, log, gate) = run().await;
        let scope = app.scope();
        let mut slow = Box::pin(scope.get::<Slow<'_>>());
        assert!(poll_once(&mut slow).is_pending());
        assert!(poll_once(&mut Box::pin(scope.get::<Other>())).is_ready());
        gate.add_permits(1);
        within(slow).await.map(drop).expect("nothing fails");
        assert_eq!(log.take(), ["begin:Slow", "new:Other", "new:Slow"]);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_hundred_tasks_share_one_construction() {
        let (app, log, gate) = run().await;
        let scope = Arc::new(app.scope());
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..100 {
            let scope = Arc::clone(&scope);
            tasks.spawn(async move {
                let holder = scope.get::<Holder<'_>>().await.expect("nothing fails");
                let slow = holder.slow.get().await.expect("nothing fails");
                let other = scope.get::<Slow<'_>>().await.expect("nothing fails");
                assert!(std::ptr::eq(slow, other));
            });
        }
        gate.add_permits(1);
        within(tasks.join_all()).await;
        assert_eq!(log.take(), ["begin:Slow", "new:Slow"]);
    }

    #[tokio::test]
    async fn it_goes_on_when_the_first_is_given_up() {
        let (app, log, gate) = run().await;
        let scope = app.scope();
        let holder = scope.get::<Holder<'_>>().await.expect("nothing fails");
        let (mut one, mut two) = (Box::pin(holder.slow.get()), Box::pin(holder.slow.get()));
        assert!(poll_once(&mut one).is_pending() && poll_once(&mut two).is_pending());
        drop(one);
        gate.add_permits(1);
        within(two).await.map(drop).expect("nothing fails");
        assert_eq!(log.take(), ["begin:Slow", "new:Slow"]);
    }

    #[tokio::test]
    async fn another_tries_again_when_it_fails() {
        let (app, log, gate) = run().await;
        let scope = app.scope();
        let holder = scope.get::<Holder<'_>>().await.expect("nothing fails");
        log.note("fail");
        let (mut one, mut two) = (Box::pin(holder.slow.get()), Box::pin(holder.slow.get()));
        assert!(poll_once(&mut one).is_pending() && poll_once(&mut two).is_pending());
        gate.add_permits(2);
        let error = within(one).await.map(drop).expect_err("it fails");
        assert_eq!(error.path(), ["Slow"]);
        assert_eq!(log.take(), ["fail", "begin:Slow"]);
        within(two).await.map(drop).expect("nothing fails");
        assert_eq!(log.take(), ["begin:Slow", "new:Slow"]);
    }

    #[tokio::test]
    async fn a_client_that_goes_away_and_one_that_panics() {
        let (app, log, gate) = run().await;
        let router = Router::new()
            .route("/waits", get(waits))
            .route("/panics", get(panics))
            .with_state(app.clone());
        let mut future = Box::pin(text(&router, "/waits"));
        assert!(poll_once(&mut future).is_pending());
        drop(future);
        assert_eq!(log.take(), ["new:Other", "begin:Slow"]);
        log.note("panic");
        let (status, _) = fetch(&router, "/panics").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        log.take();
        gate.add_permits(1);
        text(&router, "/waits").await;
        assert_eq!(log.take(), ["new:Other", "begin:Slow", "new:Slow"]);
        within(app.shutdown()).await.expect("nothing fails");
    }
}
