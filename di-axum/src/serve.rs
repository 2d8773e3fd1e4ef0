//! What happens around a marked handler.

use std::marker::PhantomData;

use axum::{body::Body, extract::Request, http::request::Parts, response::Response};
use di_core::{
    __private::{
        Asks, Deps, Ended, Flow, Frame, Injects, Memory, Mounts, Plan, ScopeFuture, Source,
    },
    Container, Failure, HasContainer, Outcome, Panic,
};

use crate::{
    answer::failed,
    construct_error::Asker,
    ended,
    entered::Entered,
    erased,
    scoped::{RequestScope, joined, opened},
    seen::{Root, Seen},
};

/// axum's marker for the last extractor, in a type of our own: `Handler<Via<M>, S>`.
pub struct Via<M>(PhantomData<fn() -> M>);

/// A router state in whose container the handler `H` is mounted.
pub trait Serves<H>: HasContainer<Container: Mounts<H> + Container<Request = Parts>> {}
impl<S, H> Serves<H> for S where S: HasContainer<Container: Mounts<H> + Container<Request = Parts>> {}

/// A marked handler, written by `#[handler]`. `L` is the list of what is injected.
pub trait Endpoint<L, S: HasContainer, M>: Asks<L> {
    /// Guards, as written; extractors of the head, those of the handler first; the body; injected nodes; the handler. What was
    /// built is then torn down and dropped, in reverse order, before the response leaves.
    ///
    /// One fn, as each that is async takes the compiler as long as all else about a handler.
    fn run<'m, P: Plan<Container = S::Container, Root = Self>>(
        entered: Entered<'m, P>,
        head: Parts,
        body: Body,
        state: &'m S,
    ) -> impl Future<Output = Response> + Send;

    /// The future of one request, in a frame.
    fn begin(request: Request, state: S) -> ScopeFuture<Response>
    where
        S::Container: Mounts<Self> + Container<Request = Parts>,
        Self: Sized,
        L: 'static,
        M: 'static,
    {
        begin::<Self, L, S, M, Whole>(request, state)
    }
}

/// Where one of several has to be taken, it is a const of this type: what stands in a branch is walked through by the compiler for
/// each handler, also when the condition is false.
type Begin<S> = fn(Request, S) -> ScopeFuture<Response>;

impl<H, L, S> Endpoint<L, S, ()> for H
where
    H: Injects<L, Response>,
    L: Deps,
    S: HasContainer<Container: Container<Request = Parts>>,
{
    async fn run<'m, P: Plan<Container = S::Container, Root = H>>(
        mut entered: Entered<'m, P>,
        mut head: Parts,
        body: Body,
        _: &'m S,
    ) -> Response {
        if H::GUARDS > 0
            && let Err(failure) = entered.guard(&mut head).await
        {
            return unbuilt::<P>(H::META.name, failure);
        }
        if let Err(failure) = entered.extract(&mut head).await {
            return unbuilt::<P>(H::META.name, failure);
        }
        // The request is gone before anything is built.
        drop((head, body));
        let injected = if entered.waits() {
            entered.build().await
        } else {
            entered.build_now()
        };
        match injected {
            Ok(injected) => {
                <H as Injects<L, Response>>::run(PhantomData, injected.args::<H, L>()).await
            }
            Err(failure) => unbuilt::<P>(H::META.name, failure),
        }
    }

    #[inline]
    fn begin(request: Request, state: S) -> ScopeFuture<Response>
    where
        S::Container: Mounts<H> + Container<Request = Parts>,
        L: 'static,
    {
        (const {
            match Frame::<'_, <S::Container as Mounts<H>>::Plan>::IS_DIRECT {
                true if <S::Container as Mounts<H>>::Plan::IS_LOOPED => {
                    looped::<H, L, S> as Begin<S>
                }
                true => direct::<H, L, S> as Begin<S>,
                false => begin::<H, L, S, (), Whole> as Begin<S>,
            }
        })(request, state)
    }
}

/// One request of the handler `H`, in one allocation.
#[inline]
pub fn serve<H, L, S, M>(request: Request, state: S) -> ScopeFuture<Response>
where
    S: HasContainer<Container: Mounts<H> + Container<Request = Parts>>,
    H: Endpoint<L, S, M>,
    L: 'static,
    M: 'static,
{
    // What is put off has no place in a frame, and a scope that is filled at run time knows what is replaced.
    let begins = const {
        match <<S::Container as Mounts<H>>::Plan as Plan>::VIEW.is_lazy() {
            true => begin::<H, L, S, M, Filled> as Begin<S>,
            false => H::begin as Begin<S>,
        }
    };
    #[cfg(feature = "testing")]
    let begins = match state.container().handle().is_replaced() {
        true => begin::<H, L, S, M, Filled> as Begin<S>,
        false => begins,
    };
    begins(request, state)
}

/// In this way.
#[inline]
fn begin<H, L, S, M, W>(request: Request, state: S) -> ScopeFuture<Response>
where
    S: HasContainer<Container: Mounts<H> + Container<Request = Parts>>,
    H: Asks<L>,
    W: Way<<S::Container as Mounts<H>>::Plan, H, L, S, M>,
    L: 'static,
    M: 'static,
{
    let serve = Serve::<H, L, S, M, W>::of(request);
    ScopeFuture::new::<<S::Container as Mounts<H>>::Plan, _>(serve, state)
}

/// One request, in one of several ways.
struct Serve<H, L, S, M, W> {
    request: Request,
    _types: Types<H, L, S, M, W>,
}

type Types<H, L, S, M, W> = PhantomData<fn() -> (H, L, S, M, W)>;

impl<H, L, S, M, W> Serve<H, L, S, M, W> {
    fn of(request: Request) -> Self {
        Serve {
            request,
            _types: PhantomData,
        }
    }
}

/// How a request comes to its handler.
trait Way<P: Plan, H, L, S, M>: 'static {
    fn run<'m>(
        request: Request,
        state: &'m S,
        memory: Memory<'m, P>,
    ) -> impl Future<Output = Response> + Send;
}

impl<P, H, L, S, M, W> Flow<P> for Serve<H, L, S, M, W>
where
    P: Plan<Container = S::Container, Root = H>,
    S: HasContainer<Container: Container<Request = Parts>>,
    H: Asks<L>,
    W: Way<P, H, L, S, M>,
    L: 'static,
    M: 'static,
{
    type State = S;
    type Output = Response;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn run<'m>(
        self,
        state: &'m S,
        memory: Memory<'m, P>,
    ) -> impl Future<Output = Response> + Send + use<'m, P, H, L, S, M, W> {
        W::run(self.request, state, memory)
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

/// In a frame, whatever there is to wait for.
enum Whole {}

impl<P, H, L, S, M> Way<P, H, L, S, M> for Whole
where
    P: Plan<Container = S::Container, Root = H>,
    S: HasContainer<Container: Container<Request = Parts>>,
    H: Endpoint<L, S, M>,
{
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn run<'m>(
        request: Request,
        state: &'m S,
        memory: Memory<'m, P>,
    ) -> impl Future<Output = Response> + Send {
        let (head, body) = request.into_parts();
        let mut seen = Seen::request(&head, state.container(), Some(root::<P, H, L>()));
        let entered = Entered::of(
            joined(&head.extensions, state.container()),
            memory,
            &mut seen,
        );
        seen.around(|| H::run(entered, head, body, state))
    }
}

/// Of a handler with nothing to wait for before it runs, where nothing is optimised.
fn looped<H, L, S>(request: Request, state: S) -> ScopeFuture<Response>
where
    S: HasContainer<Container: Mounts<H> + Container<Request = Parts>>,
    H: Injects<L, Response>,
    L: Deps + 'static,
{
    let handler = const { &erased::Handler::of::<<S::Container as Mounts<H>>::Plan, H, L>() };
    handler.serve(request, state)
}

/// Of a handler with nothing to wait for before it runs: most are such, and their futures are a part of what the compiler takes for
/// others.
fn direct<H, L, S>(request: Request, state: S) -> ScopeFuture<Response>
where
    S: HasContainer<Container: Mounts<H> + Container<Request = Parts>>,
    H: Injects<L, Response>,
    L: Deps + 'static,
{
    match joined(request.extensions(), state.container()) {
        None => begin::<H, L, S, (), Direct>(request, state),
        scope => {
            let handler =
                const { &erased::Handler::of::<<S::Container as Mounts<H>>::Plan, H, L>() };
            handler.serve_in(scope, request, state)
        }
    }
}

/// In a frame that is built at once.
enum Direct {}

impl<P, H, L, S> Way<P, H, L, S, ()> for Direct
where
    P: Plan<Container = S::Container, Root = H>,
    S: HasContainer<Container: Container<Request = Parts>>,
    H: Injects<L, Response>,
    L: Deps,
{
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn run<'m>(
        request: Request,
        state: &'m S,
        memory: Memory<'m, P>,
    ) -> impl Future<Output = Response> + Send {
        // The request is gone before anything is built.
        let mut seen = arrived(request, state.container(), root::<P, H, L>());
        let mut frame = memory.open();
        seen.frame(&mut frame);
        seen.around(|| run_in::<P, H, L>(frame))
    }
}

async fn run_in<P, H, L>(mut frame: Frame<'_, P>) -> Response
where
    P: Plan<Container: Container<Request = Parts>, Root = H>,
    H: Injects<L, Response>,
    L: Deps,
{
    let injected = match frame.build_now() {
        Ok(ready) => ready.args::<H, L>(),
        Err(failure) => return unbuilt::<P>(H::META.name, failure),
    };
    H::run(PhantomData, injected).await
}

/// Takes what is read of a request: who sees it.
#[cfg_attr(not(debug_assertions), inline(always))]
fn arrived<C: Container<Request = Parts>>(request: Request, container: &C, root: Root) -> Seen {
    let (head, _body) = request.into_parts();
    Seen::request(&head, container, Some(root))
}

/// In a scope that is filled at run time: that of the request, or one of its own.
enum Filled {}

impl<P, H, L, S, M> Way<P, H, L, S, M> for Filled
where
    P: Plan<Container = S::Container, Root = H>,
    S: HasContainer<Container: Container<Request = Parts>>,
    H: Endpoint<L, S, M>,
{
    async fn run<'m>(request: Request, state: &'m S, _: Memory<'m, P>) -> Response {
        let (head, body) = request.into_parts();
        let container = state.container();
        let joined = RequestScope::joined(&head.extensions, container);
        let seen = Seen::request(&head, container, Some(root::<P, H, L>()));
        let inside = seen.clone();
        let handled =
            |scope| inside.around(|| H::run(Entered::<P>::Joined(scope), head, body, state));
        match joined {
            Some(scope) => handled(scope).await,
            None => opened(container.clone(), &seen, H::META.name, handled).await,
        }
    }
}

pub(crate) const fn root<P: Plan, H: Asks<L>, L>() -> Root {
    Root {
        meta: H::META,
        asks: const { P::VIEW.root() },
        guards: H::GUARDS,
    }
}

/// The answer to a request of the handler `name` for which something could not be built.
#[cold]
pub fn unbuilt<P: Plan>(name: &'static str, failure: Failure) -> Response {
    unbuilt_of::<P::Container>(name, const { P::VIEW.root() }, failure)
}

/// The same for all handlers of an app.
#[cold]
pub(crate) fn unbuilt_of<C: Container>(
    name: &'static str,
    root: &'static [Source],
    failure: Failure,
) -> Response {
    let asker = Asker {
        handler: Some(name),
        root,
    };
    failed::<C>(failure, asker)
}
