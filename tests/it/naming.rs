//! A key is a type and never a name: same names, aliases, re-exports, raw identifiers, patterns.

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    routing::{get, post},
};
use di_axum::{container, handler, injectable, module};
use serde::{Deserialize, Serialize};

use crate::support::{post_json, send, text};

// Two types of one name, renamed imports, re-exports, and aliases on one side only.

mod orders {
    use di_axum::injectable;

    #[injectable(singleton)]
    pub(crate) struct Table {
        #[inject(value = "orders")]
        pub(crate) name: &'static str,
    }

    #[injectable(request)]
    pub(crate) struct Row<'r> {
        pub(crate) table: &'r Table,
    }
}

pub(crate) mod users {
    use di_axum::injectable;

    #[injectable(singleton)]
    pub(crate) struct Table {
        #[inject(value = "users")]
        pub(crate) name: &'static str,
    }

    #[injectable(request)]
    pub(crate) struct Row<'r> {
        pub(crate) table: &'r Table,
        pub(crate) others: &'r super::orders::Table,
    }
}

/// Re-exports what it does not define.
mod prelude {
    pub(crate) use super::orders::Table as Orders;
    pub(crate) use super::users::{self, Row};
}

use orders::Row as OrderRow;
use prelude::Orders;

type UserTable = users::Table;
type UserRow<'x> = prelude::users::Row<'x>;
type Borrowed<'x> = OrderRow<'x>;

// `users::Row` is listed by an alias, `orders::Row` by its own path, `orders::Table` by a re-export.
#[container(Orders, users::Table, UserRow<'_>, orders::Row<'_>)]
struct SameNames;

#[handler]
async fn same_names(
    user_table: &UserTable,
    user: &prelude::Row<'_>,
    order_table: &orders::Table,
    order: &Borrowed<'_>,
) -> String {
    assert!(std::ptr::eq(user.others, order_table));
    assert!(std::ptr::eq(user.table, user_table));
    format!(
        "{} {} {}",
        user.table.name, order.table.name, order_table.name
    )
}

#[tokio::test]
async fn names_and_aliases_do_not_matter() {
    let app = SameNames::build().await.expect("nothing fails");
    assert_eq!(app.get::<prelude::users::Table>().name, "users");
    let router = Router::new().route("/", get(same_names)).with_state(app);
    assert_eq!(text(&router, "/").await, "users orders orders");
}

// A trait object that borrows nothing, written out on one side and by an alias on the other, in a container and in a module.

trait Clock: Send + Sync {
    fn now(&self) -> &'static str;
}

#[injectable(singleton)]
struct Noon {
    #[inject(value = "noon")]
    now: &'static str,
}

impl Clock for Noon {
    fn now(&self) -> &'static str {
        self.now
    }
}

type AnyClock = dyn Clock;

#[container(Noon, dyn Clock + 'static = Noon)]
struct Clocks;

#[module(Noon, dyn Clock + 'static = Noon)]
struct Time;

#[container(..Time)]
struct Included;

#[handler]
async fn now(clock: &AnyClock) -> &'static str {
    clock.now()
}

#[tokio::test]
async fn an_object_that_borrows_nothing_is_found_by_an_alias() {
    for router in [
        Router::new()
            .route("/", get(now))
            .with_state(Clocks::build().await.expect("nothing fails")),
        Router::new()
            .route("/", get(now))
            .with_state(Included::build().await.expect("nothing fails")),
    ] {
        assert_eq!(text(&router, "/").await, "noon");
    }
}

// Raw identifiers, wherever a user names something.

#[injectable(singleton)]
struct Kind {
    #[inject(value = "loop")]
    r#type: &'static str,
}

struct Score(u32);

#[injectable(request)]
fn r#match(r#type: &Kind) -> Score {
    Score(r#type.r#type.len() as u32)
}

#[injectable(request)]
struct Holder<'r> {
    r#type: &'r Kind,
    r#match: &'r Score,
}

#[container(Kind, Score = r#match, Holder<'_>, handlers(r#loop))]
struct Raw;

#[handler]
async fn r#loop(r#struct: &Holder<'_>, Path(r#in): Path<String>) -> String {
    format!("{} {} {}", r#struct.r#type.r#type, r#struct.r#match.0, r#in)
}

#[tokio::test]
async fn raw_identifiers_are_names() {
    let app = Raw::build().await.expect("nothing fails");
    let router = Router::new()
        .route("/{in}", get(r#loop))
        .with_state(app.clone());
    assert_eq!(text(&router, "/here").await, "loop 4 here");

    let kind = app.get::<Kind>();
    let score = r#match(kind);
    let holder = Holder {
        r#type: kind,
        r#match: &score,
    };
    assert_eq!(
        r#loop::call(&holder, Path("there".to_string())).await,
        "loop 4 there"
    );
}

// Patterns instead of names.

#[injectable(singleton)]
struct Limits {
    #[inject(value = 10)]
    page: usize,
    #[inject(value = [3, 4])]
    window: [usize; 2],
}

struct Budget(usize, usize);

#[injectable(transient)]
impl Budget {
    fn new(
        Limits {
            page,
            window: [low, _],
        }: &Limits,
    ) -> Self {
        Budget(*page, *low)
    }
}

#[derive(Deserialize)]
struct Paging {
    page: usize,
}

#[derive(Deserialize, Serialize)]
struct Names {
    names: Vec<String>,
}

#[container(Limits, Budget)]
struct Patterns;

#[handler]
async fn patterns(
    Limits {
        page: most,
        window: [.., high],
    }: &Limits,
    _: &Limits,
    #[inject] Budget(mut page, low): Budget,
    #[inject] mut budget: Budget,
    Path((first, _)): Path<(String, u8)>,
    Query(Paging { page: wanted }): Query<Paging>,
    Json(Names { mut names }): Json<Names>,
) -> Json<Names> {
    page = page.min(wanted).min(*most);
    budget.1 += page;
    names.insert(0, format!("{first} {page} {low} {high} {}", budget.1));
    Json(Names { names })
}

#[tokio::test]
async fn parameters_may_be_patterns() {
    let app = Patterns::build().await.expect("nothing fails");
    let router = Router::new()
        .route("/{first}/{second}", post(patterns))
        .with_state(app);
    let (_, body) = send(&router, post_json("/a/1?page=7", r#"{"names":["b"]}"#)).await;
    assert_eq!(body, r#"{"names":["a 7 3 4 10","b"]}"#);
}

// Names that an expansion may well use itself.

mod taken {
    use super::*;

    macro_rules! taken {
        ($($name:ident)*) => {
            $(
                #[injectable(singleton)]
                pub(super) struct $name {
                    #[inject(value = 1)]
                    number: u32,
                }
            )*

            #[container($($name),*)]
            pub(super) struct Container {
                value: Value,
            }

            #[handler]
            #[allow(clippy::too_many_arguments, non_snake_case, reason = "that is what is tested")]
            pub(super) async fn sum_of_all($($name { number: $name }: &$name,)* State(_): State<Container>) -> String {
                let numbers: &[&u32] = &[$($name),*];
                numbers.iter().copied().sum::<u32>().to_string()
            }
        };
    }

    pub(super) struct Value;

    taken!(S M C H T Seal PlanOf Binding0 Provides Node Infallible Send Debug);
}

#[tokio::test]
async fn names_of_the_expansion_do_not_collide_with_those_of_the_user() {
    let app = taken::Container::build(taken::Value)
        .await
        .expect("nothing fails");
    let router = Router::new()
        .route("/", get(taken::sum_of_all))
        .with_state(app);
    assert_eq!(text(&router, "/").await, "13");
}

/// Everything at home in one fn: items of a body have no path from the outside.
#[tokio::test]
async fn a_graph_may_live_in_a_fn_body() {
    #[injectable(singleton)]
    struct Inner {
        #[inject(value = 7)]
        number: u32,
    }

    #[handler]
    async fn show(inner: &Inner) -> String {
        inner.number.to_string()
    }

    #[container(Inner)]
    struct Local;

    let app = Local::build().await.expect("nothing fails");
    let router = Router::new().route("/", get(show)).with_state(app);
    assert_eq!(text(&router, "/").await, "7");
}
