//! What a request costs with the container, next to the same request wired by
//! hand: `cargo run --release -p di-bench -- overhead`. And what the compiler takes for a container: `-- compile`;
//! what a whole application serves, next to the same one wired by hand: `-- http`; and what a service serves while it is observed, next to the same one
//! that is not: `-- observe`.
//!
//! Both sides build the same values ([`nodes`]) and are measured in one run,
//! interleaved ([`measure`]); every figure printed is measured by that run.

#![allow(unreachable_pub, reason = "nothing is exported by a binary")]

mod by_hand;
mod compile;
mod connection;
mod contender;
mod generate;
mod growth;
#[cfg(feature = "http")]
mod http;
mod measure;
mod nodes;
mod observe;

use std::{error::Error, ffi::OsString, io, path::PathBuf, process::ExitCode};

use measure::{Counting, Figures, compare};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

type Failure = Box<dyn Error + Send + Sync>;

/// The cargo that runs this; it says so.
fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// `target/name`, beside this program.
fn beside(name: &str) -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let target = program.ancestors().nth(2);
    let target = target.ok_or_else(|| io::Error::other("this program is not in target/release"))?;
    Ok(target.join(name))
}

/// What is measured: a chain of this length, built here.
#[derive(Clone, Copy, PartialEq)]
struct Case {
    place: Place,
    length: Length,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// The boxed future alone.
    InProcess,
    /// A whole request through an axum router.
    Axum,
}

#[derive(Clone, Copy, PartialEq)]
enum Length {
    One = 1,
    Ten = 10,
    Thirty = 30,
}

/// The case the last line speaks of.
const HEADLINE: Case = Case {
    place: Place::InProcess,
    length: Length::Ten,
};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["overhead"] => {
            overhead();
            ExitCode::SUCCESS
        }
        ["growth"] => {
            growth();
            ExitCode::SUCCESS
        }
        ["compile"] => ended(compile::compile().map_err(Failure::from)),
        #[cfg(feature = "http")]
        ["http"] => ended(http::http()),
        ["observe"] => ended(observe::observe()),
        _ => {
            eprintln!("usage: di-bench overhead | growth | compile | http | observe");
            ExitCode::from(2)
        }
    }
}

fn ended(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn overhead() {
    if cfg!(debug_assertions) {
        eprintln!("warning: not a release build, the figures mean little");
    }
    // Nothing here waits for the runtime, but a contender may ask for its handle.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime without drivers needs nothing of the system");
    let _entered = runtime.enter();

    println!(
        "{:<11}{:>6}  {:<8}{:>9}{:>11}{:>8}{:>10}{:>9}",
        "place", "nodes", "side", "min ns", "median ns", "ratio", "allocs", "bytes"
    );
    let mut headline = None;
    for place in [Place::InProcess, Place::Axum] {
        for length in [Length::One, Length::Ten, Length::Thirty] {
            let case = Case { place, length };
            let [hand, other] = compare([by_hand::contender(case), contender::contender(case)]);
            row(case, "by hand", &hand);
            row(case, "di-axum", &other);
            if case == HEADLINE {
                headline = Some((other.ratio, other.allocations - hand.allocations));
            }
        }
    }
    let (ratio, extra) = headline.expect("the headline is one of the cases above");
    // A contender that allocates only now and then shows as a fraction.
    let extra = if extra.fract() == 0.0 {
        format!("{extra:.0}")
    } else {
        format!("{extra:.3}")
    };
    println!(
        "overhead: {} nodes {ratio:.2} x by hand, {extra} extra allocations",
        HEADLINE.length as u32
    );
}

fn growth() {
    let sides = growth::sides();
    let sizes = sides.each_ref().map(|side| (side.nodes, side.bytes));
    let figures = compare(sides.map(|side| side.contender));
    println!(
        "{:>6}{:>9}{:>11}{:>8}{:>8}",
        "nodes", "min ns", "median ns", "ratio", "bytes"
    );
    let mut worst: f64 = 1.0;
    for ((nodes, bytes), figures) in sizes.into_iter().zip(&figures) {
        let (min, median, ratio) = (figures.min_ns, figures.median_ns, figures.ratio);
        println!("{nodes:>6}{min:>9.1}{median:>11.1}{ratio:>8.3}{bytes:>8}");
        worst = worst.max(ratio).max(bytes as f64 / sizes[0].1 as f64);
    }
    println!("growth: {worst:.2} x");
}

fn row(case: Case, side: &str, figures: &Figures) {
    let place = match case.place {
        Place::InProcess => "in process",
        Place::Axum => "axum",
    };
    println!(
        "{place:<11}{:>6}  {side:<8}{:>9.1}{:>11.1}{:>8.3}{:>10.3}{:>9.1}",
        case.length as u32,
        figures.min_ns,
        figures.median_ns,
        figures.ratio,
        figures.allocations,
        figures.bytes
    );
}
