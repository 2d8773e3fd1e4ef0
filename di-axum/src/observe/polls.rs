//! Polls that keep their thread for too long.

use std::{
    collections::BTreeMap,
    fmt,
    sync::Mutex,
    time::{Duration, Instant},
};

use di_core::__private::{Doing, Tick};

use super::{desk::lock, live::Live};

/// Polls that kept their thread for longer than the threshold, of one route and one culprit: what is called there blocks, or computes for long.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SlowPolls {
    /// The route, `GET /users/{id}`; or what else the scope is for, see [`LiveScope::what`](super::LiveScope::what).
    pub route: String,
    /// What took longest: the name of the handler, or of the node that was built or torn down. None where it was something else: a layer, an extractor, a drop.
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
struct Culprit {
    name: &'static str,
    place: Option<(&'static str, u32)>,
}

impl Culprit {
    /// What a scope was at.
    fn of(live: &Live, at: Doing) -> Option<Self> {
        match at {
            Doing::Elsewhere => None,
            Doing::Construct(row) | Doing::Teardown(row) => {
                let node = live.common().nodes.named(row);
                Some(Culprit {
                    name: node.name,
                    place: node.place,
                })
            }
            Doing::Root => live.handler().map(|handler| Culprit {
                name: handler.name,
                place: Some((handler.file, handler.line)),
            }),
        }
    }

    /// `src/main.rs:12`, for logs.
    fn at(culprit: Option<Self>) -> Option<String> {
        let (file, line) = culprit?.place?;
        Some(format!("{file}:{line}"))
    }
}

/// A poll of a scope; dropped, it is over, also where it panics.
pub(crate) struct Polling<'a> {
    live: &'a Live,
    /// None, where somebody else is told of it.
    began: Option<Tick>,
}

impl<'a> Polling<'a> {
    pub(crate) fn begin(live: &'a Live) -> Self {
        let began = live.begin_poll();
        Polling { live, began }
    }
}

impl Drop for Polling<'_> {
    fn drop(&mut self) {
        if let Some(began) = self.began.take() {
            polled(self.live, began);
        }
    }
}

/// A poll of a scope is over.
pub(super) fn polled(live: &Live, began: Tick) -> Tick {
    let now = live.now();
    if let Some((took, at)) = live.end_poll(began, now) {
        ended(live, took, at);
    }
    now
}

#[cold]
fn ended(live: &Live, took: Duration, at: Doing) {
    let culprit = Culprit::of(live, at);
    if let Some(others) = live.common().polls.ended(live, culprit, took) {
        warn(
            live,
            culprit,
            others,
            format_args!(
                "a thread was kept for {took:?}: what blocks belongs on a thread of its own; or the machine has more to do than it can"
            ),
        );
    }
}

/// One is stuck.
pub(super) fn stuck(live: &Live, stuck: Duration, at: Doing) {
    let culprit = Culprit::of(live, at);
    if let Some(others) = live.common().polls.stuck(live, culprit) {
        warn(
            live,
            culprit,
            others,
            format_args!(
                "a thread has been kept for {stuck:?} and still is: nothing else runs there"
            ),
        );
    }
}

/// `others` were not logged since the last one.
fn warn(live: &Live, culprit: Option<Culprit>, others: u64, text: fmt::Arguments<'_>) {
    tracing::warn!(
        scope = live.what(),
        what = culprit.map(|culprit| culprit.name),
        place = Culprit::at(culprit),
        others,
        "{text}"
    );
}

type Key = (String, Option<Culprit>);

/// How often one is logged at most; how many others there were meanwhile is in the next.
const LOGGED_EVERY: Duration = Duration::from_secs(10);

/// Those of one scope's kind and one culprit.
#[derive(Clone)]
struct Entry {
    polls: SlowPolls,
    ended: Said,
    stuck: Said,
}

/// What was logged.
#[derive(Clone, Default)]
struct Said {
    last: Option<Instant>,
    others: u64,
}

impl Said {
    /// How many were not logged since the last one that was, where this one is.
    fn now(&mut self) -> Option<u64> {
        if self.last.is_some_and(|last| last.elapsed() < LOGGED_EVERY) {
            self.others += 1;
            return None;
        }
        self.last = Some(Instant::now());
        Some(std::mem::take(&mut self.others))
    }
}

/// Those that there were.
#[derive(Default)]
pub(super) struct Polls(Mutex<BTreeMap<Key, Entry>>);

impl Polls {
    /// A poll is over, and was slow. Whether it is logged, and how many were not.
    fn ended(&self, live: &Live, culprit: Option<Culprit>, took: Duration) -> Option<u64> {
        let mut polls = lock(&self.0);
        let entry = entry(&mut polls, live, culprit);
        entry.polls.count += 1;
        entry.polls.longest = entry.polls.longest.max(took);
        entry.ended.now()
    }

    fn stuck(&self, live: &Live, culprit: Option<Culprit>) -> Option<u64> {
        let mut polls = lock(&self.0);
        entry(&mut polls, live, culprit).stuck.now()
    }

    /// What there was, and what is.
    pub(super) fn read<'a>(
        &self,
        stuck: impl Iterator<Item = (&'a Live, Duration, Doing)>,
    ) -> Vec<SlowPolls> {
        let polls = lock(&self.0);
        let mut polls = polls.clone();
        for (live, stuck, at) in stuck {
            let entry = entry(&mut polls, live, Culprit::of(live, at));
            entry.polls.stuck = entry.polls.stuck.max(Some(stuck));
        }
        let all = polls.into_values().map(|entry| entry.polls);
        // What was only found to be stuck is none any more.
        all.filter(|polls| polls.count > 0 || polls.stuck.is_some())
            .collect()
    }
}

fn entry<'p>(
    polls: &'p mut BTreeMap<Key, Entry>,
    live: &Live,
    culprit: Option<Culprit>,
) -> &'p mut Entry {
    let route = live.what();
    let key = (route.clone(), culprit);
    polls.entry(key).or_insert_with(|| Entry {
        polls: SlowPolls {
            route,
            what: culprit.map(|culprit| culprit.name),
            place: culprit.and_then(|culprit| culprit.place),
            count: 0,
            longest: Duration::ZERO,
            stuck: None,
        },
        ended: Said::default(),
        stuck: Said::default(),
    })
}
