//! Generic types and providers: a node for each instantiation that is listed.

use std::{marker::PhantomData, sync::Arc};

use axum::{Router, routing::get};
use di_axum::{container, handler, injectable};

use crate::support::{Log, text};

trait Entity: Send + Sync + 'static {
    const NAME: &'static str;
}

struct User;
impl Entity for User {
    const NAME: &'static str = "user";
}

struct Invoice;
impl Entity for Invoice {
    const NAME: &'static str = "invoice";
}

#[injectable(singleton)]
struct Repo<T: Entity> {
    log: Arc<Log>,
    _entity: PhantomData<T>,
}

struct Search<'r, T: Entity> {
    repo: &'r Repo<T>,
    text: String,
}

#[injectable(request)]
impl<'r, T: Entity> Search<'r, T> {
    fn new(repo: &'r Repo<T>) -> Self {
        repo.log.note(T::NAME);
        Search {
            repo,
            text: format!("select {}", T::NAME),
        }
    }
}

struct Buffer<T, const N: usize>([Option<T>; N]);

#[injectable(transient)]
fn buffer<T, const N: usize>() -> Buffer<T, N>
where
    T: Entity,
{
    Buffer([const { None }; N])
}

#[container(
    Repo<User>,
    Repo<Invoice>,
    Search<'_, User>,
    Search<'_, Invoice>,
    Buffer<User, 2> = buffer::<User, 2>,
    Buffer<Invoice, 3> = buffer::<Invoice, 3>,
)]
struct Generic {
    log: Arc<Log>,
}

#[handler]
async fn generic(
    users: &Search<'_, User>,
    invoices: &Search<'_, Invoice>,
    repo: &Repo<User>,
    #[inject] two: Buffer<User, 2>,
    #[inject] three: Buffer<Invoice, 3>,
) -> String {
    assert!(std::ptr::eq(users.repo, repo));
    format!(
        "{}, {}, {}",
        users.text,
        invoices.text,
        two.0.len() + three.0.len()
    )
}

#[tokio::test]
async fn a_generic_type_is_a_node_for_each_instantiation() {
    let log = Log::new();
    let app = Generic::build(log.clone()).await.expect("nothing fails");
    let router = Router::new().route("/", get(generic)).with_state(app);
    assert_eq!(text(&router, "/").await, "select user, select invoice, 5");
    assert_eq!(log.take(), ["user", "invoice"]);
}
