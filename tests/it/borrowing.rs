//! Request-scoped values that borrow singletons and each other, through trait objects, guards and boxes too.

use std::sync::Arc;

use async_trait::async_trait;
use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use di_axum::{container, handler, injectable};
use tokio::sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit};

use crate::support::{fetch, text, within};

// A chain of borrows, and a trait object of a type that borrows.

#[injectable(singleton)]
struct Pool {
    #[inject(value = vec!["ada".to_string(), "bob".to_string()])]
    names: Vec<String>,
}

struct Caller {
    id: usize,
}

#[injectable(request)]
impl Caller {
    fn new(#[extract] Path(id): Path<usize>) -> Self {
        Caller { id }
    }
}

#[injectable(request)]
struct Users<'r> {
    pool: &'r Pool,
    caller: &'r Caller,
}

#[async_trait]
trait Repo: Send + Sync {
    async fn name(&self) -> Option<&str>;
    fn caller(&self) -> &Caller;
}

#[injectable(request)]
struct SqlRepo<'r> {
    users: &'r Users<'r>,
}

#[async_trait]
impl Repo for SqlRepo<'_> {
    async fn name(&self) -> Option<&str> {
        tokio::task::yield_now().await;
        self.users
            .pool
            .names
            .get(self.users.caller.id)
            .map(String::as_str)
    }

    fn caller(&self) -> &Caller {
        self.users.caller
    }
}

type Phrase<'r> = Box<dyn Fn(&str) -> String + Send + Sync + 'r>;

/// Borrows the trait object, and owns boxes that borrow.
struct Greeter<'r> {
    repo: &'r dyn Repo,
    phrases: Vec<Phrase<'r>>,
}

#[injectable(request)]
impl<'r> Greeter<'r> {
    async fn new(repo: &'r (dyn Repo + 'r), users: &'r Users<'r>) -> Self {
        tokio::task::yield_now().await;
        let greet = move |name: &str| format!("hello {name}, one of {}", users.pool.names.len());
        let part = move |name: &str| format!("bye {name} ({})", repo.caller().id);
        Greeter {
            repo,
            phrases: vec![Box::new(greet), Box::new(part)],
        }
    }
}

#[container(Pool, Caller, Users<'_>, SqlRepo<'_>, dyn Repo = SqlRepo<'_>, Greeter<'_>)]
struct App;

#[handler]
async fn hello(
    greeter: &Greeter<'_>,
    repo: &dyn Repo,
    users: &Users<'_>,
    caller: &Caller,
) -> Result<String, StatusCode> {
    assert!(std::ptr::eq(caller, users.caller));
    assert!(std::ptr::eq(caller, repo.caller()));
    assert!(std::ptr::addr_eq(repo, greeter.repo));
    let name = repo.name().await.ok_or(StatusCode::NOT_FOUND)?;
    let phrases: Vec<_> = greeter.phrases.iter().map(|phrase| phrase(name)).collect();
    Ok(phrases.join(", "))
}

#[tokio::test]
async fn values_borrow_from_each_other_through_trait_objects() {
    let app = App::build().await.expect("nothing fails");
    let router = Router::new().route("/{id}", get(hello)).with_state(app);
    assert_eq!(
        within(text(&router, "/0")).await,
        "hello ada, one of 2, bye ada (0)"
    );
    assert_eq!(
        within(text(&router, "/1")).await,
        "hello bob, one of 2, bye bob (1)"
    );
    assert_eq!(within(fetch(&router, "/2")).await.0, StatusCode::NOT_FOUND);
}

// Guards: what a request holds is free again when the request is over, also when it failed.

struct Account {
    balance: Mutex<i64>,
}

/// The only request that has the account.
struct Locked<'r> {
    balance: MutexGuard<'r, i64>,
}

#[injectable(request)]
impl<'r> Locked<'r> {
    async fn new(account: &'r Account) -> Self {
        Locked {
            balance: account.balance.lock().await,
        }
    }
}

struct Busy;

impl IntoResponse for Busy {
    fn into_response(self) -> Response {
        (StatusCode::SERVICE_UNAVAILABLE, "busy").into_response()
    }
}

/// A foreign type that borrows, from a provider.
#[injectable(request)]
fn seat(seats: &Semaphore) -> Result<SemaphorePermit<'_>, Busy> {
    seats.try_acquire().map_err(|_| Busy)
}

/// Borrows two guards.
struct Statement<'r> {
    locked: &'r Locked<'r>,
    _seat: &'r SemaphorePermit<'r>,
    lines: Box<dyn Iterator<Item = i64> + Send + Sync + 'r>,
}

#[injectable(request)]
impl<'r> Statement<'r> {
    fn new(locked: &'r Locked<'r>, _seat: &'r SemaphorePermit<'r>) -> Result<Self, Busy> {
        if *locked.balance < 0 {
            return Err(Busy);
        }
        Ok(Statement {
            locked,
            _seat,
            lines: Box::new((0..3).map(move |n| *locked.balance + n)),
        })
    }
}

#[container(Locked<'_>, SemaphorePermit<'_> = seat, Statement<'_>)]
struct Bank {
    account: Arc<Account>,
    seats: Arc<Semaphore>,
}

#[handler]
async fn show_statement(statement: &Statement<'_>, account: &Account, seats: &Semaphore) -> String {
    assert!(account.balance.try_lock().is_err(), "this request has it");
    format!(
        "{} {:?}, {} seats",
        *statement.locked.balance,
        statement.lines.size_hint().1,
        seats.available_permits()
    )
}

struct Opened {
    router: Router,
    account: Arc<Account>,
    seats: Arc<Semaphore>,
}

async fn open(balance: i64, seats: usize) -> Opened {
    let account = Arc::new(Account {
        balance: Mutex::new(balance),
    });
    let seats = Arc::new(Semaphore::new(seats));
    let bank = Bank::build(account.clone(), seats.clone())
        .await
        .expect("nothing fails");
    let router = Router::new()
        .route("/", get(show_statement))
        .with_state(bank);
    Opened {
        router,
        account,
        seats,
    }
}

#[tokio::test]
async fn a_request_holds_its_guards_until_it_is_over() {
    let Opened {
        router,
        account,
        seats,
    } = open(7, 2).await;
    for _ in 0..3 {
        assert_eq!(text(&router, "/").await, "7 Some(3), 1 seats");
        assert!(account.balance.try_lock().is_ok());
        assert_eq!(seats.available_permits(), 2);
    }
}

#[tokio::test]
async fn a_failing_constructor_gives_the_guards_back() {
    let busy = (StatusCode::SERVICE_UNAVAILABLE, "busy".to_string());

    let Opened {
        router,
        account,
        seats,
    } = open(-1, 1).await;
    assert_eq!(fetch(&router, "/").await, busy);
    assert!(account.balance.try_lock().is_ok());
    assert_eq!(seats.available_permits(), 1);

    let Opened {
        router, account, ..
    } = open(7, 0).await;
    assert_eq!(fetch(&router, "/").await, busy);
    assert!(account.balance.try_lock().is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_guard_keeps_concurrent_requests_apart() {
    let Opened {
        router,
        account,
        seats,
    } = open(7, 16).await;
    let held = account.balance.lock().await;
    let requests = tokio::spawn(async move { crate::support::at_once(&router, "/", 16).await });
    tokio::task::yield_now().await;
    assert!(!requests.is_finished(), "the account is locked");
    drop(held);
    let answers = within(requests).await.expect("no panic");
    assert_eq!(answers.len(), 16);
    assert!(account.balance.try_lock().is_ok());
    assert_eq!(seats.available_permits(), 16);
}
