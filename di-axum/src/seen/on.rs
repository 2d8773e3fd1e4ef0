//! A `Live` of the scope.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::http::request::Parts;
use di_core::{
    __private::{Frame, InFrame, OpenScope, Plan},
    Container, Meta,
};
use pin_project_lite::pin_project;

use super::{Beside, Root};
use crate::{
    observe::{Known, Live, Observed, Polling, What, answering},
    runtime::AppRuntime,
};

/// Who sees a scope.
#[derive(Clone)]
pub(crate) struct Seen {
    /// Nobody, where the app does not run on axum; or where a frame has it, and that is enough.
    live: Option<Arc<Live>>,
    /// Whether the layer polls what runs in the scope, so that it knows of that.
    is_answered: bool,
}

impl Seen {
    /// A request that this handler answers, or for which a layer opens a scope: the layer that observes has seen it before, or it has none.
    pub(crate) fn request<C: Container>(head: &Parts, app: &C, handler: Option<Root>) -> Self {
        let Some(observed) = observed(app) else {
            return Seen::by(None);
        };
        let answered = answering(observed.common());
        let is_answered = answered.is_some();
        // A router may serve several apps, whose rows have nothing to do with each other.
        let live = answered
            .or_else(|| Known::of(&head.extensions, observed.common()))
            .unwrap_or_else(|| observed.request(head, handler.map(|root| root.meta)));
        if let Some(handler) = handler {
            live.handled_by(handler);
        }
        Seen {
            live: Some(live),
            is_answered,
        }
    }

    fn by(live: Option<Arc<Live>>) -> Self {
        Seen {
            live,
            is_answered: false,
        }
    }

    /// A task or service.
    pub(crate) fn beside<C: Container>(app: &C, beside: Beside, meta: &'static Meta) -> Self {
        let what = match beside {
            Beside::Task => What::Task(meta),
            Beside::Service => What::Service(meta),
        };
        Seen::by(observed(app).map(|observed| observed.desk().scope(what)))
    }

    /// A layer opens the scope of this request, and may ask for what is in it.
    pub(crate) fn layered<C: Container>(&self, head: &mut Parts, app: &C) {
        if let (Some(live), Some(observed)) = (&self.live, observed(app)) {
            live.layered();
            if !self.is_answered && Known::of(&head.extensions, observed.common()).is_none() {
                Known::add(&mut head.extensions, live);
            }
        }
    }

    /// Has a frame told of what is built in it, and of its root.
    pub(crate) fn frame<P: Plan>(&mut self, frame: &mut Frame<'_, P>) {
        if let Some(live) = self.told() {
            frame.observe(live);
        }
    }

    /// The same of a root without its types.
    pub(crate) fn in_frame<C, O>(&mut self, frame: &mut InFrame<'_, C, O>) {
        if let Some(live) = self.told() {
            frame.observe(live);
        }
    }

    fn told(&mut self) -> Option<Arc<Live>> {
        match &self.live {
            Some(live) if self.is_answered && !live.has_spans() => self.live.take(),
            live => live.clone(),
        }
    }

    pub(crate) fn scope<C: Container>(&self, app: C) -> OpenScope<C> {
        match &self.live {
            Some(live) => OpenScope::observed_by(app, live.clone()),
            None => OpenScope::new(app),
        }
    }

    /// What runs in the scope: the root, and what is built for it.
    #[inline(always)]
    pub(crate) fn around<F: Future>(self, run: impl FnOnce() -> F) -> Around<F> {
        Around {
            run: run(),
            live: self.live,
        }
    }
}

fn observed<C: Container>(app: &C) -> Option<&Arc<Observed>> {
    let runtime = app.handle().runtime_as::<AppRuntime>();
    runtime.map(|runtime| &runtime.observed)
}

pin_project! {
    /// What runs in a scope that is seen.
    pub(crate) struct Around<F> {
        #[pin]
        run: F,
        live: Option<Arc<Live>>,
    }
}

impl<F: Future> Future for Around<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let Some(live) = this.live else {
            return this.run.poll(cx);
        };
        let _polling = Polling::begin(live);
        let ended = Ended(live);
        let running = live.enter();
        let ran = this.run.poll(cx);
        drop(running);
        if ran.is_pending() {
            std::mem::forget(ended);
        }
        ran
    }
}

/// The root is through, or has panicked.
struct Ended<'a>(&'a Live);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.root_ended();
    }
}
