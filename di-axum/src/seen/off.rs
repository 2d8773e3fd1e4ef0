//! Nobody.

use axum::http::request::Parts;
use di_core::{
    __private::{Frame, InFrame, OpenScope, Plan},
    Container, Meta,
};

use super::{Beside, Root};

#[derive(Clone)]
pub(crate) struct Seen;

impl Seen {
    #[inline(always)]
    pub(crate) fn request<C>(_: &Parts, _: &C, _: Option<Root>) -> Self {
        Seen
    }

    #[inline(always)]
    pub(crate) fn beside<C>(_: &C, _: Beside, _: &'static Meta) -> Self {
        Seen
    }

    #[inline(always)]
    pub(crate) fn layered<C>(&self, _: &mut Parts, _: &C) {}

    #[inline(always)]
    pub(crate) fn frame<P: Plan>(&mut self, _: &mut Frame<'_, P>) {}

    #[inline(always)]
    pub(crate) fn in_frame<C, O>(&mut self, _: &mut InFrame<'_, C, O>) {}

    pub(crate) fn scope<C: Container>(&self, app: C) -> OpenScope<C> {
        OpenScope::new(app)
    }

    #[inline(always)]
    pub(crate) fn around<F: Future>(self, run: impl FnOnce() -> F) -> F {
        run()
    }
}
