//! A server on PostgreSQL under load: five connections, two hundred clients, and two thousand that go away.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use axum::{Router, extract::Path, http::StatusCode, response::IntoResponse, routing::get};
use di_axum::{
    Outcome, container, handler, injectable,
    sql::{Connections, Session, SessionError},
};
use sqlx::{PgPool, Postgres, postgres::PgPoolOptions};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinSet,
    time::sleep,
};

use crate::support::{postgres, within};

const CONNECTIONS: u32 = 5;

struct Settings {
    url: String,
}

#[injectable(singleton)]
async fn connect(settings: &Settings) -> Result<PgPool, sqlx::Error> {
    let options = PgPoolOptions::new().max_connections(CONNECTIONS);
    let options = options.acquire_timeout(Duration::from_secs(30));
    options.connect(&settings.url).await
}

/// Whose scope ended how. It is built before the session, and so hears of the end after it.
#[injectable(singleton)]
struct Ends {
    #[inject(default)]
    successes: Mutex<BTreeSet<i64>>,
}

struct Witness<'r> {
    ends: &'r Ends,
    order: AtomicU64,
}

#[injectable(request, teardown = close)]
impl<'r> Witness<'r> {
    fn new(ends: &'r Ends) -> Self {
        let order = AtomicU64::new(u64::MAX);
        Self { ends, order }
    }

    async fn close(self, outcome: Outcome) {
        if outcome.is_success() {
            let mut successes = self.ends.successes.lock().expect("nobody panics here");
            successes.insert(self.order.into_inner() as i64);
        }
    }
}

#[injectable(request)]
struct Orders<'r> {
    witness: &'r Witness<'r>,
    session: &'r Session<Postgres>,
}

impl Orders<'_> {
    /// An order of two lines, which are there together or not at all.
    async fn place(&self, order: i64) -> Result<(), SessionError> {
        self.witness.order.store(order as u64, Relaxed);
        for line in [1, 2] {
            let mut transaction = self.session.transaction().await?;
            let insert = sqlx::query("INSERT INTO lines (order_id, line) VALUES ($1, $2)");
            let insert = insert.bind(order).bind(line);
            insert.execute(&mut *transaction).await?;
        }
        Ok(())
    }
}

/// Every seventh is refused, every eleventh fails, every thirteenth breaks off.
#[handler]
async fn place(orders: &Orders<'_>, Path(order): Path<i64>) -> Result<StatusCode, SessionError> {
    orders.place(order).await?;
    match order {
        order if order % 7 == 0 => Ok(StatusCode::CONFLICT),
        order if order % 11 == 0 => Err(sqlx::Error::RowNotFound.into()),
        order if order % 13 == 0 => panic!("on purpose"),
        _ => Ok(StatusCode::CREATED),
    }
}

#[handler]
async fn pool(connections: &Connections<Postgres>) -> impl IntoResponse + use<> {
    format!("{:?}", connections.counts())
}

#[container(
    PgPool = connect,
    Connections<Postgres>,
    Session<Postgres>,
    Ends,
    Witness<'_>,
    Orders<'_>,
    handlers(place, pool)
)]
struct App {
    settings: Settings,
}

/// A served app, and a connection of its own that watches.
struct Served {
    app: App,
    address: SocketAddr,
    watcher: PgPool,
    stop: oneshot::Sender<()>,
    server: tokio::task::JoinHandle<()>,
}

impl Served {
    async fn start() -> Option<Self> {
        let database = postgres()?;
        let options = PgPoolOptions::new().max_connections(1);
        // Told apart in the server's list of connections.
        let name = format!("{}&application_name=watcher", database.url);
        let watcher = options.connect(&name).await.expect("it is there");
        let table = "CREATE TABLE lines (order_id BIGINT, line INT, PRIMARY KEY (order_id, line))";
        let created = sqlx::query(table).execute(&watcher).await;
        created.expect("a table can be made");
        let url = format!("{}&application_name=app", database.url);
        let app = App::build(Settings { url }).await.expect("nothing fails");
        let router = Router::new()
            .route("/place/{order}", get(place))
            .route("/pool", get(pool))
            .with_state(app.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it is bound");
        let (stop, stopped) = oneshot::channel::<()>();
        let serve = di_axum::serve(listener, router, app.clone()).signal(async {
            let _ = stopped.await;
        });
        let server = tokio::spawn(async move { serve.await.expect("nothing fails") });
        Some(Self {
            app,
            address,
            watcher,
            stop,
            server,
        })
    }

    /// The app's connections, and how many of them are in a transaction that does nothing.
    async fn connections(&self) -> (i64, i64) {
        let sql = "SELECT COUNT(*), COUNT(*) FILTER (WHERE state LIKE 'idle in transaction%') \
                   FROM pg_stat_activity WHERE application_name = 'app' AND datname = current_database()";
        let counts = sqlx::query_as(sql).fetch_one(&self.watcher).await;
        counts.expect("it can be read")
    }

    /// Looks at the connections until the work is done: how many there were at most.
    async fn watch<T>(&self, work: impl Future<Output = T>) -> (T, i64) {
        let mut work = std::pin::pin!(work);
        let mut most = 0;
        loop {
            tokio::select! {
                done = &mut work => return (done, most),
                (connections, _) = self.connections() => most = most.max(connections),
            }
        }
    }

    /// The orders that are there. None has one line only.
    async fn orders(&self) -> BTreeSet<i64> {
        let half = "SELECT COUNT(*) FROM (SELECT 1 FROM lines GROUP BY order_id HAVING COUNT(*) <> 2) AS half";
        let half: i64 = sqlx::query_scalar(half)
            .fetch_one(&self.watcher)
            .await
            .expect("it can be read");
        assert_eq!(half, 0, "orders of one line");
        let orders = sqlx::query_scalar("SELECT DISTINCT order_id FROM lines");
        let orders: Vec<i64> = orders
            .fetch_all(&self.watcher)
            .await
            .expect("it can be read");
        orders.into_iter().collect()
    }

    fn successes(&self) -> BTreeSet<i64> {
        let successes = self.app.get::<Ends>().successes.lock();
        successes.expect("nobody panics here").clone()
    }

    async fn end(self) {
        let _ = self.stop.send(());
        within(self.server).await.expect("it does not panic");
        assert!(self.app.get::<Connections<Postgres>>().pool().is_closed());
    }
}

/// The status of the answer, if one comes.
async fn ask(address: SocketAddr, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    answer.split(' ').nth(1)?.parse().ok()
}

/// Numbers that look random and are the same in each run (Marsaglia's xorshift).
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// Two hundred clients at once, each with several orders: what was answered with 2xx.
async fn clients(address: SocketAddr, orders: std::ops::Range<i64>) -> BTreeSet<i64> {
    let orders = Arc::new(Mutex::new(orders));
    let mut clients = JoinSet::new();
    for _ in 0..200 {
        let orders = orders.clone();
        clients.spawn(async move {
            let mut placed = BTreeSet::new();
            loop {
                let next = orders.lock().expect("nobody panics here").next();
                let Some(order) = next else { break placed };
                let status = ask(address, &format!("/place/{order}")).await;
                match status.expect("an answer") {
                    200..=299 => drop(placed.insert(order)),
                    409 | 500 => {}
                    other => panic!("order {order} was answered with {other}"),
                }
            }
        });
    }
    let placed = within(clients.join_all()).await;
    placed.into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn committed_rows_equal_2xx_answers_and_no_connection_is_left_in_a_transaction() {
    let Some(served) = Served::start().await else {
        return;
    };
    let (placed, most) = served.watch(clients(served.address, 1..1_001)).await;
    assert!(
        (1..=i64::from(CONNECTIONS)).contains(&most),
        "{most} connections"
    );
    assert_eq!(served.orders().await, placed);
    assert_eq!(
        placed.len(),
        (1..1_001)
            .filter(|order| order % 7 * (order % 11) * (order % 13) != 0)
            .count()
    );
    // A second after the load, as a rule of this project says.
    sleep(Duration::from_secs(1)).await;
    let (connections, idle_in_transaction) = served.connections().await;
    assert_eq!(idle_in_transaction, 0);
    assert!(
        connections <= i64::from(CONNECTIONS),
        "{connections} connections"
    );
    let counts = served.app.get::<Connections<Postgres>>().counts();
    assert_eq!(
        (counts.waiting, counts.in_use, counts.timed_out),
        (0, 0, 0),
        "{counts:?}"
    );
    served.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_clients_that_go_away_leave_nothing() {
    let Some(served) = Served::start().await else {
        return;
    };
    let address = served.address;
    let cancelled = async {
        let mut state = 0x9E37_79B9_7F4A_7C15;
        // How long one takes, in microseconds. Patience is at most twice that, so that they go away at every point of it.
        let usual = Arc::new(AtomicU64::new(10_000));
        let (mut requests, mut gone, mut answered) = (JoinSet::new(), 0, 0);
        for order in 0.. {
            let patience = Duration::from_micros(random(&mut state) % (2 * usual.load(Relaxed)));
            let usual = usual.clone();
            requests.spawn(async move {
                let path = format!("/place/{}", 1_000_000 + order * 1_001 + 1);
                let began = Instant::now();
                let answer = tokio::time::timeout(patience, ask(address, &path)).await;
                let took = began.elapsed().as_micros() as u64;
                // Who has waited for nothing would have waited longer.
                let took = if answer.is_ok() { took } else { 2 * took };
                usual.store((usual.load(Relaxed) * 9 + took) / 10 + 100, Relaxed);
                answer.is_ok()
            });
            if requests.len() >= 50 {
                let ended = requests.join_next().await.expect("there are some");
                match ended.expect("it does not panic") {
                    true => answered += 1,
                    false => gone += 1,
                }
            }
            if gone == 2_000 {
                break;
            }
        }
        requests.join_all().await;
        assert!(answered >= 200, "only {answered} stayed");
        // Among them, some that stay.
        clients(address, 1..201).await
    };
    let (placed, most) = within(served.watch(cancelled)).await;
    assert!(
        (1..=i64::from(CONNECTIONS)).contains(&most),
        "{most} connections"
    );
    sleep(Duration::from_secs(1)).await;
    let (_, idle_in_transaction) = served.connections().await;
    assert_eq!(idle_in_transaction, 0);
    // Who went away could not be told: the scope's outcome is what there is of an answer.
    let (orders, successes) = (served.orders().await, served.successes());
    assert_eq!(orders, successes);
    assert!(placed.is_subset(&orders), "what was answered is there");
    let counts = served.app.get::<Connections<Postgres>>().counts();
    assert_eq!((counts.waiting, counts.in_use), (0, 0), "{counts:?}");
    served.end().await;
}
