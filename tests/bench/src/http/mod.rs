//! A real application, `examples/realworld`, over loopback, next to the same services wired by hand ([`twin`]): `-- http`.
//!
//! Both serve in this process, each on a database file of its own with the same rows in it, and take turns ([`load`]): what slows the
//! machine down for a while slows both. The ratio is the median over turns of the ratio within a turn, and over the three kinds of requests
//! the geometric mean.

mod load;
mod seed;
mod twin;

use std::time::Duration;

use axum::Router;
use load::{Client, Kind, Turn};
use realworld_accounts::Secret;
use realworld_storage::Database;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{Failure, measure::median};

/// How often both have their turn.
const TURNS: usize = 41;

/// Serves, until it is told to end.
struct Side {
    name: &'static str,
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), Failure>>,
    turns: Vec<Turn>,
}

pub fn http() -> Result<(), Failure> {
    if cfg!(debug_assertions) {
        eprintln!("warning: not a release build, the figures mean little");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(compare())
}

async fn compare() -> Result<(), Failure> {
    let dir = tempfile::tempdir()?;
    let mut tokens = Vec::new();
    for name in ["by_hand", "di_axum"] {
        let seeding = twin::Twin::new(database(&dir, name), secret()).await?;
        tokens.push(seed::seed(&seeding).await?);
        seeding.end().await;
    }
    let mut sides = [
        by_hand(database(&dir, "by_hand")).await?,
        with_container(database(&dir, "di_axum")).await?,
    ];
    println!(
        "{:<14}{:<9}{:>9}{:>9}{:>9}{:>8}",
        "requests", "side", "req/s", "p50 ms", "p99 ms", "ratio"
    );
    let mut product = 1.0;
    for kind in Kind::ALL {
        for turn in 0..TURNS {
            // Who is first is not always the same.
            for index in [turn % 2, 1 - turn % 2] {
                let side = &mut sides[index];
                let client = Client::new(side.address, &tokens[index]);
                let done = client.turn(kind, turn).await?;
                side.turns.push(done);
            }
        }
        product *= report(kind, &mut sides);
    }
    let ratio = product.powf(1.0 / Kind::ALL.len() as f64);
    for side in sides {
        let _ = side.stop.send(());
        side.served.await??;
    }
    println!("http: {ratio:.2} x of hand-wired");
    Ok(())
}

/// Prints what the turns were, and gives the ratio.
fn report(kind: Kind, sides: &mut [Side; 2]) -> f64 {
    let [hand, other] = sides.each_mut().map(|side| std::mem::take(&mut side.turns));
    let ratios = hand.iter().zip(&other);
    let ratios = ratios.map(|(hand, other)| other.per_second() / hand.per_second());
    let ratio = median(ratios);
    for (side, turns, ratio) in [(0, hand, 1.0), (1, other, ratio)] {
        let per_second = median(turns.iter().map(Turn::per_second));
        let mut took: Vec<Duration> = turns.into_iter().flat_map(|turn| turn.took).collect();
        took.sort();
        let at = |share: f64| took[(took.len() as f64 * share) as usize].as_secs_f64() * 1e3;
        println!(
            "{:<14}{:<9}{per_second:>9.0}{:>9.2}{:>9.2}{ratio:>8.3}",
            kind.name(),
            sides[side].name,
            at(0.5),
            at(0.99),
        );
    }
    ratio
}

fn secret() -> Secret {
    Secret::new("secret")
}

fn database(dir: &tempfile::TempDir, name: &str) -> Database {
    Database {
        url: format!("sqlite:{}", dir.path().join(name).display()),
        connections: 8,
    }
}

async fn with_container(database: Database) -> Result<Side, Failure> {
    let app = realworld::App::build(database, secret()).await?;
    let router = realworld::router(app.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel();
    let served = di_axum::serve(listener, router, app);
    let served = served.signal(async { drop(stopped.await) });
    let served = tokio::spawn(async move { Ok(served.await?) });
    Ok(side("di-axum", address, stop, served))
}

async fn by_hand(database: Database) -> Result<Side, Failure> {
    let twin = twin::Twin::new(database, secret()).await?;
    let router: Router = twin::router(twin.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel();
    let served = axum::serve(listener, router);
    let served = served.with_graceful_shutdown(async { drop(stopped.await) });
    let served = tokio::spawn(async move {
        served.await?;
        twin.end().await;
        Ok(())
    });
    Ok(side("by hand", address, stop, served))
}

fn side(
    name: &'static str,
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), Failure>>,
) -> Side {
    Side {
        name,
        address,
        stop,
        served,
        turns: Vec::new(),
    }
}
