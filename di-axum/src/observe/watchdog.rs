//! A thread that finds what is stuck while it is: where all workers are, no task could.

use std::{
    sync::{Weak, atomic::Ordering::Relaxed},
    thread::{self, Thread},
    time::Duration,
};

use super::{observation::Observed, polls};

/// Watches until the app is gone, which unparks the thread.
pub(super) fn watch(observed: Weak<Observed>, threshold: Duration) -> Option<Thread> {
    // A poll is found when it has taken twice the threshold, at the latest.
    let every = threshold.max(Duration::from_millis(1));
    let watch = move || {
        loop {
            thread::park_timeout(every);
            let Some(observed) = observed.upgrade() else {
                break;
            };
            for (live, stuck, at) in observed.stuck() {
                if !live.is_told.swap(true, Relaxed) {
                    polls::stuck(&live, stuck, at);
                }
            }
        }
    };
    let named = thread::Builder::new().name("di-watchdog".to_string());
    match named.spawn(watch) {
        Ok(watchdog) => Some(watchdog.thread().clone()),
        Err(error) => {
            tracing::error!(%error, "there is no thread that could look for polls that are stuck");
            None
        }
    }
}
