//! A thread that finds what is stuck while it is: where all workers are, no task could.

use std::{
    sync::{Weak, atomic::Ordering::Relaxed},
    thread,
    time::Duration,
};

use super::{live::Live, observation::Observed, polls::Culprit};

/// Watches until the app is gone.
pub(super) fn watch(observed: Weak<Observed>, threshold: Duration) {
    // A poll is found when it has taken twice the threshold, at the latest.
    let every = threshold.max(Duration::from_millis(1));
    let watch = move || {
        loop {
            thread::sleep(every);
            let Some(observed) = observed.upgrade() else {
                break;
            };
            for (live, stuck, at) in observed.stuck() {
                if !live.is_told.swap(true, Relaxed) {
                    tell(&live, Culprit::of(&live, at), stuck);
                }
            }
        }
    };
    let named = thread::Builder::new().name("di-watchdog".to_string());
    if let Err(error) = named.spawn(watch) {
        tracing::error!(%error, "there is no thread that could look for polls that are stuck");
    }
}

fn tell(live: &Live, culprit: Option<Culprit>, stuck: Duration) {
    tracing::warn!(
        route = live.what(),
        what = culprit.map_or("", |culprit| culprit.name),
        place = Culprit::at(culprit),
        "a thread has been kept for {stuck:?} and still is: nothing else runs there"
    );
}
