//! With somebody who is told.

use std::{cell::RefCell, pin::pin, sync::Arc};

use tracing::{Span, span::EnteredSpan};

use super::{
    Clock, Constructed, Doing, Mark, Tick,
    log::{Log, Took},
};

/// What is done with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Its constructor runs.
    Construct,
    /// It is torn down.
    Teardown,
}

/// Is told what is built and torn down in one scope, or in an app.
pub trait Observer: Send + Sync + 'static {
    /// The clock by which it is told.
    fn clock(&self) -> &Clock;
    /// Whether what is done is in [spans](Self::span): asked once for all that is done in a place.
    fn is_traced(&self) -> bool;
    /// What is done is in this one.
    fn span(&self, act: Act, row: u16) -> Span;
    /// Where it is said what is done.
    fn mark(&self) -> Option<&Mark> {
        None
    }
    /// The root waits from then on for something that is built for it.
    fn root_waits(&self, _at: Tick) {}
    /// This was done since the last call: told when there is much, when the scope has to wait, before its root runs or a value without a
    /// teardown is dropped, and at its end.
    fn ended(&self, log: &Log);
    /// Everything is there that the root asks for, a handler or a task, since then; it runs now.
    fn root_begins(&self, at: Tick);
    /// It is through since then, or was given up, and what it was given is dropped next.
    fn root_ends(&self, _at: Tick) {}
    /// What belongs to the scope is polled by this thread from now on; none, where somebody knows already.
    fn poll_begins(&self) -> Option<Tick> {
        None
    }
    /// It is not any more.
    fn poll_ends(&self, _began: Tick) {}
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
    /// None, once it was told for the last time.
    observer: Option<Arc<dyn Observer>>,
    /// A copy, as each value reads it.
    clock: Clock,
    is_traced: bool,
    /// The end of the one before; never, where something else was done since.
    last: Tick,
    current: Option<Current>,
    span: Option<Span>,
    /// What was not told yet.
    log: Log,
}

/// What is done now.
#[derive(Clone, Copy)]
struct Current {
    act: Act,
    row: u16,
    /// Whether the clock is read at its end.
    is_timed: bool,
}

thread_local! {
    /// What was used before, since each request needs one: with a log that has its memory.
    #[expect(clippy::vec_box, reason = "they are handed on as they are")]
    static SPARE: RefCell<Vec<Box<On>>> = const { RefCell::new(Vec::new()) };
}

/// How many of those a thread keeps.
const FEW: usize = 16;

impl Watch {
    pub(crate) const fn nobody() -> Self {
        Watch(None)
    }

    /// In memory of its own, so that a scope that nobody watches is no larger for it.
    pub(crate) fn by(observer: Arc<dyn Observer>) -> Self {
        let spare = SPARE.try_with(|spare| spare.borrow_mut().pop());
        let mut on = spare.ok().flatten().unwrap_or_else(|| {
            Box::new(On {
                observer: None,
                clock: observer.clock().clone(),
                is_traced: false,
                last: Tick::NEVER,
                current: None,
                span: None,
                log: Log::new(),
            })
        });
        on.is_traced = observer.is_traced();
        on.observer = Some(observer);
        Watch(Some(on))
    }

    /// Something else was done meanwhile.
    #[inline]
    pub(crate) fn skip(&mut self) {
        if let Some(on) = &mut self.0 {
            on.last = Tick::NEVER;
        }
    }

    /// A constructor begins.
    #[inline]
    pub(crate) fn construct(&mut self, constructed: Constructed) {
        if let Some(on) = &mut self.0 {
            match constructed.is_assembled {
                true => on.assemble(constructed.row),
                false => on.begin(Act::Construct, constructed.row),
            }
        }
    }

    /// Something begins: at the end of the one before, where nothing else was.
    #[inline]
    pub(crate) fn begin(&mut self, act: Act, row: u16) {
        if let Some(on) = &mut self.0 {
            on.begin(act, row);
        }
    }

    /// It runs on this thread until what this returns is dropped.
    #[inline(always)]
    pub(crate) fn enter(&self) -> Entered {
        Entered(match &self.0 {
            Some(on) if on.is_traced => on.enter(),
            _ => None,
        })
    }

    /// This thread polls what belongs to the scope until what this returns is dropped.
    pub(crate) fn polling(&self) -> Option<Polling> {
        let observer = self.0.as_ref()?.observer.as_ref()?;
        let began = observer.poll_begins()?;
        Some(Polling {
            observer: Arc::clone(observer),
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
            let at = on.since();
            on.last = Tick::NEVER;
            if let Some(observer) = &on.observer {
                observer.root_begins(at);
            }
        }
    }

    /// The root is through.
    pub(crate) fn root_ends(&mut self) {
        if let Some(on) = &mut self.0 {
            let at = on.clock.now();
            on.goes_on(at);
            if let Some(observer) = &on.observer {
                observer.root_ends(at);
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(mut on) = self.0.take() {
            on.close();
            // Without the thread's, where that ends, it is dropped.
            let _ = SPARE.try_with(|spare| {
                let mut spare = spare.borrow_mut();
                if spare.len() < FEW {
                    spare.push(on);
                }
            });
        }
    }
}

/// What a thread is in. Boxed, and dropped by hand, so that it is next to nothing where nobody listens.
pub(crate) struct Entered(Option<Box<EnteredSpan>>);

impl Drop for Entered {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(span) = self.0.take() {
            left(span);
        }
    }
}

#[cold]
fn left(span: Box<EnteredSpan>) {
    drop(span);
}

/// A thread polls what belongs to a scope.
pub(crate) struct Polling {
    observer: Arc<dyn Observer>,
    began: Tick,
}

impl Drop for Polling {
    fn drop(&mut self) {
        self.observer.poll_ends(self.began);
    }
}

impl On {
    /// The end of what was done before; now, where that is not known.
    fn since(&self) -> Tick {
        match self.last {
            Tick::NEVER => self.clock.now(),
            last => last,
        }
    }

    /// What is done next began then.
    fn goes_on(&mut self, since: Tick) {
        self.last = since;
        self.log.goes_on(since);
    }

    fn begin(&mut self, act: Act, row: u16) {
        self.begin_as(Current {
            act,
            row,
            is_timed: true,
        });
        if let Some(observer) = &self.observer
            && let Some(mark) = observer.mark()
        {
            if mark.is_at_root() {
                observer.root_waits(self.last);
            }
            mark.set(Doing::of(act, row), self.last);
        }
    }

    /// A row that is put together of others: where most are, to read the clock for each would be most of what it costs to count them.
    fn assemble(&mut self, row: u16) {
        self.begin_as(Current {
            act: Act::Construct,
            row,
            is_timed: false,
        });
    }

    fn begin_as(&mut self, current: Current) {
        if self.last == Tick::NEVER {
            self.goes_on(self.clock.now());
        }
        self.current = Some(current);
        if self.is_traced {
            self.begin_span(current.act, current.row);
        }
    }

    #[cold]
    fn begin_span(&mut self, act: Act, row: u16) {
        self.span = self.observer.as_ref().map(|by| by.span(act, row));
    }

    #[cold]
    fn end_span(&mut self, is_done: bool) {
        if let Some(span) = self.span.take()
            && !is_done
        {
            span.record("otel.status_code", "ERROR");
        }
    }

    #[cold]
    fn enter(&self) -> Option<Box<EnteredSpan>> {
        self.span.clone().map(|span| Box::new(span.entered()))
    }

    fn end(&mut self, is_done: bool) {
        let Some(Current { act, row, is_timed }) = self.current.take() else {
            return;
        };
        let now = match is_timed {
            true => self.clock.now(),
            false => self.last,
        };
        if self.is_traced {
            self.end_span(is_done);
        }
        if self.log.is_full() {
            self.tell();
        }
        if self.last == Tick::NEVER {
            self.goes_on(now);
        }
        self.last = now;
        self.log.add(Took {
            until: now,
            row,
            act,
            is_failed: !is_done,
            is_timed,
        });
    }

    #[inline(never)]
    fn tell(&mut self) {
        if !self.log.is_empty()
            && let Some(observer) = &self.observer
        {
            observer.ended(&self.log);
            self.log.clear();
            if self.last != Tick::NEVER {
                self.log.goes_on(self.last);
            }
        }
    }

    /// There is nothing more to tell.
    fn close(&mut self) {
        // One that was given up has neither been done nor failed.
        if self.current.is_some() && std::thread::panicking() {
            self.end(false);
        }
        self.tell();
        self.log.clear();
        self.last = Tick::NEVER;
        self.current = None;
        self.span = None;
        self.observer = None;
    }
}
