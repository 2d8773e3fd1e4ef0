//! A `Live` of the scope.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::http::request::Parts;
use di_core::{
    __private::{Frame, OpenScope, Plan},
    Container, Meta,
};
use pin_project_lite::pin_project;

use super::{Beside, Root};
use crate::{
    observe::{Known, Live, Observed, Polling, What},
    runtime::AppRuntime,
};

/// Who sees a scope; nobody, where the app does not run on axum.
#[derive(Clone)]
pub(crate) struct Seen(Option<Arc<Live>>);

impl Seen {
    /// A request that this handler answers, or for which a layer opens a scope: the layer that observes has seen it before, or it has none.
    pub(crate) fn request<C: Container>(head: &Parts, app: &C, handler: Option<Root>) -> Self {
        let live = observed(app).map(|observed| {
            // A router may serve several apps, whose rows have nothing to do with each other.
            Known::of(&head.extensions, observed).unwrap_or_else(|| {
                Live::begin(observed, What::Request(handler.map(|root| root.meta)))
            })
        });
        if let (Some(live), Some(handler)) = (&live, handler) {
            live.handled_by(handler);
        }
        Seen(live)
    }

    /// A task or service.
    pub(crate) fn beside<C: Container>(app: &C, beside: Beside, meta: &'static Meta) -> Self {
        let what = match beside {
            Beside::Task => What::Task(meta),
            Beside::Service => What::Service(meta),
        };
        Seen(observed(app).map(|observed| Live::begin(observed, what)))
    }

    /// A layer opens the scope of this request, and may ask for what is in it.
    pub(crate) fn layered<C: Container>(&self, head: &mut Parts, app: &C) {
        if let (Some(live), Some(observed)) = (&self.0, observed(app)) {
            live.layered();
            if Known::of(&head.extensions, observed).is_none() {
                Known::add(&mut head.extensions, live);
            }
        }
    }

    pub(crate) fn frame<P: Plan>(&self, frame: &mut Frame<'_, P>) {
        if let Some(live) = &self.0 {
            frame.observe(live.clone());
        }
    }

    pub(crate) fn scope<C: Container>(&self, app: C) -> OpenScope<C> {
        match &self.0 {
            Some(live) => OpenScope::observed_by(app, live.clone()),
            None => OpenScope::new(app),
        }
    }

    /// What runs in the scope: the root, and what is built for it.
    pub(crate) fn around<F: Future>(self, run: F) -> Around<F> {
        Around { run, live: self.0 }
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
