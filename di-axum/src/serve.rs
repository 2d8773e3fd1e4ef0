//! What happens around a marked handler.

use std::marker::PhantomData;
#[cfg(feature = "observe")]
use std::sync::Arc;

use axum::{body::Body, extract::Request, http::request::Parts, response::Response};
use di_core::{
    __private::{Asks, At, Deps, Ended, Flow, Frame, Memory, Mounts, Plan, ScopeFuture},
    Container, HasContainer, Outcome, Panic,
};

use crate::{
    answer::failed,
    construct_error::Asker,
    ended,
    scoped::{RequestScope, opened},
};

/// axum's marker for the last extractor, in a type of our own: `Handler<Via<M>, S>`.
pub struct Via<M>(PhantomData<fn() -> M>);

/// A marked handler, written by `#[handler]`. `Seal` is a private type of the expansion.
pub trait Endpoint<Seal, S, M>: Asks<Seal> {
    /// Whether there are extractors that read the head.
    const HAS_HEADS: bool;
    /// Whether there is a last extractor, which may read the body.
    const HAS_BODY: bool;
    /// What is read from the head: `(first, (second, ()))`.
    type Heads: Send;
    /// What the last extractor reads.
    type Body: Send;
    /// Runs the extractors that read the head, in order.
    fn heads(
        head: &mut Parts,
        state: &S,
    ) -> impl Future<Output = Result<Self::Heads, Response>> + Send;
    /// Runs the last extractor.
    fn body(
        request: Request,
        state: &S,
    ) -> impl Future<Output = Result<Self::Body, Response>> + Send;
    /// Runs the handler.
    fn run<'r>(
        at: At<'r>,
        injected: <Self::Deps as Deps>::Args<'r>,
        heads: Self::Heads,
        body: Self::Body,
    ) -> impl Future<Output = Response> + Send;
}

/// One request of the handler `H`, in one allocation.
#[inline]
pub fn serve<H, Seal, S, M>(request: Request, state: S) -> ScopeFuture<Response>
where
    S: HasContainer<Container: Mounts<H> + Container<Request = Parts>>,
    H: Endpoint<Seal, S, M>,
    Seal: 'static,
    M: 'static,
{
    ScopeFuture::new::<<S::Container as Mounts<H>>::Plan, _>(
        Serve::<H, Seal, S, M> {
            request,
            _types: PhantomData,
        },
        state,
    )
}

struct Serve<H, Seal, S, M> {
    request: Request,
    _types: Types<H, Seal, S, M>,
}

type Types<H, Seal, S, M> = PhantomData<fn() -> (H, Seal, S, M)>;

impl<P, H, Seal, S, M> Flow<P> for Serve<H, Seal, S, M>
where
    P: Plan<Container = S::Container, Root = H>,
    S: HasContainer<Container: Container<Request = Parts>>,
    H: Endpoint<Seal, S, M>,
    Seal: 'static,
    M: 'static,
{
    type State = S;
    type Output = Response;

    /// Guards, as written; extractors of the head, those of the handler first; the body; injected nodes; the handler. What was built is then torn
    /// down and dropped, in reverse order, before the response leaves.
    async fn run<'m>(self, state: &'m S, memory: Memory<'m, P>) -> Response {
        let (mut head, body) = self.request.into_parts();
        #[cfg(feature = "observe")]
        if let Some(live) = head.extensions.get::<Arc<crate::observe::Live>>() {
            live.handled_by(H::META);
        }
        if const { P::VIEW.is_lazy() } {
            // What is put off has no place in a frame.
            return Box::pin(filled::<P, H, Seal, S, M>(head, body, state)).await;
        }
        #[cfg(feature = "testing")]
        if state.container().handle().is_replaced() {
            // A scope that is filled at run time knows what is replaced.
            return Box::pin(filled::<P, H, Seal, S, M>(head, body, state)).await;
        }
        if state.container().handle().is_scoped()
            && let Some(scope) = RequestScope::joined(&head, state.container())
        {
            return Box::pin(join::<P, H, Seal, S, M>(scope, head, body, state)).await;
        }
        let mut frame = memory.open();
        if const { Frame::<'_, P>::GUARDS }
            && let Err(failure) = frame.guard(&mut head).await
        {
            return failed::<S::Container>(failure, asker::<P, H, Seal>());
        }
        let heads = match H::heads(&mut head, state).await {
            Ok(heads) => heads,
            Err(rejection) => return rejection,
        };
        if const { Frame::<'_, P>::EXTRACTS }
            && let Err(failure) = frame.extract(&mut head).await
        {
            return failed::<S::Container>(failure, asker::<P, H, Seal>());
        }
        let body = match H::body(Request::from_parts(head, body), state).await {
            Ok(body) => body,
            Err(rejection) => return rejection,
        };
        let ready = if const { Frame::<'_, P>::IS_ASYNC } {
            frame.build().await
        } else {
            frame.build_now()
        };
        match ready {
            Ok(ready) => H::run(PhantomData, ready.args::<H, Seal>(), heads, body).await,
            Err(failure) => failed::<S::Container>(failure, asker::<P, H, Seal>()),
        }
    }

    fn outcome(response: &Response) -> Outcome {
        Outcome::of_status(response.status().as_u16())
    }

    #[cold]
    fn panicked(panic: Panic) -> Response {
        ended::panicked(H::META.name, &panic)
    }

    #[cold]
    fn ended(response: Response, ended: Ended) -> Response {
        ended::answer(response, ended)
    }
}

/// The same in a scope that is filled at run time: that of the request, or one of its own.
async fn filled<P, H, Seal, S, M>(head: Parts, body: Body, state: &S) -> Response
where
    P: Plan<Container = S::Container, Root = H>,
    S: HasContainer<Container: Container<Request = Parts>>,
    H: Endpoint<Seal, S, M>,
{
    let joined = RequestScope::joined(&head, state.container());
    let handled = |scope| join::<P, H, Seal, S, M>(scope, head, body, state);
    match joined {
        Some(scope) => handled(scope).await,
        None => opened(state.container().clone(), H::META.name, handled).await,
    }
}

/// The same in a scope that was opened before the handler: what is in it already is used, and who opened it ends it.
async fn join<P, H, Seal, S, M>(
    scope: RequestScope<S::Container>,
    mut head: Parts,
    body: Body,
    state: &S,
) -> Response
where
    P: Plan<Container = S::Container, Root = H>,
    S: HasContainer<Container: Container<Request = Parts>>,
    H: Endpoint<Seal, S, M>,
{
    let scope = scope.open_scope();
    if let Err(failure) = scope.guard::<P>(&mut head).await {
        return failed::<S::Container>(failure, asker::<P, H, Seal>());
    }
    let heads = match H::heads(&mut head, state).await {
        Ok(heads) => heads,
        Err(rejection) => return rejection,
    };
    if let Err(failure) = scope.extract::<P>(&mut head).await {
        return failed::<S::Container>(failure, asker::<P, H, Seal>());
    }
    let body = match H::body(Request::from_parts(head, body), state).await {
        Ok(body) => body,
        Err(rejection) => return rejection,
    };
    match scope.ready::<P>().await {
        Ok(ready) => H::run(PhantomData, ready.args::<H, Seal>(), heads, body).await,
        Err(failure) => failed::<S::Container>(failure, asker::<P, H, Seal>()),
    }
}

fn asker<P: Plan, H: Asks<Seal>, Seal>() -> Asker<'static> {
    Asker {
        handler: Some(H::META.name),
        root: P::VIEW.root(),
    }
}
