//! Structs: fields of all kinds, qualifiers, the derive form; and associated fns as providers. See `forms` for the rest.

use std::{cell::Cell, marker::PhantomData, sync::Arc};

use axum::{Router, routing::get};
use di_axum::{Injectable, container, handler, injectable};

use crate::{
    forms::{Broken, Env, Result, check},
    support::text,
};

// Structs: fields.

#[injectable(singleton)]
struct Unit;

#[injectable(singleton)]
struct Empty {}

#[injectable(request)]
struct Tuple<'r>(&'r Env, Arc<Unit>, #[inject(value = 1 + 1)] u8);

#[injectable(singleton)]
struct Plain<T: Send + Sync = u8> {
    env: Arc<Env>,
    #[inject(default)]
    names: Vec<&'static str>,
    #[inject(value = vec![1, 2, LIMIT])]
    numbers: Vec<u32>,
    #[inject(value = || 5)]
    make: fn() -> u32,
    number: u32,
    _marker: PhantomData<T>,
    _cell: PhantomData<fn() -> Cell<T>>,
}

const LIMIT: u32 = 3;

/// By value in `Plain`.
#[injectable(transient)]
fn number(env: &Env) -> u32 {
    env.url.len() as u32
}

#[derive(Injectable)]
#[injectable(request)]
struct Derived<'r> {
    #[inject]
    env: &'r Env,
    #[inject(default)]
    names: Option<String>,
    #[inject(Replica)]
    pool: &'r Pool,
    #[inject(Replica)]
    shared: Arc<Pool>,
}

/// The derive form alone, without the attribute macro of its helper's name in scope.
mod alone {
    use di_axum::Injectable;

    #[derive(Injectable)]
    #[injectable(transient)]
    pub(super) struct Fresh(pub(super) u32);
}

use alone::Fresh;

// Qualifiers, and associated fns as providers.

struct Primary;
struct Replica;

#[derive(Debug)]
struct Pool(String);

struct Pools;

#[injectable]
impl Pools {
    const SCHEME: &'static str = "pg";

    #[injectable(singleton)]
    async fn primary(env: &Env) -> Result<Pool> {
        tokio::task::yield_now().await;
        check(env, "primary", Self::open(env))
    }

    #[injectable(singleton)]
    fn replica(#[inject(Primary)] primary: &Pool) -> Pool {
        Pool(format!("replica of {}", primary.0))
    }

    #[injectable(request)]
    async fn lease(env: &Env) -> Lease<'_> {
        Lease(env)
    }

    /// No provider.
    fn open(env: &Env) -> Pool {
        Pool(format!("{}:{}", Self::SCHEME, env.url))
    }
}

struct Lease<'r>(&'r Env);

#[container(
    Unit,
    Empty,
    Tuple<'_>,
    Plain,
    u32 = number,
    Derived<'_>,
    Fresh,
    #[qualifier(Primary)] Pool = Pools::primary,
    #[qualifier(Replica)] Pool = Pools::replica,
    Lease<'_> = Pools::lease,
)]
struct Structs {
    env: Arc<Env>,
}

#[handler]
async fn show_structs(
    Tuple(env, unit, two): &Tuple<'_>,
    plain: Arc<Plain>,
    _: &Empty,
    derived: &Derived<'_>,
    #[inject] fresh: Fresh,
    #[inject(Primary)] pool: &Pool,
    lease: &Lease<'_>,
) -> String {
    assert!(matches!(**unit, Unit));
    assert!(std::ptr::eq(*env, &*plain.env) && std::ptr::eq(*env, derived.env));
    assert!(std::ptr::eq(*env, lease.0));
    assert!(std::ptr::eq(derived.pool, &*derived.shared));
    let numbers = format!(
        "{:?} {} {} {}",
        plain.numbers,
        (plain.make)(),
        plain.number,
        fresh.0
    );
    let names = plain.names.len() + derived.names.iter().count();
    format!(
        "{two}, {numbers}, {names} names, {} and {}",
        pool.0, derived.pool.0
    )
}

#[tokio::test]
async fn structs_and_associated_providers() {
    let env = Arc::new(Env {
        url: "db",
        is_broken: false,
    });
    let structs = Structs::build(env.clone()).await.expect("nothing fails");
    assert!(std::ptr::eq(structs.get::<Env>(), &*env));
    let router = Router::new()
        .route("/", get(show_structs))
        .with_state(structs);
    let expected = "2, [1, 2, 3] 5 2 2, 0 names, pg:db and replica of pg:db";
    assert_eq!(text(&router, "/").await, expected);

    assert_eq!(
        Pools::replica(&Pool("x".to_string())).0,
        "replica of x",
        "still a fn"
    );

    let env = Arc::new(Env {
        url: "db",
        is_broken: true,
    });
    assert_eq!(
        Pools::primary(&env).await.expect_err("still a fn"),
        Broken("primary")
    );
    let error = Structs::build(env)
        .await
        .expect_err("the primary is broken");
    assert!(error.node().contains("Pool") && error.to_string().ends_with(": primary is broken"));
}
