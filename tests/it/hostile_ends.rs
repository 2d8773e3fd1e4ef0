//! Values that are dropped by an app or a scope whose end goes wrong: in reverse order, and nothing finds what is gone.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Wake, Waker},
};

use di_axum::{Lazy, LazyArc, Transient, container, injectable};

use crate::support::Log;

struct Index {
    name: String,
    log: Arc<Log>,
}

#[injectable(singleton, lazy)]
fn index(log: Arc<Log>) -> Index {
    let name = "index".to_string();
    Index { name, log }
}

impl Drop for Index {
    fn drop(&mut self) {
        self.log.note("-index");
    }
}

/// A transient that the app keeps, and that looks for a lazy singleton when it ends.
struct Finder<'r> {
    index: Lazy<'r, Index>,
    log: Arc<Log>,
}

#[injectable(transient, teardown = close)]
impl<'r> Finder<'r> {
    fn new(index: Lazy<'r, Index>, log: Arc<Log>) -> Self {
        Finder { index, log }
    }

    async fn close(&self) {
        self.note("closed");
    }

    fn note(&self, event: &str) {
        let found = self.index.built().map(|index| index.name.clone());
        self.log.note(format_args!("finder {event}: {found:?}"));
    }
}

impl Drop for Finder<'_> {
    fn drop(&mut self) {
        self.note("dropped");
    }
}

struct Owner(LazyArc<Index>);

#[injectable(singleton)]
fn owner(_finder: Transient<Finder<'_>>, index: LazyArc<Index>) -> Owner {
    Owner(index)
}

#[container(Index = index, Finder<'_>, Owner = owner)]
struct Finding {
    log: Arc<Log>,
}

#[tokio::test]
async fn an_app_that_nobody_shuts_down_keeps_what_its_teardowns_look_for() {
    let log = Log::new();
    let app = Finding::build(Arc::clone(&log))
        .await
        .expect("nothing fails");
    let index = app.get::<Owner>().0.clone();
    drop(index.get().await.expect("nothing fails"));
    drop(app);
    log.until("finder dropped: None", 1).await;
    let expected = [
        "finder closed: Some(\"index\")",
        "-index",
        "finder dropped: None",
    ];
    assert_eq!(log.take(), expected);
}

#[tokio::test]
async fn after_shutdown_a_drop_does_not_find_what_is_gone() {
    let log = Log::new();
    let app = Finding::build(Arc::clone(&log))
        .await
        .expect("nothing fails");
    let index = app.get::<Owner>().0.clone();
    drop(index.get().await.expect("nothing fails"));
    app.shutdown().await.expect("nothing fails");
    assert_eq!(log.take(), ["finder closed: Some(\"index\")"]);
    drop(app);
    assert_eq!(log.take(), ["-index", "finder dropped: None"]);
}

/// What others borrow.
struct Base(Arc<Log>);

impl Drop for Base {
    fn drop(&mut self) {
        self.0.note("-base");
    }
}

#[injectable(request)]
fn base(log: Arc<Log>) -> Base {
    Base(log)
}

struct Borrows<'r>(&'r Base);

#[injectable(request)]
impl<'r> Borrows<'r> {
    fn new(base: &'r Base) -> Self {
        Borrows(base)
    }
}

impl Drop for Borrows<'_> {
    fn drop(&mut self) {
        self.0.0.note("-borrows");
    }
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("on purpose");
    }
}

struct Never;

#[injectable(request)]
async fn never() -> Never {
    std::future::pending().await
}

#[container(Base = base, Borrows<'_>, #[seed] Bomb, Never = never)]
struct Scoped {
    log: Arc<Log>,
}

#[tokio::test]
async fn a_scope_whose_value_panics_when_it_is_dropped_keeps_the_order() {
    let log = Log::new();
    let app = Scoped::build(Arc::clone(&log))
        .await
        .expect("nothing fails");
    let scope = app.scope();
    let borrows = scope.get::<Borrows<'_>>().await;
    borrows.expect("nothing fails");
    let scope = scope.with(Bomb);
    let _ = catch_unwind(AssertUnwindSafe(|| drop(scope)));
    assert_eq!(log.take(), ["-borrows", "-base"]);
}

/// Panics when it is woken.
struct Alarm;

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        panic!("on purpose");
    }
}

#[tokio::test]
async fn a_scope_whose_asker_panics_when_it_is_woken_keeps_the_order() {
    let log = Log::new();
    let app = Scoped::build(Arc::clone(&log))
        .await
        .expect("nothing fails");
    let scope = app.scope();
    let borrows = scope.get::<Borrows<'_>>().await;
    borrows.expect("nothing fails");
    let waker = Waker::from(Arc::new(Alarm));
    let mut asked = scope.get::<Never>();
    let polled = Pin::new(&mut asked).poll(&mut Context::from_waker(&waker));
    assert!(polled.is_pending());
    std::mem::forget(asked);
    let _ = catch_unwind(AssertUnwindSafe(|| drop(scope)));
    assert_eq!(log.take(), ["-borrows", "-base"]);
}

/// The same of an app: what is kept of a transient borrows a singleton.
mod of_an_app {
    use super::*;

    #[injectable(singleton)]
    fn base(log: Arc<Log>) -> Base {
        Base(log)
    }

    struct Kept<'r>(&'r Base);

    #[injectable(transient, teardown = close)]
    impl<'r> Kept<'r> {
        fn new(base: &'r Base) -> Self {
            Kept(base)
        }

        async fn close(&self) {}
    }

    impl Drop for Kept<'_> {
        fn drop(&mut self) {
            self.0.0.note("-kept");
        }
    }

    struct Takes;

    #[injectable(singleton)]
    fn takes(_kept: Transient<Kept<'_>>) -> Takes {
        Takes
    }

    #[injectable(singleton)]
    fn bomb(_takes: &Takes) -> Bomb {
        Bomb
    }

    #[container(Base = base, Kept<'_>, Takes = takes, Bomb = bomb)]
    struct App {
        log: Arc<Log>,
    }

    #[tokio::test]
    async fn keeps_the_order_when_a_singleton_panics() {
        let log = Log::new();
        let app = App::build(Arc::clone(&log)).await.expect("nothing fails");
        app.shutdown().await.expect("nothing fails");
        let _ = catch_unwind(AssertUnwindSafe(|| drop(app)));
        assert_eq!(log.take(), ["-kept", "-base"]);
    }
}
