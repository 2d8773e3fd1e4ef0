//! Polls that keep their thread for too long.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::{live::Live, place::At};

/// Polls that kept their thread for longer than the threshold, of one route and one culprit: what is called there blocks, or computes for long.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SlowPolls {
    /// The route, `GET /users/{id}`; or what else the scope is for, see [`LiveScope::what`](super::LiveScope::what).
    pub route: String,
    /// What it was doing: the name of the handler, or of the node that was built or torn down. None where the request has not reached any of ours.
    pub what: Option<&'static str>,
    /// File and line of that.
    pub place: Option<(&'static str, u32)>,
    /// How many there were.
    pub count: u64,
    /// How long the longest kept its thread.
    pub longest: Duration,
    /// How long one has kept its thread that has not let it go yet.
    pub stuck: Option<Duration>,
}

/// What kept its thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Culprit {
    pub(super) name: &'static str,
    pub(super) place: Option<(&'static str, u32)>,
}

impl Culprit {
    /// What a scope was at. Where that was nothing of ours, its handler, whose extractors those may be.
    pub(super) fn of(live: &Live, at: At) -> Option<Self> {
        if let At::Construct(row) | At::Teardown(row) = at {
            let node = live.observed.nodes.named(row);
            return Some(Culprit {
                name: node.name,
                place: node.place,
            });
        }
        live.handler().map(|handler| Culprit {
            name: handler.name,
            place: Some((handler.file, handler.line)),
        })
    }

    /// `src/main.rs:12`, for logs.
    pub(super) fn at(culprit: Option<Self>) -> Option<String> {
        let (file, line) = culprit?.place?;
        Some(format!("{file}:{line}"))
    }
}

type Key = (String, Option<Culprit>);

/// Those that there were.
#[derive(Default)]
pub(super) struct Polls(Mutex<BTreeMap<Key, SlowPolls>>);

impl Polls {
    /// A poll is over, and was slow.
    pub(super) fn ended(&self, live: &Live, culprit: Option<Culprit>, took: Duration) {
        let mut polls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entry(&mut polls, live, culprit);
        entry.count += 1;
        entry.longest = entry.longest.max(took);
    }

    /// What there was, and what is.
    pub(super) fn read<'a>(
        &self,
        stuck: impl Iterator<Item = (&'a Live, Duration, At)>,
    ) -> Vec<SlowPolls> {
        let polls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut polls = polls.clone();
        for (live, stuck, at) in stuck {
            let entry = entry(&mut polls, live, Culprit::of(live, at));
            entry.stuck = entry.stuck.max(Some(stuck));
        }
        polls.into_values().collect()
    }
}

fn entry<'p>(
    polls: &'p mut BTreeMap<Key, SlowPolls>,
    live: &Live,
    culprit: Option<Culprit>,
) -> &'p mut SlowPolls {
    let route = live.what();
    let key = (route.clone(), culprit);
    polls.entry(key).or_insert_with(|| SlowPolls {
        route,
        what: culprit.map(|culprit| culprit.name),
        place: culprit.and_then(|culprit| culprit.place),
        count: 0,
        longest: Duration::ZERO,
        stuck: None,
    })
}
