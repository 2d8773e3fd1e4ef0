//! A thread that finds what is stuck while it is: where all workers are, no task could.

use std::{
    sync::{Weak, atomic::Ordering::Relaxed},
    thread,
    time::Duration,
};

use super::observation::Observed;

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
            for (live, stuck) in observed.stuck() {
                if !live.is_told.swap(true, Relaxed) {
                    tell(&live.route.name(), live.handler(), stuck);
                }
            }
        }
    };
    let named = thread::Builder::new().name("di-watchdog".to_string());
    if let Err(error) = named.spawn(watch) {
        tracing::error!(%error, "there is no thread that could look for polls that are stuck");
    }
}

fn tell(route: &str, handler: Option<&'static di_core::Meta>, stuck: Duration) {
    let handler =
        handler.map(|handler| (handler.name, format!("{}:{}", handler.file, handler.line)));
    let (name, place) = handler
        .as_ref()
        .map_or(("", ""), |(name, place)| (*name, place));
    tracing::warn!(
        route,
        handler = name,
        place,
        "a request has kept its thread for {stuck:?} and still does: nothing else runs there"
    );
}
