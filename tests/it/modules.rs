//! Modules: lists that containers and other modules include, from this crate and from others.

use std::sync::Arc;

use axum::{Router, http::StatusCode, routing::get};
use di_axum::{container, handler, injectable, module};
use di_fixture_billing::{Ledger, Numbering, Rates};

use crate::support::{Log, Traced, post_json, send, text, within};

/// What everything else here needs. The nodes are named by what is in scope here.
mod storage {
    use super::*;

    pub(crate) struct Pool(pub(crate) Traced);

    #[injectable(singleton)]
    impl Pool {
        fn new(log: Arc<Log>) -> Self {
            Pool(Traced::new("pool", log))
        }
    }

    /// A value of which there are two.
    pub(crate) struct Url(pub(crate) &'static str);

    pub(crate) struct Replica;

    #[injectable(singleton)]
    pub(crate) fn primary() -> Url {
        Url("primary")
    }

    #[injectable(singleton)]
    pub(crate) fn replica() -> Url {
        Url("replica")
    }

    #[module(Pool, Url = primary, #[qualifier(Replica)] Url = self::replica)]
    pub(crate) struct Storage;
}

mod users {
    use super::{storage::Pool, *};

    pub(crate) trait Users: Send + Sync {
        fn name(&self) -> &'static str;
    }

    #[injectable(request)]
    pub(crate) struct SqlUsers<'r> {
        pub(crate) pool: &'r Pool,
    }

    impl Users for SqlUsers<'_> {
        fn name(&self) -> &'static str {
            self.pool.0.name()
        }
    }

    #[module(..super::storage::Storage, SqlUsers<'_>, dyn Users = SqlUsers<'_>)]
    pub(crate) struct UsersModule;
}

mod orders {
    use super::*;
    use crate::modules::storage::{self, Pool, Replica, Url};

    #[injectable(request)]
    pub(crate) struct Orders<'r> {
        pub(crate) pool: &'r Pool,
        pub(crate) url: &'r Url,
        #[inject(Replica)]
        pub(crate) replica: &'r Url,
    }

    #[module(Orders<'_>, ..storage::Storage)]
    pub(crate) struct OrdersModule;
}

/// A module that lists nothing of its own.
mod shop {
    use super::*;

    #[module(..orders::OrdersModule, ..users::UsersModule)]
    pub(crate) struct Shop;
}

// `Storage` is reached by four paths.
#[container(
    ..shop::Shop,
    ..users::UsersModule,
    ..crate::modules::orders::OrdersModule,
    ..storage::Storage,
)]
struct App {
    log: Arc<Log>,
}

#[handler]
async fn order(
    orders: &orders::Orders<'_>,
    users: &dyn users::Users,
    pool: &storage::Pool,
) -> String {
    assert!(std::ptr::eq(orders.pool, pool));
    format!("{} {} {}", users.name(), orders.url.0, orders.replica.0)
}

#[tokio::test]
async fn a_module_that_is_reached_by_several_paths_counts_once() {
    let log = Log::new();
    let app = App::build(log.clone()).await.expect("nothing fails");
    assert_eq!(log.take(), ["+pool"]);
    let router = Router::new().route("/", get(order)).with_state(app);
    assert_eq!(text(&router, "/").await, "pool primary replica");
    assert_eq!(log.take(), [""; 0]);
}

#[container(..storage::Storage)]
struct Small {
    log: Arc<Log>,
}

#[tokio::test]
async fn a_module_builds_a_set_of_singletons_for_each_container() {
    let (log, other) = (Log::new(), Log::new());
    let small = Small::build(log.clone()).await.expect("nothing fails");
    let app = App::build(other.clone()).await.expect("nothing fails");
    assert!(!std::ptr::eq(
        small.get::<storage::Pool>(),
        app.get::<storage::Pool>()
    ));
    assert_eq!((log.count("+pool"), other.count("+pool")), (1, 1));
}

/// A module of this crate that includes one of another crate.
mod accounting {
    use super::*;

    #[injectable(singleton)]
    pub(crate) struct Audit {
        pub(crate) ledger: Arc<Ledger>,
    }

    #[module(Audit, ..di_fixture_billing::Billing)]
    pub(crate) struct Accounting;
}

#[container(..di_fixture_billing::Billing, ..accounting::Accounting)]
struct Company;

#[handler]
async fn show_audit(audit: &accounting::Audit, numbering: &dyn Numbering, rates: &Rates) -> String {
    let entries = audit.ledger.entries().join(", ");
    format!(
        "{entries}; next {}; {} rates",
        numbering.next(),
        rates.len()
    )
}

#[tokio::test]
async fn a_module_and_a_handler_may_come_from_another_crate() {
    let app = Company::build().await.expect("nothing fails");
    let ledger = app.get::<Ledger>();
    assert!(std::ptr::eq(
        ledger,
        &*app.get::<accounting::Audit>().ledger
    ));

    let router = Router::new()
        .route("/invoice/{plan}", get(di_fixture_billing::invoice))
        .route("/audit", get(show_audit))
        .with_state(app.clone());
    assert_eq!(
        text(&router, "/invoice/small").await,
        "invoice 1: small for 9"
    );
    assert_eq!(
        text(&router, "/invoice/large").await,
        "invoice 2: large for 90"
    );
    assert_eq!(
        text(&router, "/audit").await,
        "small, large; next 3; 2 rates"
    );
    assert_eq!(app.get::<Ledger>().entries(), ["small", "large"]);
}

/// This crate knows `di_axum`, that one `wires`; both are the same crate.
#[container(..di_fixture_renamed::Greetings)]
struct Renamed;

#[tokio::test]
async fn the_crate_may_have_any_name() {
    let theirs = di_fixture_renamed::router().await.expect("nothing fails");
    assert_eq!(text(&theirs, "/greet/ada").await, "hello ada");
    assert_eq!(text(&theirs, "/greeting").await, "hello");

    let app = Renamed::build().await.expect("nothing fails");
    let ours = Router::new()
        .route("/{name}", get(di_fixture_renamed::greet))
        .with_state(app);
    assert_eq!(text(&ours, "/bob").await, "hello bob");
}

/// A crate with every lint denied, without a prelude, in the older edition; its lints are checked with the workspace.
#[tokio::test]
async fn a_strict_crate_serves() {
    within(async {
        let router = di_fixture_strict::router().await.expect("nothing fails");
        di_fixture_strict::inside();
        let answer = send(&router, post_json("/", "!")).await;
        assert_eq!(answer, (StatusCode::OK, "hello 0!".to_string()));
    })
    .await;
}

/// A module may bring its handlers; the container that includes it then runs those, and its own.
mod routes {
    use di_axum::{handler, module};

    #[handler]
    pub(crate) async fn listed(pool: &super::storage::Pool) -> String {
        pool.0.name().to_string()
    }

    #[module(handlers(listed))]
    pub(crate) struct Routes;
}

#[container(storage::Pool, ..routes::Routes)]
struct Rooted {
    log: Arc<Log>,
}

#[tokio::test]
async fn a_module_brings_its_handlers() {
    within(async {
        let app = Rooted::build(Log::new()).await.expect("nothing fails");
        let router = Router::new()
            .route("/", get(routes::listed))
            .with_state(app);
        assert_eq!(text(&router, "/").await, "pool");
        let roots: Vec<_> = Rooted::graph()
            .nodes()
            .filter(|node| node.is_root)
            .map(|node| node.name)
            .collect();
        assert_eq!(roots, ["listed"]);
    })
    .await;
}
