//! The forms of `#[injectable]` with a constructor: impl block, marked constructor, free fn; sync and async,
//! infallible and not; in each scope. See `derive` for structs and associated fns.

use std::sync::Arc;

use axum::{
    Router,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use di_axum::{container, handler, injectable};

use crate::support::{Log, fetch, text};

/// Handed in.
pub(crate) struct Env {
    pub(crate) url: &'static str,
    pub(crate) is_broken: bool,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Broken(pub(crate) &'static str);

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is broken", self.0)
    }
}

impl std::error::Error for Broken {}

impl IntoResponse for Broken {
    fn into_response(self) -> Response {
        (StatusCode::BAD_GATEWAY, self.to_string()).into_response()
    }
}

/// A `Result` of the user's own.
pub(crate) type Result<T, E = Broken> = std::result::Result<T, E>;

pub(crate) fn check<T>(env: &Env, name: &'static str, value: T) -> Result<T> {
    if env.is_broken {
        Err(Broken(name))
    } else {
        Ok(value)
    }
}

/// Every form, in one scope.
// rustfmt indents the list of an attribute in a macro further with every run.
#[rustfmt::skip]
macro_rules! forms {
    ($scope:ident) => {
        use super::*;

        pub(super) struct Sync(pub(super) &'static str);

        #[injectable($scope)]
        impl Sync {
            fn new(env: &Env) -> Self {
                Sync(env.url)
            }
        }

        pub(super) struct Async(pub(super) &'static str);

        #[injectable($scope)]
        impl Async {
            async fn new(env: &Env) -> Async {
                tokio::task::yield_now().await;
                Self(env.url)
            }
        }

        pub(super) struct SyncResult(pub(super) &'static str);

        #[injectable($scope)]
        impl SyncResult {
            /// Not the constructor, since another one is marked.
            #[allow(dead_code, reason = "shows that the mark wins over the name")]
            fn new(_: i8) -> Self {
                SyncResult("new")
            }

            #[constructor]
            fn open(env: &Env) -> Result<Self> {
                check(env, "sync", Self(env.url))
            }
        }

        pub(super) struct AsyncResult(pub(super) &'static str);

        #[injectable($scope)]
        impl AsyncResult {
            #[constructor]
            pub(super) async fn open(
                env: &Env,
                log: &Log,
            ) -> std::result::Result<AsyncResult, Broken> {
                tokio::task::yield_now().await;
                log.note("opened");
                check(env, "async", Self(env.url))
            }
        }

        #[injectable($scope)]
        fn sync_fn(env: &Env) -> u8 {
            env.url.len() as u8
        }

        #[injectable($scope)]
        async fn async_fn(env: &Env) -> u16 {
            tokio::task::yield_now().await;
            env.url.len() as u16
        }

        #[injectable($scope)]
        fn sync_result_fn(env: &Env) -> Result<u32> {
            check(env, "sync fn", env.url.len() as u32)
        }

        #[injectable($scope)]
        pub(super) async fn async_result_fn(env: &Env) -> Result<usize> {
            tokio::task::yield_now().await;
            check(env, "async fn", env.url.len())
        }

        #[container(
            Sync,
            Async,
            SyncResult,
            AsyncResult,
            u8 = sync_fn,
            u16 = async_fn,
            u32 = sync_result_fn,
            usize = async_result_fn,
        )]
        pub(super) struct App {
            env: Env,
            log: Arc<Log>,
        }

        pub(super) async fn app(is_broken: bool) -> std::result::Result<App, di_axum::BuildError> {
            App::build(
                Env {
                    url: "db",
                    is_broken,
                },
                Log::new(),
            )
            .await
        }
    };
}

mod singletons {
    forms!(singleton);
}

mod requests {
    forms!(request);

    #[handler]
    #[allow(clippy::too_many_arguments, reason = "one for each form")]
    pub(super) async fn all(
        a: &Sync,
        b: &Async,
        c: &SyncResult,
        d: &AsyncResult,
        e: &u8,
        f: &u16,
        g: &u32,
        h: &usize,
    ) -> String {
        format!("{} {} {} {} {e} {f} {g} {h}", a.0, b.0, c.0, d.0)
    }

    #[handler]
    pub(super) async fn sync_result(_: &SyncResult) {}

    #[handler]
    pub(super) async fn async_result(_: &AsyncResult) {}

    #[handler]
    pub(super) async fn sync_fn_result(_: &u32) {}

    #[handler]
    pub(super) async fn async_fn_result(_: &usize) {}
}

mod transients {
    forms!(transient);

    #[handler]
    #[allow(clippy::too_many_arguments, reason = "one for each form")]
    pub(super) async fn all(
        #[inject] a: Sync,
        #[inject] b: Async,
        #[inject] c: SyncResult,
        #[inject] d: AsyncResult,
        #[inject] e: u8,
        #[inject] f: u16,
        #[inject] g: u32,
        #[inject] h: usize,
    ) -> String {
        format!("{} {} {} {} {e} {f} {g} {h}", a.0, b.0, c.0, d.0)
    }
}

#[tokio::test]
async fn singletons_in_every_form() {
    use singletons::{Async, AsyncResult, Sync, SyncResult, app};
    let app = app(false).await.expect("nothing is broken");
    let urls = [
        app.get::<Sync>().0,
        app.get::<Async>().0,
        app.get::<SyncResult>().0,
        app.get::<AsyncResult>().0,
    ];
    assert_eq!(urls, ["db"; 4]);
    let numbers = (
        *app.get::<u8>(),
        *app.get::<u16>(),
        *app.get::<u32>(),
        *app.get::<usize>(),
    );
    assert_eq!(numbers, (2, 2, 2, 2));
    assert_eq!(app.get::<Log>().take(), ["opened"]);
    singletons::app(true)
        .await
        .expect_err("four of them are broken");
}

#[tokio::test]
async fn request_scoped_values_in_every_form() {
    use requests::{all, app, async_fn_result, async_result, sync_fn_result, sync_result};
    let router = |app| {
        Router::new()
            .route("/all", get(all))
            .route("/sync", get(sync_result))
            .route("/async", get(async_result))
            .route("/sync-fn", get(sync_fn_result))
            .route("/async-fn", get(async_fn_result))
            .with_state(app)
    };
    let whole = router(app(false).await.expect("nothing is built yet"));
    assert_eq!(text(&whole, "/all").await, "db db db db 2 2 2 2");
    let broken = router(app(true).await.expect("nothing is built yet"));
    for name in ["sync", "async", "sync fn", "async fn"] {
        let answer = fetch(&broken, &format!("/{}", name.replace(' ', "-"))).await;
        assert_eq!(
            answer,
            (StatusCode::BAD_GATEWAY, format!("{name} is broken"))
        );
    }
}

#[tokio::test]
async fn transients_in_every_form() {
    use transients::{all, app};
    let router = |app| Router::new().route("/", get(all)).with_state(app);
    let whole = router(app(false).await.expect("nothing is built yet"));
    assert_eq!(text(&whole, "/").await, "db db db db 2 2 2 2");
    let broken = router(app(true).await.expect("nothing is built yet"));
    assert_eq!(fetch(&broken, "/").await.0, StatusCode::BAD_GATEWAY);
}

#[tokio::test]
async fn constructors_and_providers_stay_ordinary_fns() {
    let (env, log) = (
        Env {
            url: "here",
            is_broken: false,
        },
        Log::new(),
    );
    let opened = singletons::AsyncResult::open(&env, &log)
        .await
        .expect("it is whole");
    assert_eq!(opened.0, "here");
    assert_eq!(requests::async_result_fn(&env).await, Ok(4));
}
