//! What a request costs with the container, next to the same request wired by
//! hand: `cargo run --release -p di-bench -- overhead`.
//!
//! Both sides build the same values ([`nodes`]) and are measured in one run,
//! interleaved ([`measure`]); every figure printed is measured by that run.

#![allow(unreachable_pub, reason = "nothing is exported by a binary")]

mod by_hand;
mod measure;
mod nodes;

use std::process::ExitCode;

use measure::{Contender, Counting, Figures, compare};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

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

/// The side compared with the hand-wired one. Until there is a container it is
/// the hand-wired one again: a control, whose ratio has to be 1.
const SECOND: &str = "by hand (control)";

fn second(case: Case) -> Contender {
    by_hand::contender(case)
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["overhead"] => {
            overhead();
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("usage: di-bench overhead");
            ExitCode::from(2)
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

    println!("second: {SECOND}");
    println!(
        "{:<11}{:>6}  {:<8}{:>9}{:>11}{:>8}{:>10}{:>9}",
        "place", "nodes", "side", "min ns", "median ns", "ratio", "allocs", "bytes"
    );
    let mut headline = None;
    for place in [Place::InProcess, Place::Axum] {
        for length in [Length::One, Length::Ten, Length::Thirty] {
            let case = Case { place, length };
            let [hand, other] = compare([by_hand::contender(case), second(case)]);
            row(case, "by hand", &hand);
            row(case, "second", &other);
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
