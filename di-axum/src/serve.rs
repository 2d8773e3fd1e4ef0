//! What happens around a marked handler.

use std::{
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{body::Body, extract::Request, http::request::Parts, response::Response};
use di_core::{
    __private::{
        Asks, At, BUILD, Deps, Drive, EXTRACT, Ended, Flow, Frame, GUARD, Joined, Memory, Mounts,
        Plan, Preparing, Ready, ScopeFuture, Source,
    },
    Container, Failure, HasContainer, Outcome, Panic,
};

use crate::{
    answer::failed,
    construct_error::Asker,
    ended,
    scoped::{RequestScope, opened},
    seen::{Root, Seen},
};

/// axum's marker for the last extractor, in a type of our own: `Handler<Via<M>, S>`.
pub struct Via<M>(PhantomData<fn() -> M>);

/// A marked handler, written by `#[handler]`. `Seal` is a private type of the expansion.
pub trait Endpoint<Seal, S: HasContainer, M>: Asks<Seal> {
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
        Seal: 'static,
        M: 'static,
    {
        whole::<Self, Seal, S, M>(request, state)
    }
}

/// Where one of several has to be taken, it is a const of this type: what stands in a branch is walked through by the compiler for
/// each handler, also when the condition is false.
type Begin<S> = fn(Request, S) -> ScopeFuture<Response>;

/// A marked handler that takes nothing by value. Not generic, so that what the compiler finds out about its future holds
/// everywhere; most of what there is to find out is left to this crate.
pub trait Injects<Seal>: Asks<Seal> {
    /// Runs the handler.
    fn run<'r>(
        at: At<'r>,
        injected: <Self::Deps as Deps>::Args<'r>,
    ) -> impl Future<Output = Response> + Send;
}

impl<H, Seal, S> Endpoint<Seal, S, ()> for H
where
    H: Injects<Seal>,
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
                <H as Injects<Seal>>::run(PhantomData, injected.args::<H, Seal>()).await
            }
            Err(failure) => unbuilt::<P>(H::META.name, failure),
        }
    }

    #[inline]
    fn begin(request: Request, state: S) -> ScopeFuture<Response>
    where
        S::Container: Mounts<H> + Container<Request = Parts>,
        Seal: 'static,
    {
        (const {
            match Frame::<'_, <S::Container as Mounts<H>>::Plan>::IS_DIRECT {
                true => at_once::<H, Seal, S> as Begin<S>,
                false => whole::<H, Seal, S, ()> as Begin<S>,
            }
        })(request, state)
    }
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
    // What is put off has no place in a frame, and a scope that is filled at run time knows what is replaced.
    let begin = const {
        match <<S::Container as Mounts<H>>::Plan as Plan>::VIEW.is_lazy() {
            true => filled::<H, Seal, S, M> as Begin<S>,
            false => H::begin as Begin<S>,
        }
    };
    #[cfg(feature = "testing")]
    let begin = match state.container().handle().is_replaced() {
        true => filled::<H, Seal, S, M> as Begin<S>,
        false => begin,
    };
    begin(request, state)
}

/// In a frame, whatever there is to wait for.
#[inline]
fn whole<H, Seal, S, M>(request: Request, state: S) -> ScopeFuture<Response>
where
    S: HasContainer<Container: Mounts<H> + Container<Request = Parts>>,
    H: Endpoint<Seal, S, M>,
    Seal: 'static,
    M: 'static,
{
    let serve = Serve::<H, Seal, S, M>::of(request);
    ScopeFuture::new::<<S::Container as Mounts<H>>::Plan, _>(serve, state)
}

/// In a frame that is built at once.
#[inline]
fn at_once<H, Seal, S>(request: Request, state: S) -> ScopeFuture<Response>
where
    S: HasContainer<Container: Mounts<H> + Container<Request = Parts>>,
    H: Injects<Seal>,
    Seal: 'static,
{
    let serve = Direct(Serve::<H, Seal, S, ()>::of(request));
    ScopeFuture::new::<<S::Container as Mounts<H>>::Plan, _>(serve, state)
}

/// In a scope that is filled at run time.
#[inline]
fn filled<H, Seal, S, M>(request: Request, state: S) -> ScopeFuture<Response>
where
    S: HasContainer<Container: Mounts<H> + Container<Request = Parts>>,
    H: Endpoint<Seal, S, M>,
    Seal: 'static,
    M: 'static,
{
    let serve = Filled(Serve::<H, Seal, S, M>::of(request));
    ScopeFuture::new::<<S::Container as Mounts<H>>::Plan, _>(serve, state)
}

struct Serve<H, Seal, S, M> {
    request: Request,
    _types: Types<H, Seal, S, M>,
}

type Types<H, Seal, S, M> = PhantomData<fn() -> (H, Seal, S, M)>;

impl<H, Seal, S, M> Serve<H, Seal, S, M> {
    fn of(request: Request) -> Self {
        Serve {
            request,
            _types: PhantomData,
        }
    }
}

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

    fn run<'m>(
        self,
        state: &'m S,
        memory: Memory<'m, P>,
    ) -> impl Future<Output = Response> + Send + use<'m, P, H, Seal, S, M> {
        let (head, body) = self.request.into_parts();
        let seen = Seen::request(&head, state.container(), Some(root::<P, H, Seal>()));
        let entered = Entered::of(joined(&head, state.container()), memory, &seen);
        seen.around(H::run(entered, head, body, state))
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

/// The same of a handler with nothing to wait for before it runs: most are such, and their futures are a part of what the compiler
/// takes for others.
struct Direct<H, Seal, S>(Serve<H, Seal, S, ()>);

impl<P, H, Seal, S> Flow<P> for Direct<H, Seal, S>
where
    P: Plan<Container = S::Container, Root = H>,
    S: HasContainer<Container: Container<Request = Parts>>,
    H: Injects<Seal>,
    Seal: 'static,
{
    type State = S;
    type Output = Response;

    fn run<'m>(
        self,
        state: &'m S,
        memory: Memory<'m, P>,
    ) -> impl Future<Output = Response> + Send + use<'m, P, H, Seal, S> {
        // The request is gone before anything is built.
        let (scope, seen) = arrived(self.0.request, state.container(), root::<P, H, Seal>());
        let entered = Entered::of(scope, memory, &seen);
        seen.around(direct::<P, H, Seal>(entered))
    }

    fn outcome(response: &Response) -> Outcome {
        <Serve<H, Seal, S, ()> as Flow<P>>::outcome(response)
    }

    #[cold]
    fn panicked(panic: Panic) -> Response {
        <Serve<H, Seal, S, ()> as Flow<P>>::panicked(panic)
    }

    #[cold]
    fn ended(response: Response, ended: Ended) -> Response {
        <Serve<H, Seal, S, ()> as Flow<P>>::ended(response, ended)
    }
}

async fn direct<P, H, Seal>(mut entered: Entered<'_, P>) -> Response
where
    P: Plan<Container: Container<Request = Parts>, Root = H>,
    H: Injects<Seal>,
{
    let injected = match &mut entered {
        Entered::Own(frame) => match frame.build_now() {
            Ok(ready) => ready.args::<H, Seal>(),
            Err(failure) => return unbuilt::<P>(H::META.name, failure),
        },
        Entered::Joined(scope) => match scope.open_scope().ready::<P>().await {
            Ok(joined) => joined.args::<H, Seal>(),
            Err(failure) => return unbuilt::<P>(H::META.name, failure),
        },
    };
    H::run(PhantomData, injected).await
}

/// Takes what is read of a request: the scope that it comes with, and who sees it.
#[cfg_attr(not(debug_assertions), inline(always))]
fn arrived<C: Container<Request = Parts>>(
    request: Request,
    container: &C,
    root: Root,
) -> (Option<RequestScope<C>>, Seen) {
    let (head, _body) = request.into_parts();
    let seen = Seen::request(&head, container, Some(root));
    (joined(&head, container), seen)
}

/// The scope that a request comes with.
#[cfg_attr(not(debug_assertions), inline(always))]
fn joined<C: Container<Request = Parts>>(head: &Parts, container: &C) -> Option<RequestScope<C>> {
    if container.handle().is_scoped() {
        RequestScope::joined(head, container)
    } else {
        None
    }
}

/// The same in a scope that is filled at run time: that of the request, or one of its own.
struct Filled<H, Seal, S, M>(Serve<H, Seal, S, M>);

impl<P, H, Seal, S, M> Flow<P> for Filled<H, Seal, S, M>
where
    P: Plan<Container = S::Container, Root = H>,
    S: HasContainer<Container: Container<Request = Parts>>,
    H: Endpoint<Seal, S, M>,
    Seal: 'static,
    M: 'static,
{
    type State = S;
    type Output = Response;

    async fn run<'m>(self, state: &'m S, _: Memory<'m, P>) -> Response {
        let (head, body) = self.0.request.into_parts();
        let container = state.container();
        let joined = RequestScope::joined(&head, container);
        let seen = Seen::request(&head, container, Some(root::<P, H, Seal>()));
        let inside = seen.clone();
        let handled = |scope| inside.around(H::run(Entered::<P>::Joined(scope), head, body, state));
        match joined {
            Some(scope) => handled(scope).await,
            None => opened(container.clone(), &seen, H::META.name, handled).await,
        }
    }

    fn outcome(response: &Response) -> Outcome {
        <Serve<H, Seal, S, M> as Flow<P>>::outcome(response)
    }

    #[cold]
    fn panicked(panic: Panic) -> Response {
        <Serve<H, Seal, S, M> as Flow<P>>::panicked(panic)
    }

    #[cold]
    fn ended(response: Response, ended: Ended) -> Response {
        <Serve<H, Seal, S, M> as Flow<P>>::ended(response, ended)
    }
}

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
    fn of(scope: Option<RequestScope<P::Container>>, memory: Memory<'m, P>, seen: &Seen) -> Self {
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
    pub fn args<H: Asks<Seal>, Seal>(self) -> <H::Deps as Deps>::Args<'f>
    where
        P: Plan<Root = H>,
    {
        match self {
            Self::Own(ready) => ready.args::<H, Seal>(),
            Self::Joined(joined) => joined.args::<H, Seal>(),
        }
    }
}

fn root<P: Plan, H: Asks<Seal>, Seal>() -> Root {
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
fn unbuilt_of<C: Container>(
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
