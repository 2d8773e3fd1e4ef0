//! The scopes that live, listed: a leak is a number with a name.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use axum::http::Extensions;
use di_core::__private::{Clock, Mark, Tick};
use smallvec::{SmallVec, smallvec};

use super::{live::Live, observation::Common};

/// A scope that lives.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LiveScope {
    /// What it is for: `GET /users/{id}`, `handler show` where no layer has seen the route, `task confirm`, `service poll`, or `scope opened at src/main.rs:12`.
    pub what: String,
    /// How long it has lived.
    pub age: Duration,
}

/// Who sees a request for which a layer has opened a scope: one for each app, in the extensions of its head, where it does not keep the scope open.
#[derive(Clone)]
pub(crate) struct Known(SmallVec<[Weak<Live>; 1]>);

impl Known {
    /// That of this app.
    pub(crate) fn of(extensions: &Extensions, app: &Arc<Common>) -> Option<Arc<Live>> {
        let known = extensions.get::<Self>()?;
        let mut lives = known.0.iter().filter_map(Weak::upgrade);
        lives.find(|live| live.is_of(app))
    }

    pub(crate) fn add(extensions: &mut Extensions, live: &Arc<Live>) {
        let live = Arc::downgrade(live);
        match extensions.get_mut::<Self>() {
            Some(known) => known.0.push(live),
            None => drop(extensions.insert(Known(smallvec![live]))),
        }
    }
}

/// Places for those that begin on one thread, and which of them are free.
#[derive(Default)]
pub(super) struct Slots {
    all: Vec<Slot>,
    /// With the handles of their marks, which nobody has to count then.
    free: Vec<Listed>,
}

/// Where one is listed, and another after it.
struct Slot {
    live: Option<Weak<Live>>,
    /// Apart from the scope, so that nobody who looks for what is stuck keeps one for a moment.
    mark: Arc<Mark>,
}

/// How many of them are kept when all are free.
const FEW: usize = 64;

/// Where one is listed.
pub(super) struct Listed {
    slot: usize,
    pub(super) mark: Arc<Mark>,
}

impl Slots {
    pub(super) fn enter(&mut self, live: &Weak<Live>) -> Listed {
        let listed = self.free.pop().unwrap_or_else(|| {
            let (slot, mark) = (self.all.len(), Arc::<Mark>::default());
            let kept = Arc::clone(&mark);
            self.all.push(Slot { live: None, mark });
            Listed { slot, mark: kept }
        });
        self.all[listed.slot].live = Some(live.clone());
        listed
    }

    pub(super) fn leave(&mut self, listed: Listed) {
        self.all[listed.slot].live = None;
        listed.mark.clear();
        self.free.push(listed);
        // What a peak has left is looked through each time.
        if self.all.len() > FEW && self.free.len() == self.all.len() {
            *self = Slots::default();
        }
    }

    /// Those whose poll has run for so many nanoseconds, and for how many.
    pub(super) fn stuck(&self, clock: &Clock, threshold: u64) -> Vec<(Weak<Live>, u64)> {
        let now = clock.now();
        let polled = self.all.iter().filter_map(|slot| {
            let since = slot.mark.polled();
            let polled = clock.nanos(since, now);
            (since != Tick::NEVER && polled >= threshold).then(|| (slot.live.clone(), polled))
        });
        polled
            .filter_map(|(live, polled)| Some((live?, polled)))
            .collect()
    }

    pub(super) fn all(&self) -> Vec<Weak<Live>> {
        let all = self.all.iter();
        all.filter_map(|slot| slot.live.clone()).collect()
    }
}
