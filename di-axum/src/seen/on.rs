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
    observe::{Live, Observed, What, polled},
    runtime::AppRuntime,
};

/// Who sees a scope; nobody, where the app does not run on axum.
#[derive(Clone)]
pub(crate) struct Seen(Option<Arc<Live>>);

impl Seen {
    /// A request that this handler answers, or for which a layer opens a scope: the layer that observes has seen it before, or it has none.
    pub(crate) fn request<C: Container>(head: &Parts, app: &C, handler: Option<Root>) -> Self {
        let live = observed(app).map(|observed| {
            let seen = head.extensions.get::<Arc<Live>>();
            // A router may serve several apps, whose rows have nothing to do with each other.
            let seen = seen.filter(|live| live.is_of(observed)).cloned();
            seen.unwrap_or_else(|| {
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
        let began = live.begin_own_poll();
        let running = live.enter();
        let ran = this.run.poll(cx);
        drop(running);
        if let Some(began) = began {
            polled(live, began);
        }
        if ran.is_ready() {
            live.root_ended();
        }
        ran
    }
}
