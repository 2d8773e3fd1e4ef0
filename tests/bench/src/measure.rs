//! How contenders are run, timed and compared.
//!
//! **Time.** On a shared machine the clock speed and the neighbours change from
//! second to second, so two runs one after the other cannot be compared.
//! Contenders are interleaved instead: a round runs one small batch of each
//! (about 50 us or a little more) forwards and then backwards (A, B, B, A), and
//! gives each contender the sum of its two batches. Whatever drifts slowly, and
//! whatever is gained by going second, meets both alike. The ratio reported is
//! the *median over rounds of the ratio within a round*, which an interrupted
//! round cannot move; it is not the ratio of the two medians. Minimum and
//! median ns per operation are over rounds too.
//!
//! **Memory.** [`Counting`] counts what the measuring thread asks of the
//! allocator: over 1000 operations, after warming up and outside the timed
//! part. A reallocation counts as an allocation of its new size. The counters
//! are thread-local cells, so they are exact and cost about a nanosecond per
//! allocation, to every contender alike.
//!
//! **Honesty.** Contenders must return the same value, or nothing is measured.
//! Results pass through `black_box`. The batch loop is compiled together with
//! the contender, so only a batch, never an operation, pays a dynamic call. No
//! operation may wait: there is no executor to measure, a future is polled
//! once.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;

const BATCH: Duration = Duration::from_micros(50);
const ROUNDS: usize = 5000;
const BUDGET: Duration = Duration::from_secs(2);
const COUNTED_OPS: u32 = 1000;

/// An operation, to be run in batches.
pub struct Contender(Box<dyn FnMut(u32) -> u64>);

impl Contender {
    pub fn new(mut op: impl FnMut() -> u64 + 'static) -> Self {
        Contender(Box::new(move |ops| {
            let mut last = 0;
            for _ in 0..ops {
                last = black_box(op());
            }
            last
        }))
    }

    fn run(&mut self, ops: u32) -> u64 {
        (self.0)(ops)
    }

    fn time(&mut self, ops: u32) -> Duration {
        let start = Instant::now();
        self.run(ops);
        start.elapsed()
    }
}

/// What was measured of one contender; everything but the ratio is per operation.
pub struct Figures {
    pub min_ns: f64,
    pub median_ns: f64,
    /// Time relative to the first contender.
    pub ratio: f64,
    pub allocations: f64,
    pub bytes: f64,
}

/// Measures the contenders against the first of them.
pub fn compare<const N: usize>(mut contenders: [Contender; N]) -> [Figures; N] {
    let answers = contenders.each_mut().map(|c| c.run(COUNTED_OPS));
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "the contenders do different work: {answers:?}"
    );
    let counts = contenders.each_mut().map(count);

    let ops = batch_size(&mut contenders[0]);
    let mut rounds: Vec<[f64; N]> = Vec::with_capacity(ROUNDS);
    let start = Instant::now();
    while rounds.len() < ROUNDS && start.elapsed() < BUDGET {
        let mut spent = [Duration::ZERO; N];
        for i in (0..N).chain((0..N).rev()) {
            spent[i] += contenders[i].time(ops);
        }
        rounds.push(spent.map(|time| time.as_secs_f64() * 1e9 / f64::from(2 * ops)));
    }

    std::array::from_fn(|i| {
        let ns = rounds.iter().map(|round| round[i]);
        let (allocations, bytes) = counts[i];
        Figures {
            min_ns: ns.clone().fold(f64::INFINITY, f64::min),
            median_ns: median(ns),
            ratio: median(rounds.iter().map(|round| round[i] / round[0])),
            allocations,
            bytes,
        }
    })
}

/// The operations that fill a batch; also the rest of the warming up.
fn batch_size(contender: &mut Contender) -> u32 {
    let mut ops = 1;
    while contender.time(ops) < BATCH {
        ops *= 2;
    }
    ops
}

pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        (sorted[middle - 1] + sorted[middle]) / 2.0
    }
}

/// Allocations and bytes per operation.
fn count(contender: &mut Contender) -> (f64, f64) {
    let before = (ALLOCATIONS.get(), BYTES.get());
    contender.run(COUNTED_OPS);
    let after = (ALLOCATIONS.get(), BYTES.get());
    let per_op = |total: u64| total as f64 / f64::from(COUNTED_OPS);
    (per_op(after.0 - before.0), per_op(after.1 - before.1))
}

/// Runs a future that never waits.
pub fn run<F: Future>(future: F) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("an operation waited; this benchmark has no executor"),
    }
}

/// Runs a boxed future without letting the compiler see what is in the box,
/// lest it drop the box altogether.
#[inline]
pub fn run_boxed(future: Pin<Box<dyn Future<Output = u64> + Send>>) -> u64 {
    run(black_box(future))
}

/// One request through a router, as `axum::serve` makes it for each request but
/// without a socket; the handler at `/` answers with a number. The response is
/// read to its end and dropped.
pub fn request(router: &Router) -> u64 {
    run(async {
        let response = router.clone().oneshot(Request::new(Body::empty())).await;
        let Ok(response) = response;
        assert_eq!(response.status(), StatusCode::OK);
        let mut body = response.into_body();
        let mut answer = 0_u64;
        while let Some(frame) = body.frame().await {
            let frame = frame.expect("a body held in memory cannot fail");
            for byte in frame.data_ref().into_iter().flatten() {
                answer = answer.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
            }
        }
        answer
    })
}

thread_local! {
    // Constant and without a destructor: reading them never allocates, and they
    // last as long as the thread does.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static BYTES: Cell<u64> = const { Cell::new(0) };
}

/// The system allocator, counting.
pub struct Counting;

fn note(size: usize) {
    ALLOCATIONS.set(ALLOCATIONS.get() + 1);
    BYTES.set(BYTES.get() + size as u64);
}

// SAFETY: every call is passed to `System` unchanged, which keeps the contract;
// the counting before it neither allocates nor panics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        note(new_size);
        // SAFETY: `ptr` came from `System` through this allocator, and the
        // caller keeps the contract of `realloc`.
        unsafe { System.realloc(ptr, layout, new_size) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: `ptr` came from `System` through this allocator.
        unsafe { System.dealloc(ptr, layout) }
    }
}
