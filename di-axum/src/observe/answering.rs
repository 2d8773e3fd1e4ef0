//! Which requests this thread answers: whoever runs inside of the layer finds by this what the layer knows.
//!
//! The extensions of a request would say it, too, also where a layer hands it to another task; each request would pay for that with a table that grows.

use std::{cell::RefCell, sync::Arc};

use di_core::__private::Tick;
use tracing::span::EnteredSpan;

use super::{live::Live, observation::Common, polls::polled, spans};

thread_local! {
    /// From the outside in: a router may serve several apps.
    static REQUESTS: RefCell<Vec<Arc<Live>>> = const { RefCell::new(Vec::new()) };
}

/// This thread polls a request, until this is dropped.
pub(super) struct Answering<'a> {
    /// Whose it is, and is not meanwhile: another handle would cost as much as all else here.
    home: &'a mut Option<Arc<Live>>,
    began: Option<Tick>,
    entered: Option<EnteredSpan>,
}

impl<'a> Answering<'a> {
    pub(super) fn begin(home: &'a mut Option<Arc<Live>>) -> Option<Self> {
        let live = home.as_ref()?;
        let began = live.begin_poll();
        let spans = live.spans.as_ref();
        let entered = spans.and_then(|spans| spans::enter(&spans.scope));
        // Where the thread ends, it stays at home, and nobody finds it.
        let _ = REQUESTS.try_with(|all| all.borrow_mut().extend(home.take()));
        Some(Answering {
            home,
            began,
            entered,
        })
    }

    /// It is over, now.
    pub(super) fn end(mut self) -> Option<Tick> {
        self.over()
    }

    fn over(&mut self) -> Option<Tick> {
        if self.home.is_none() {
            *self.home = REQUESTS.try_with(|all| all.borrow_mut().pop()).ok()?;
        }
        let live = self.home.as_ref()?;
        let over = match self.began.take() {
            Some(began) => polled(live, began),
            None => live.now(),
        };
        self.entered = None;
        Some(over)
    }
}

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        if self.home.is_none() || self.began.is_some() {
            self.over();
        }
    }
}

/// That of this app.
pub(crate) fn answering(app: &Arc<Common>) -> Option<Arc<Live>> {
    let found = REQUESTS.try_with(|all| {
        let all = all.borrow();
        let mut all = all.iter().rev();
        all.find(|live| live.is_of(app)).cloned()
    });
    found.ok().flatten()
}
