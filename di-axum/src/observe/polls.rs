//! Polls that keep their thread for too long.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::live::Live;

/// Polls of one route that kept their thread for longer than the threshold: what is called there blocks, or computes for long.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SlowPolls {
    /// The route: `GET /users/{id}`.
    pub route: String,
    /// The handler's name; none where the request has not reached one of ours.
    pub what: Option<&'static str>,
    /// File and line of the handler.
    pub place: Option<(&'static str, u32)>,
    /// How many there were.
    pub count: u64,
    /// How long the longest kept its thread.
    pub longest: Duration,
    /// How long one has kept its thread that has not let it go yet.
    pub stuck: Option<Duration>,
}

/// Those that there were, by route.
#[derive(Default)]
pub(super) struct Polls(Mutex<BTreeMap<String, SlowPolls>>);

impl Polls {
    /// A poll is over, and was slow.
    pub(super) fn ended(&self, live: &Live, took: Duration) {
        let mut polls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = polls.entry(live.route.name()).or_insert_with(|| of(live));
        entry.count += 1;
        entry.longest = entry.longest.max(took);
        // The first may have been before its handler.
        if let Some(handler) = live.handler() {
            entry.what = Some(handler.name);
            entry.place = Some((handler.file, handler.line));
        }
    }

    /// What there was, and what is.
    pub(super) fn read<'a>(
        &self,
        stuck: impl Iterator<Item = (&'a Live, Duration)>,
    ) -> Vec<SlowPolls> {
        let polls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut polls = polls.clone();
        for (live, stuck) in stuck {
            let entry = polls.entry(live.route.name()).or_insert_with(|| of(live));
            entry.stuck = entry.stuck.max(Some(stuck));
        }
        polls.into_values().collect()
    }
}

fn of(live: &Live) -> SlowPolls {
    let handler = live.handler();
    SlowPolls {
        route: live.route.name(),
        what: handler.map(|handler| handler.name),
        place: handler.map(|handler| (handler.file, handler.line)),
        count: 0,
        longest: Duration::ZERO,
        stuck: None,
    }
}
