//! Cancellation over real sockets: 10,000 connections, most of them closed somewhere on the way, and nothing is left behind.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
    routing::post,
};
use di_axum::{Inject, Outcome, container, handler, injectable};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, oneshot},
    task::JoinSet,
};

const CONNECTIONS: usize = 10_000;
const CLIENTS: usize = 64;
/// More than a response's head: the body.
const ANSWER: &[u8] = &[b'.'; 20_000];

/// Where a client goes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Connected,
    Head,
    Body,
    Extractor,
    Constructor,
    Handler,
    Teardown,
    Answer,
    /// It stays until it has the answer.
    Nowhere,
}

const PLACES: [Place; 9] = [
    Place::Connected,
    Place::Head,
    Place::Body,
    Place::Extractor,
    Place::Constructor,
    Place::Handler,
    Place::Teardown,
    Place::Answer,
    Place::Nowhere,
];

/// What one client and its request say to each other beside the socket.
struct Visit {
    place: Place,
    /// The request is where its client wants to go away.
    arrived: Semaphore,
    /// It may go on.
    go: Semaphore,
}

impl Visit {
    async fn pass(&self, place: Place) {
        if self.place == place {
            self.arrived.add_permits(1);
            let permit = self.go.acquire().await;
            permit.expect("nobody closes it").forget();
        }
    }
}

/// How many values there were of one node.
#[derive(Default)]
struct Count {
    built: AtomicUsize,
    closed: AtomicUsize,
    dropped: AtomicUsize,
}

/// One of these values.
struct Counted<'r>(&'r Count);

impl<'r> Counted<'r> {
    fn new(count: &'r Count) -> Self {
        count.built.fetch_add(1, SeqCst);
        Counted(count)
    }

    fn close(&self) {
        self.0.closed.fetch_add(1, SeqCst);
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, SeqCst);
    }
}

/// What the test looks at.
struct Site {
    visits: Vec<Visit>,
    counts: [Count; 4],
    cancelled: AtomicUsize,
    in_flight: AtomicUsize,
}

/// Which connection this is.
struct Number(usize);

impl<S: Sync> FromRequestParts<S> for Number {
    type Rejection = StatusCode;
    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let number = head.headers.get("number").and_then(|n| n.to_str().ok());
        let number = number.and_then(|n| n.parse().ok());
        number.map(Number).ok_or(StatusCode::BAD_REQUEST)
    }
}

/// An extractor that waits.
struct Slow;

impl FromRequestParts<App> for Slow {
    type Rejection = StatusCode;
    async fn from_request_parts(head: &mut Parts, app: &App) -> Result<Self, StatusCode> {
        let Number(number) = Number::from_request_parts(head, app).await?;
        let Ok(site) = Inject::<Site>::from_request_parts(head, app).await;
        site.visits[number].pass(Place::Extractor).await;
        Ok(Slow)
    }
}

/// The guard: it is there while the body is read.
struct Guest<'r> {
    visit: &'r Visit,
    cancelled: &'r AtomicUsize,
    counted: Counted<'r>,
}

#[injectable(request, teardown = close)]
impl<'r> Guest<'r> {
    fn new(#[extract] number: Number, site: &'r Site) -> Self {
        let visit = &site.visits[number.0];
        if visit.place == Place::Body {
            visit.arrived.add_permits(1);
        }
        Guest {
            visit,
            cancelled: &site.cancelled,
            counted: Counted::new(&site.counts[0]),
        }
    }

    async fn close(&self, outcome: Outcome) {
        self.counted.close();
        if outcome == Outcome::Cancelled {
            self.cancelled.fetch_add(1, SeqCst);
        }
    }
}

struct Session<'r> {
    guest: &'r Guest<'r>,
    counted: Counted<'r>,
}

#[injectable(request, teardown = close)]
impl<'r> Session<'r> {
    fn new(guest: &'r Guest<'r>, site: &'r Site, #[extract] _slow: Slow) -> Self {
        Session {
            guest,
            counted: Counted::new(&site.counts[1]),
        }
    }

    async fn close(self, _outcome: Outcome) {
        self.guest.visit.pass(Place::Teardown).await;
        self.counted.close();
    }
}

struct Repo<'r> {
    session: &'r Session<'r>,
    counted: Counted<'r>,
}

#[injectable(request, teardown = close)]
impl<'r> Repo<'r> {
    async fn new(session: &'r Session<'r>, site: &'r Site) -> Self {
        session.guest.visit.pass(Place::Constructor).await;
        Repo {
            session,
            counted: Counted::new(&site.counts[2]),
        }
    }

    async fn close(&self) {
        tokio::task::yield_now().await;
        let _ = self.session.guest.visit.place;
        self.counted.close();
    }
}

struct Unit<'r> {
    repo: &'r Repo<'r>,
    counted: Counted<'r>,
}

#[injectable(request, teardown = close)]
fn unit<'r>(repo: &'r Repo<'r>, site: &'r Site) -> Unit<'r> {
    Unit {
        repo,
        counted: Counted::new(&site.counts[3]),
    }
}

async fn close(unit: Unit<'_>) {
    let _ = unit.repo.session.guest.visit.place;
    unit.counted.close();
}

#[container(Guest<'_>, Session<'_>, Repo<'_>, Unit<'_> = unit)]
struct App {
    site: Arc<Site>,
}

/// One that runs.
struct InFlight<'r>(&'r AtomicUsize);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

#[handler(guard(Guest<'_>))]
async fn upload(guest: &Guest<'_>, unit: &Unit<'_>, site: &Site, body: Bytes) -> &'static [u8] {
    site.in_flight.fetch_add(1, SeqCst);
    let _in_flight = InFlight(&site.in_flight);
    let _ = (body.len(), unit.repo);
    guest.visit.pass(Place::Handler).await;
    ANSWER
}

/// Numbers that look random, the same in every run (splitmix64, Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) as usize % end
    }
}

/// One connection, closed where its visit says.
async fn connect(number: usize, server: SocketAddr, site: &Site) -> std::io::Result<()> {
    let visit = &site.visits[number];
    let mut random = Random(number as u64);
    let mut socket = TcpStream::connect(server).await?;
    let body = vec![b'x'; random.below(3_000) + 1];
    let head = format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\nnumber: {number}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let request = [head.as_bytes(), &body].concat();
    let sent = match visit.place {
        Place::Connected => 0,
        Place::Head => random.below(head.len()),
        Place::Body => head.len() + random.below(body.len()),
        _ => request.len(),
    };
    socket.write_all(&request[..sent]).await?;
    match visit.place {
        Place::Connected | Place::Head => {}
        Place::Body if random.below(2) == 0 => {}
        Place::Nowhere => {
            let mut answer = Vec::new();
            socket.read_to_end(&mut answer).await?;
            assert!(answer.starts_with(b"HTTP/1.1 200 OK") && answer.ends_with(ANSWER));
        }
        Place::Answer => {
            let mut part = vec![0; random.below(ANSWER.len())];
            socket.read_exact(&mut part).await?;
        }
        _ => {
            let arrived = visit.arrived.acquire().await;
            arrived.expect("nobody closes it").forget();
        }
    }
    drop(socket);
    // What was begun is torn down to its end; elsewhere a request that is not noticed to be alone goes on, or not.
    if visit.place == Place::Teardown || random.below(2) == 0 {
        visit.go.add_permits(1);
    }
    Ok(())
}

fn site() -> Arc<Site> {
    let mut random = Random(2_026);
    let visits = (0..CONNECTIONS).map(|_| Visit {
        place: PLACES[random.below(PLACES.len())],
        arrived: Semaphore::new(0),
        go: Semaphore::new(0),
    });
    Arc::new(Site {
        visits: visits.collect(),
        counts: Default::default(),
        cancelled: AtomicUsize::new(0),
        in_flight: AtomicUsize::new(0),
    })
}

/// All connections, a few at a time.
async fn visit_all(server: SocketAddr, site: &Arc<Site>) {
    let next = Arc::new(AtomicUsize::new(0));
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (next, site) = (next.clone(), site.clone());
        clients.spawn(async move {
            loop {
                let number = next.fetch_add(1, SeqCst);
                if number >= CONNECTIONS {
                    break;
                }
                let done = connect(number, server, &site).await;
                let place = site.visits[number].place;
                done.unwrap_or_else(|error| panic!("{number}, {place:?}: {error}"));
            }
        });
    }
    clients.join_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_connections_leave_nothing_behind() {
    let site = site();
    let app = App::build(site.clone()).await.expect("nothing fails");
    let router = Router::new()
        .route("/", post(upload))
        .with_state(app.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let server = listener.local_addr().expect("it is bound");
    let (stop, stopped) = oneshot::channel::<()>();
    let served = di_axum::serve(listener, router, app).signal(async {
        let _ = stopped.await;
    });
    let served = tokio::spawn(served.into_future());
    let all = async {
        visit_all(server, &site).await;
        drop(stop);
        let served = served.await.expect("the server does not panic");
        served.expect("nothing fails");
    };
    let all = tokio::time::timeout(Duration::from_secs(120), all).await;
    all.expect("something waits for ever");
    assert_eq!(site.in_flight.load(SeqCst), 0);
    // The others were answered before it was noticed that nobody listens.
    let cancelled = site.cancelled.load(SeqCst);
    assert!(
        cancelled > CONNECTIONS / 10,
        "only {cancelled} were given up"
    );
    for count in &site.counts {
        let built = count.built.load(SeqCst);
        assert!(built > CONNECTIONS / 4, "only {built} were constructed");
        assert_eq!(count.closed.load(SeqCst), built);
        assert_eq!(count.dropped.load(SeqCst), built);
    }
}
