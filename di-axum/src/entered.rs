//! The scope that a handler is served in, and what is built in it.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::http::request::Parts;
use di_core::{
    __private::{
        Asks, BUILD, Deps, Drive, EXTRACT, Frame, GUARD, Joined, Memory, Plan, Preparing, Ready,
    },
    Container, Failure,
};

use crate::{scoped::RequestScope, seen::Seen};

/// The scope of one request: a frame of its own, or one that was opened before the handler. What is in that already is used, and
/// who opened it ends it.
pub enum Entered<'m, P: Plan> {
    /// Its own.
    Own(Frame<'m, P>),
    /// Opened before.
    Joined(RequestScope<P::Container>),
}

impl<'m, P: Plan<Container: Container<Request = Parts>>> Entered<'m, P> {
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn of(
        scope: Option<RequestScope<P::Container>>,
        memory: Memory<'m, P>,
        seen: &mut Seen,
    ) -> Self {
        match scope {
            Some(scope) => Self::Joined(scope),
            None => {
                let mut frame = memory.open();
                seen.frame(&mut frame);
                Self::Own(frame)
            }
        }
    }

    /// Builds what the guards need, and the guards, in order.
    pub fn guard<'f>(&'f mut self, head: &'f mut Parts) -> Part<'f, 'm, P, GUARD> {
        match self {
            Self::Own(frame) if const { Frame::<'_, P>::GUARDS } => Part::Own(frame.guard(head)),
            Self::Own(_) => Part::Nothing,
            Self::Joined(scope) => Part::Joined(Box::pin(scope.open_scope().guard::<P>(head))),
        }
    }

    /// Runs the extractors of what is injected, in order.
    #[inline(always)]
    pub fn extract<'f>(&'f mut self, head: &'f mut Parts) -> Part<'f, 'm, P, EXTRACT> {
        match self {
            Self::Own(frame) if const { Frame::<'_, P>::EXTRACTS } => {
                Part::Own(frame.extract(head))
            }
            Self::Own(_) => Part::Nothing,
            Self::Joined(scope) => Part::Joined(Box::pin(scope.open_scope().extract::<P>(head))),
        }
    }

    /// Whether what is injected has to be waited for.
    #[inline(always)]
    pub fn waits(&self) -> bool {
        match self {
            Self::Own(_) => const { Frame::<'_, P>::IS_ASYNC },
            Self::Joined(_) => true,
        }
    }

    /// Builds what is injected, where that [has to be waited for](Self::waits).
    pub fn build(&mut self) -> Building<'_, 'm, P> {
        match self {
            Self::Own(frame) if const { Frame::<'_, P>::IS_ASYNC } => {
                Building::Own(Some(frame.build()))
            }
            Self::Own(_) => Building::Own(None),
            Self::Joined(scope) => Building::Joined(scope.open_scope().ready::<P>()),
        }
    }

    /// Builds what is injected, where that need not be waited for.
    ///
    /// # Errors
    /// The first constructor that fails.
    ///
    /// # Panics
    /// Where it has to be.
    #[inline(always)]
    pub fn build_now(&mut self) -> Result<Injected<'_, 'm, P>, Failure> {
        match self {
            Self::Own(frame) if const { !Frame::<'_, P>::IS_ASYNC } => {
                frame.build_now().map(Injected::Own)
            }
            _ => panic!("what is injected has to be waited for"),
        }
    }
}

/// The future of a part of a request that yields nothing.
#[must_use = "nothing runs unless it is polled"]
pub enum Part<'f, 'm, P: Plan, const PART: u8> {
    /// There is nothing to do.
    Nothing,
    /// In a frame.
    Own(Drive<'f, 'm, P, PART>),
    /// In a scope that was opened before.
    Joined(Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'f>>),
}

impl<P: Plan, const PART: u8> Future for Part<'_, '_, P, PART> {
    type Output = Result<(), Failure>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::Nothing => Poll::Ready(Ok(())),
            Self::Own(drive) => Pin::new(drive).poll(cx),
            Self::Joined(part) => part.as_mut().poll(cx),
        }
    }
}

/// The future of what is injected.
#[must_use = "nothing runs unless it is polled"]
pub enum Building<'f, 'm, P: Plan> {
    /// In a frame; none when it is through.
    Own(Option<Drive<'f, 'm, P, BUILD>>),
    /// In a scope that was opened before.
    Joined(Preparing<'f, P>),
}

impl<'f, 'm, P: Plan> Future for Building<'f, 'm, P> {
    type Output = Result<Injected<'f, 'm, P>, Failure>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::Own(own) => {
                let drive = own
                    .as_mut()
                    .expect("it has to be waited for, and is not through");
                ready!(Pin::new(drive).poll(cx))?;
                let drive = own.take().expect("see above");
                Poll::Ready(Ok(Injected::Own(drive.into_ready())))
            }
            Self::Joined(preparing) => {
                let joined = ready!(Pin::new(preparing).poll(cx))?;
                Poll::Ready(Ok(Injected::Joined(joined)))
            }
        }
    }
}

/// What is injected, built.
pub enum Injected<'f, 'm, P: Plan> {
    /// In a frame.
    Own(Ready<'f, 'm, P>),
    /// In a scope that was opened before.
    Joined(Joined<'f, P>),
}

impl<'f, P: Plan> Injected<'f, '_, P> {
    /// The values.
    #[inline(always)]
    pub fn args<H: Asks<L>, L: Deps>(self) -> L::Args<'f>
    where
        P: Plan<Root = H>,
    {
        match self {
            Self::Own(ready) => ready.args::<H, L>(),
            Self::Joined(joined) => joined.args::<H, L>(),
        }
    }
}
