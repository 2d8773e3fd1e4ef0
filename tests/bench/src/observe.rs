//! What it costs to observe a service: the same one, `tests/bench/observed`, built with the feature and without it, over loopback: `-- observe`.
//!
//! Both are processes of their own, and take turns. The ratio of throughput is the median over turns of the ratio within a turn; it is the client's too,
//! which shares the machine, so that beside it stands what the server alone takes of a processor for each request. What is asked for are requests that read a
//! row, which is what services do, and requests that build the same values for nothing, which nothing costs more than to be observed. The last line speaks
//! of the former.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use tokio::task::JoinSet;

use crate::{Failure, connection::Connection, measure::median};

/// How often both have their turn: so often that runs differ by a hundredth.
const TURNS: usize = 151;
const CONNECTIONS: usize = 8;

/// What is asked for.
#[derive(Clone, Copy)]
struct Load {
    name: &'static str,
    path: &'static str,
    /// How many requests each connection sends in a turn.
    requests: usize,
}

const LOADS: [Load; 2] = [
    Load {
        name: "nothing",
        path: "/orders",
        requests: 1_500,
    },
    Load {
        name: "a row",
        path: "/stored",
        requests: 500,
    },
];

/// # Errors
/// If the service cannot be built or started, or does not answer.
pub fn observe() -> Result<(), Failure> {
    let mut sides = [
        Side::start("off", &[])?,
        Side::start("on", &["--features", "observe"])?,
    ];
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    println!(
        "{:<10}{:<5}{:>9}{:>8}{:>15}{:>8}",
        "load", "", "req/s", "ratio", "server cpu us", "ratio"
    );
    let mut last = 1.0;
    for load in LOADS {
        for turn in 0..=TURNS {
            // Who is first is not always the same; the first turn warms up.
            for index in [turn % 2, 1 - turn % 2] {
                let side = &mut sides[index];
                let figures = runtime.block_on(side.turn(load))?;
                if turn > 0 {
                    side.turns.push(figures);
                }
            }
        }
        last = told(load, &mut sides);
    }
    println!("observe: {last:.3} x");
    Ok(())
}

/// Says what both sides did under a load, and returns the ratio of their throughput.
fn told(load: Load, sides: &mut [Side; 2]) -> f64 {
    let [off, on] = sides;
    let ratio = |figure: fn(&Turn) -> f64| {
        let turns = off.turns.iter().zip(&on.turns);
        median(turns.map(|(off, on)| figure(on) / figure(off)))
    };
    let (throughput, processor) = (ratio(|turn| turn.per_second), ratio(|turn| turn.processor));
    for (side, throughput, processor) in [(off, 1.0, 1.0), (on, throughput, processor)] {
        println!(
            "{:<10}{:<5}{:>9.0}{throughput:>8.3}{:>15.2}{processor:>8.3}",
            load.name,
            side.name,
            median(side.turns.iter().map(|turn| turn.per_second)),
            median(side.turns.iter().map(|turn| turn.processor)),
        );
        side.turns.clear();
    }
    throughput
}

/// What one side did in its turn.
struct Turn {
    per_second: f64,
    /// Microseconds of the server for each request.
    processor: f64,
}

/// The service, running; killed when it is dropped.
struct Side {
    name: &'static str,
    server: Child,
    address: SocketAddr,
    turns: Vec<Turn>,
}

impl Side {
    fn start(name: &'static str, features: &[&str]) -> Result<Self, Failure> {
        let mut server = Command::new(build(name, features)?)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let said = server.stdout.take().ok_or("it has a standard output")?;
        let mut address = String::new();
        BufReader::new(said).read_line(&mut address)?;
        Ok(Self {
            name,
            server,
            address: address.trim().parse()?,
            turns: Vec::new(),
        })
    }

    async fn turn(&self, load: Load) -> Result<Turn, Failure> {
        let mut connections = Vec::new();
        for _ in 0..CONNECTIONS {
            let mut connection = Connection::open(self.address).await?;
            // What is new to a connection is not measured.
            let first = format!("{}/1", load.path);
            connection.send("GET", &first, "", "").await?;
            connections.push(connection);
        }
        let (start, before) = (Instant::now(), self.processor()?);
        let clients = connections.into_iter().map(|mut connection| async move {
            for number in 0..load.requests {
                let path = format!("{}/{number}", load.path);
                let status = connection.send("GET", &path, "", "").await?;
                if status != 200 {
                    return Err(Failure::from(format!("{path}: {status}")));
                }
            }
            Ok(())
        });
        for client in clients.collect::<JoinSet<_>>().join_all().await {
            client?;
        }
        let requests = (CONNECTIONS * load.requests) as f64;
        Ok(Turn {
            per_second: requests / start.elapsed().as_secs_f64(),
            processor: (self.processor()? - before) / requests,
        })
    }

    /// What the server has taken of processors, in microseconds: the sum over its threads of the first figure of `schedstat`, which Linux counts in
    /// nanoseconds. Its threads stay.
    fn processor(&self) -> Result<f64, Failure> {
        let mut nanoseconds = 0.0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.server.id()))? {
            let stat = fs::read_to_string(thread?.path().join("schedstat"))?;
            nanoseconds += stat.split(' ').next().unwrap_or_default().parse::<f64>()?;
        }
        Ok(nanoseconds / 1e3)
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Builds the service, each side in a folder of its own: cargo would else build what both have in common for one and then for the other.
fn build(name: &str, features: &[&str]) -> Result<PathBuf, Failure> {
    let target = crate::beside("observe")?.join(name);
    let status = Command::new(crate::cargo())
        .args(["build", "--quiet", "--release", "-p", "di-bench-observed"])
        .args(features)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .env("CARGO_TARGET_DIR", &target)
        .status()?;
    if !status.success() {
        return Err("the service cannot be built".into());
    }
    Ok(target.join("release/di-bench-observed"))
}
