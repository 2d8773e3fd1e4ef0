//! With somebody who is told.

use std::{pin::pin, sync::Arc};

// A clock that costs half of the system's: it is read for each value that is built.
use quanta::{Clock, Instant};
use smallvec::SmallVec;
use tracing::{Span, span::EnteredSpan};

/// What is done with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Its constructor runs.
    Construct,
    /// It is torn down.
    Teardown,
}

/// Something that was done with a value.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    /// Nanoseconds from the beginning to the end; while an async one waits, too.
    pub nanos: u64,
    /// Its row in the graph.
    pub row: u16,
    /// What.
    pub act: Act,
    /// Whether it failed, or panicked.
    pub is_failed: bool,
}

/// Is told what is built and torn down in one scope, or in an app.
pub trait Observer: Send + Sync + 'static {
    /// The clock by which it is told.
    fn clock(&self) -> &Clock;
    /// Something begins, then. What it does is in the span that this returns.
    fn begin(&self, act: Act, row: u16, at: Instant) -> Span;
    /// This was done, in this order and the last of it until then, since the last call: told when the scope has to wait, before its root runs, and at its
    /// end.
    fn ended(&self, took: &[Took], until: Instant);
    /// Everything is there that the root asks for, a handler or a task, since then; it runs now.
    fn root_begins(&self, at: Instant);
    /// It is through since then, or was given up, and what it was given is dropped next.
    fn root_ends(&self, _at: Instant) {}
    /// What belongs to the scope is polled by this thread from now on; none, where somebody knows already.
    fn poll_begins(&self) -> Option<Instant> {
        None
    }
    /// It is not any more.
    fn poll_ends(&self, _began: Instant) {}
}

/// Who is told of a scope that is filled at run time, or of an app; maybe nobody.
#[derive(Clone, Default)]
pub(crate) struct Observed(Option<Arc<dyn Observer>>);

impl Observed {
    pub(crate) fn by(observer: Option<Arc<dyn Observer>>) -> Self {
        Observed(observer)
    }

    pub(crate) fn watch(&self) -> Watch {
        self.0.clone().map_or_else(Watch::nobody, Watch::by)
    }

    /// Does something with a row, and tells.
    pub(crate) async fn told<T, E>(
        &self,
        act: Act,
        row: u16,
        done: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let mut watch = self.watch();
        let mut done = pin!(done);
        watch.begin(act, row);
        let ended = std::future::poll_fn(|cx| {
            let _polling = watch.polling();
            let _entered = watch.enter();
            done.as_mut().poll(cx)
        });
        let ended = ended.await;
        watch.end(ended.is_ok());
        ended
    }

    /// The root of the scope runs now.
    pub(crate) fn root_begins(&self) {
        if let Some(observer) = &self.0 {
            observer.root_begins(observer.clock().now());
        }
    }
}

/// What is done in one place, one after the other: a clock, and what it has shown.
pub(crate) struct Watch(Option<Box<On>>);

struct On {
    observer: Arc<dyn Observer>,
    clock: Clock,
    /// The end of the one before.
    last: Option<Instant>,
    current: Option<(Act, u16)>,
    span: Span,
    /// What was not told yet.
    took: SmallVec<[Took; 8]>,
}

impl Watch {
    pub(crate) const fn nobody() -> Self {
        Watch(None)
    }

    pub(crate) fn by(observer: Arc<dyn Observer>) -> Self {
        // In memory of its own, so that a scope that nobody watches is no larger for it.
        let clock = observer.clock().clone();
        Watch(Some(Box::new(On {
            observer,
            clock,
            last: None,
            current: None,
            span: Span::none(),
            took: SmallVec::new(),
        })))
    }

    /// Something else was done meanwhile.
    #[inline]
    pub(crate) fn skip(&mut self) {
        if let Some(on) = &mut self.0 {
            on.last = None;
        }
    }

    /// Something begins: at the end of the one before, where nothing else was.
    #[inline]
    pub(crate) fn begin(&mut self, act: Act, row: u16) {
        if let Some(on) = &mut self.0 {
            let at = *on.last.get_or_insert_with(|| on.clock.now());
            on.current = Some((act, row));
            on.span = on.observer.begin(act, row, at);
        }
    }

    /// It runs on this thread until what this returns is dropped.
    #[inline]
    pub(crate) fn enter(&self) -> Option<EnteredSpan> {
        let on = self.0.as_ref()?;
        // A span that nobody listens to is not worth a guard.
        (!on.span.is_disabled()).then(|| on.span.clone().entered())
    }

    /// This thread polls what belongs to the scope until what this returns is dropped.
    pub(crate) fn polling(&self) -> Option<Polling> {
        let on = self.0.as_ref()?;
        let began = on.observer.poll_begins()?;
        Some(Polling {
            observer: Arc::clone(&on.observer),
            began,
        })
    }

    /// It has ended.
    #[inline]
    pub(crate) fn end(&mut self, is_done: bool) {
        if let Some(on) = &mut self.0 {
            on.end(is_done);
        }
    }

    /// Whoever does this has to wait.
    pub(crate) fn wait(&mut self) {
        if let Some(on) = &mut self.0 {
            on.tell();
        }
    }

    /// The root of the scope runs now.
    pub(crate) fn root_begins(&mut self) {
        if let Some(on) = &mut self.0 {
            on.tell();
            let at = on.last.take().unwrap_or_else(|| on.clock.now());
            on.observer.root_begins(at);
        }
    }
}

impl Watch {
    /// The root is through.
    pub(crate) fn root_ends(&mut self) {
        if let Some(on) = &mut self.0 {
            let now = on.clock.now();
            on.observer.root_ends(now);
            on.last = Some(now);
        }
    }
}

/// A thread polls what belongs to a scope.
pub(crate) struct Polling {
    observer: Arc<dyn Observer>,
    began: Instant,
}

impl Drop for Polling {
    fn drop(&mut self) {
        self.observer.poll_ends(self.began);
    }
}

impl On {
    fn end(&mut self, is_done: bool) {
        let now = self.clock.now();
        let began = self.last.replace(now).unwrap_or(now);
        let Some((act, row)) = self.current.take() else {
            return;
        };
        if !self.span.is_none() {
            let span = std::mem::replace(&mut self.span, Span::none());
            if !is_done {
                span.record("otel.status_code", "ERROR");
            }
        }
        self.took.push(Took {
            // 64 bits of nanoseconds are 584 years.
            nanos: (now - began).as_nanos() as u64,
            row,
            act,
            is_failed: !is_done,
        });
    }

    fn tell(&mut self) {
        if !self.took.is_empty() {
            let until = self.last.unwrap_or_else(|| self.clock.now());
            self.observer.ended(&self.took, until);
            self.took.clear();
        }
    }
}

impl Drop for On {
    fn drop(&mut self) {
        // One that was given up has neither been done nor failed.
        if self.current.is_some() && std::thread::panicking() {
            self.end(false);
        }
        self.tell();
    }
}
