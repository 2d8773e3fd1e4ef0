//! One copy for each core, nearly: cores that count do not share cache lines.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    thread::available_parallelism,
};

use crossbeam_utils::CachePadded;

pub(super) struct Sharded<T>(Box<[CachePadded<T>]>);

impl<T> Sharded<T> {
    pub(super) fn new(mut make: impl FnMut() -> T) -> Self {
        // More than one for each core: threads are spread over them by chance.
        let cores = available_parallelism().map_or(1, usize::from);
        let shards = (2 * cores).next_power_of_two().min(64);
        Self((0..shards).map(|_| CachePadded::new(make())).collect())
    }

    /// This thread's. Another thread may have the same: it is shared, and seldom.
    pub(super) fn mine(&self) -> &T {
        self.at(self.place())
    }

    /// Where this thread's is, to be found by another one.
    pub(super) fn place(&self) -> usize {
        mark() & (self.0.len() - 1)
    }

    pub(super) fn at(&self, place: usize) -> &T {
        &self.0[place]
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|shard| &**shard)
    }
}

/// A number that belongs to this thread: where a variable of its own lies, mixed (Fibonacci hashing, Knuth 6.4).
fn mark() -> usize {
    thread_local!(static PLACE: u8 = const { 0 });
    let address = PLACE.with(|place| std::ptr::from_ref(place) as u64);
    (address.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48) as usize
}

/// What is counted, which is whole also where somebody has panicked. No code of an app runs under such a lock.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
