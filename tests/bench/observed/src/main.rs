//! What `di-bench -- observe` loads, once built with the feature `observe` and once without: a request of ten values, one of them async and
//! torn down. It says its address on standard output, and serves until standard input ends.

use axum::{Router, extract::Path, routing::get};
use di_axum::{BoxError, Outcome, container, handler, injectable};
use tokio::io::AsyncReadExt as _;

#[injectable(singleton)]
struct Settings {
    #[inject(default)]
    answers: std::sync::atomic::AtomicU64,
}

/// A unit of work: begun with the request, ended with it.
struct Session<'r> {
    settings: &'r Settings,
}

#[injectable(request, teardown = end)]
impl<'r> Session<'r> {
    async fn new(settings: &'r Settings) -> Self {
        Session { settings }
    }

    async fn end(self, _: Outcome) {
        let answers = &self.settings.answers;
        answers.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
}

macro_rules! services {
    ($($name:ident($($needs:ident),+);)+) => {$(
        #[injectable(request)]
        #[allow(non_snake_case, dead_code, reason = "one field for each that it needs")]
        struct $name<'r> {
            $($needs: &'r $needs<'r>,)+
        }
    )+};
}

services! {
    Users(Session);
    Orders(Session);
    Items(Session);
    Prices(Session);
    Carts(Orders, Items);
    Totals(Items, Prices);
    Invoices(Orders, Totals);
    Letters(Users, Invoices);
    Checkout(Carts, Letters, Totals);
}

#[handler]
async fn order(checkout: &Checkout<'_>, Path(id): Path<u64>) -> String {
    let session = checkout.Letters.Users.Session;
    let answers = &session.settings.answers;
    format!(
        "order {id}, {}",
        answers.load(std::sync::atomic::Ordering::Relaxed)
    )
}

#[container(
    Settings, Session<'_>, Users<'_>, Orders<'_>, Items<'_>, Prices<'_>, Carts<'_>, Totals<'_>, Invoices<'_>, Letters<'_>,
    Checkout<'_>, handlers(order)
)]
struct App;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let app = App::build().await?;
    let router = Router::new().route("/orders/{id}", get(order));
    #[cfg(feature = "observe")]
    let router = router.layer(di_axum::observe::observe(&app));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let served = di_axum::serve(listener, router.with_state(app.clone()), app);
    let ended = async {
        let _ = tokio::io::stdin().read_to_end(&mut Vec::new()).await;
    };
    served.signal(ended).await?;
    Ok(())
}
