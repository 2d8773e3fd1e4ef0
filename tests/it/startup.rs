//! Start-up: order, counts, concurrency, and what happens when a singleton fails.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use di_axum::{container, injectable};
use tokio::time::{Instant, sleep};

use crate::support::{Log, Traced, within};

// Order: the list is in the wrong one.

pub(crate) struct Ground(pub(crate) Traced);

#[injectable(singleton)]
impl Ground {
    fn new(log: Arc<Log>) -> Self {
        Ground(Traced::new("ground", log))
    }
}

struct Walls {
    ground: Arc<Ground>,
    _trace: Traced,
}

#[injectable(singleton)]
impl Walls {
    async fn new(ground: Arc<Ground>, log: Arc<Log>) -> Self {
        tokio::task::yield_now().await;
        Walls {
            ground,
            _trace: Traced::new("walls", log),
        }
    }
}

struct Roof {
    walls: Arc<Walls>,
    ground: Arc<Ground>,
    _trace: Traced,
}

#[injectable(singleton)]
impl Roof {
    fn new(walls: Arc<Walls>, ground: Arc<Ground>, log: Arc<Log>) -> Self {
        Roof {
            walls,
            ground,
            _trace: Traced::new("roof", log),
        }
    }
}

#[container(Roof, Walls, Ground)]
struct House {
    log: Arc<Log>,
}

#[tokio::test]
async fn singletons_are_built_once_dependencies_first_and_dropped_in_reverse() {
    let log = Log::new();
    let house = House::build(log.clone()).await.expect("nothing fails");
    assert_eq!(log.take(), ["+ground", "+walls", "+roof"]);

    let roof = house.get::<Roof>();
    assert!(Arc::ptr_eq(&roof.ground, &roof.walls.ground));
    assert!(std::ptr::eq(house.get::<Ground>(), &*roof.ground));
    assert!(std::ptr::eq(&house.get::<Ground>().0, &roof.walls.ground.0));

    let clone = house.clone();
    drop(house);
    assert_eq!(
        log.take(),
        [""; 0],
        "an app lives as long as its last clone"
    );
    drop(clone);
    assert_eq!(log.take(), ["-roof", "-walls", "-ground"]);
    assert_eq!(Arc::strong_count(&log), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_future_of_build_can_be_spawned() {
    let log = Log::new();
    let building = tokio::spawn(House::build(log.clone()));
    let house = within(building)
        .await
        .expect("no panic")
        .expect("nothing fails");
    assert_eq!(house.get::<Roof>().walls.ground.0.name(), "ground");
}

#[tokio::test]
async fn a_future_of_build_that_is_dropped_drops_what_was_built() {
    let log = Log::new();
    let mut building = Box::pin(House::build(log.clone()));
    assert!(
        crate::support::poll_once(&mut building).is_pending(),
        "the walls yield"
    );
    assert_eq!(log.take(), ["+ground"]);
    drop(building);
    assert_eq!(log.take(), ["-ground"]);
    assert_eq!(Arc::strong_count(&log), 1);
}

// Concurrency, by readiness: A (10 ms) -> B (50 ms) beside C (50 ms) -> D (10 ms).

/// Works for some time, and notes when that was done.
struct Site {
    begin: Instant,
    log: Arc<Log>,
}

impl Site {
    async fn work(&self, name: &str, milliseconds: u64) {
        sleep(Duration::from_millis(milliseconds)).await;
        self.log.note(format_args!(
            "{name} at {}",
            self.begin.elapsed().as_millis()
        ));
    }
}

struct A;
struct B;
struct C;
struct D;

#[injectable(singleton)]
impl A {
    async fn new(site: &Site) -> Self {
        site.work("A", 10).await;
        A
    }
}

#[injectable(singleton)]
impl B {
    async fn new(_: &A, site: &Site) -> Self {
        site.work("B", 50).await;
        B
    }
}

#[injectable(singleton)]
impl C {
    async fn new(site: &Site) -> Self {
        site.work("C", 50).await;
        C
    }
}

#[injectable(singleton)]
impl D {
    async fn new(_: &C, site: &Site) -> Self {
        site.work("D", 10).await;
        D
    }
}

#[container(A, B, C, D)]
struct Paced {
    site: Site,
}

#[tokio::test(start_paused = true)]
async fn a_singleton_begins_as_soon_as_what_it_needs_is_there() {
    let (log, begin) = (Log::new(), Instant::now());
    Paced::build(Site {
        begin,
        log: log.clone(),
    })
    .await
    .expect("nothing fails");
    assert_eq!(begin.elapsed(), Duration::from_millis(60));
    let mut done = log.take();
    done.sort();
    assert_eq!(done, ["A at 10", "B at 60", "C at 50", "D at 60"]);
}

// Failure.

#[derive(Debug)]
pub(crate) struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl Error for Refused {}

struct Fuse;

#[injectable(singleton)]
impl Fuse {
    /// Fails late, when `Pump` has begun.
    async fn new(_: &Walls) -> Result<Self, Refused> {
        sleep(Duration::from_millis(10)).await;
        Err(Refused)
    }
}

struct Pump;

#[injectable(singleton)]
impl Pump {
    async fn new(log: Arc<Log>) -> Self {
        let _trace = Traced::new("pump begun", log);
        std::future::pending().await
    }
}

struct Lamp;

#[injectable(singleton)]
impl Lamp {
    fn new(_: &Fuse, _: &Pump, log: &Log) -> Self {
        log.note("+lamp");
        Lamp
    }
}

#[injectable(singleton)]
struct Street {
    _lamp: Arc<Lamp>,
}

#[container(Street, Lamp, Pump, Fuse, Walls, Ground)]
struct Town {
    log: Arc<Log>,
}

#[tokio::test(start_paused = true)]
async fn a_failing_singleton_names_its_path_and_undoes_the_rest() {
    let log = Log::new();
    let error = Town::build(log.clone()).await.expect_err("the fuse fails");

    assert_eq!(error.path(), ["Street", "Lamp", "Fuse"]);
    assert_eq!(error.node(), "Fuse");
    assert_eq!(
        error.to_string(),
        "`Town` could not be built: Street -> Lamp -> Fuse: refused"
    );
    assert!(error.source().is_some_and(|source| source.is::<Refused>()));
    let _: Box<dyn Error + Send + Sync> = error.into();

    let events = log.take();
    let (built, undone) = events.split_at(3);
    for event in ["+ground", "+walls", "+pump begun"] {
        assert!(
            built.iter().any(|noted| noted == event),
            "{event} is missing in {built:?}"
        );
    }
    assert_eq!(undone, ["-pump begun", "-walls", "-ground"]);
    assert_eq!(Arc::strong_count(&log), 1, "nothing is left");
}

// Handles: whatever a singleton's size is and wherever it comes from, all are to the same value.

#[derive(Debug)]
#[repr(align(64))]
struct Wide(u8);

#[injectable(singleton)]
impl Wide {
    fn new() -> Self {
        Wide(7)
    }
}

#[derive(Debug)]
struct Empty;

#[injectable(singleton)]
impl Empty {
    async fn new() -> Self {
        Empty
    }
}

trait Named: Send + Sync {
    fn name(&self) -> &'static str;
}

impl Named for Wide {
    fn name(&self) -> &'static str {
        "wide"
    }
}

#[injectable(singleton)]
struct Holder {
    wide: Arc<Wide>,
    empty: Arc<Empty>,
    named: Arc<dyn Named>,
    text: Arc<String>,
    letters: Arc<str>,
}

#[injectable(request)]
struct Borrower {
    wide: Arc<Wide>,
    text: Arc<String>,
    letters: Arc<str>,
}

#[container(Wide, Empty, dyn Named = Wide, Holder, Borrower)]
struct Shelf {
    text: String,
    letters: Arc<str>,
}

#[tokio::test]
async fn handles_of_any_size_and_origin_are_to_one_value() {
    let letters: Arc<str> = "abc".into();
    let shelf = Shelf::build("text".to_string(), letters.clone())
        .await
        .expect("nothing fails");
    let holder = shelf.get::<Holder>();
    assert!(std::ptr::eq(shelf.get::<Wide>(), &*holder.wide));
    assert!(std::ptr::eq(shelf.get::<Empty>(), &*holder.empty));
    assert!(std::ptr::addr_eq(
        &raw const *holder.named,
        &raw const *holder.wide
    ));
    assert!(std::ptr::eq(shelf.get::<String>(), &*holder.text));
    assert!(Arc::ptr_eq(&letters, &holder.letters));
    assert_eq!((holder.wide.0, holder.named.name()), (7, "wide"));
    assert_eq!((&**holder.text, &*holder.letters), ("text", "abc"));

    // The app's own, and that of the holder; of the wide one another, as its trait.
    let counts = |holder: &Holder| {
        (
            Arc::strong_count(&holder.wide),
            Arc::strong_count(&holder.empty),
            Arc::strong_count(&holder.text),
            Arc::strong_count(&holder.letters),
        )
    };
    assert_eq!(counts(holder), (3, 2, 2, 3));
    {
        let scope = shelf.scope();
        let borrower = scope.get::<Borrower>().await.expect("nothing fails");
        assert!(Arc::ptr_eq(&borrower.wide, &holder.wide));
        assert!(Arc::ptr_eq(&borrower.text, &holder.text));
        assert!(Arc::ptr_eq(&borrower.letters, &holder.letters));
        assert_eq!(counts(holder), (4, 2, 3, 4));
    }
    assert_eq!(counts(holder), (3, 2, 2, 3));

    let (wide, empty) = (holder.wide.clone(), holder.empty.clone());
    drop(shelf);
    assert_eq!(Arc::strong_count(&wide), 1, "only this one is left");
    assert_eq!(Arc::strong_count(&empty), 1, "only this one is left");
    assert_eq!(Arc::strong_count(&letters), 1, "only this one is left");
    assert_eq!((wide.0, &raw const *wide as usize % 64), (7, 0));
}
