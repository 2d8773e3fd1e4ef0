//! A handler without its types: in a frame where nothing is optimised, and in scopes that were opened before.
//!
//! For handlers that take nothing by value and have nothing to wait for before they run, which most are. What is here is built once for
//! an app.

use axum::{extract::Request, http::request::Parts, response::Response};
use di_core::{
    __private::{
        AnyRoot, Deps, Ended, InFrame, Injects, Plan, RootFlow, RootMemory, RootOps, ScopeFuture,
    },
    Container, HasContainer, Meta, Outcome, Panic,
};

use crate::{
    ended,
    scoped::{RequestScope, joined},
    seen::{Root, Seen},
    serve::{root, unbuilt_of},
};

/// A handler, as a const for each.
pub(crate) struct Handler<S: HasContainer<Container: Container<Request = Parts>>> {
    root: Root,
    any: AnyRoot<Served<S>, S::Container>,
}

impl<S: HasContainer<Container: Container<Request = Parts>>> Handler<S> {
    pub(crate) const fn of<P, H, L>() -> Self
    where
        P: Plan<Container = S::Container, Root = H>,
        H: Injects<L, Response>,
        L: Deps + 'static,
    {
        Handler {
            root: root::<P, H, L>(),
            any: AnyRoot::of::<P, H, L>(),
        }
    }

    /// One request, in the scope that it comes with or in a frame.
    pub(crate) fn serve(&'static self, request: Request, state: S) -> ScopeFuture<Response> {
        let scope = joined(request.extensions(), state.container());
        self.serve_in(scope, request, state)
    }

    /// The same, in this scope, or in a frame.
    pub(crate) fn serve_in(
        &'static self,
        scope: Option<RequestScope<S::Container>>,
        request: Request,
        state: S,
    ) -> ScopeFuture<Response> {
        let served = Served {
            scope,
            request,
            root: self.root,
        };
        self.any.future(served, state)
    }
}

/// One request.
struct Served<S: HasContainer> {
    scope: Option<RequestScope<S::Container>>,
    request: Request,
    root: Root,
}

impl<S> RootFlow<S::Container> for Served<S>
where
    S: HasContainer<Container: Container<Request = Parts>>,
{
    type State = S;
    type Output = Response;

    fn run<'m>(
        self,
        state: &'m S,
        memory: RootMemory<'m, S::Container, Response>,
    ) -> impl Future<Output = Response> + Send + use<'m, S> {
        // The request is gone before anything is built.
        let (head, _) = self.request.into_parts();
        let mut seen = Seen::request(&head, state.container(), Some(self.root));
        let entered = match self.scope {
            Some(scope) => Entered::Joined(scope, memory.root()),
            None => {
                let mut frame = memory.open();
                seen.in_frame(&mut frame);
                Entered::Own(frame)
            }
        };
        seen.around(|| answered(entered, self.root))
    }

    fn outcome(response: &Response) -> Outcome {
        Outcome::of_status(response.status().as_u16())
    }

    #[cold]
    fn panicked(handler: &'static Meta, panic: Panic) -> Response {
        ended::panicked(handler.name, &panic)
    }

    #[cold]
    fn ended(response: Response, ended: Ended) -> Response {
        ended::answer(response, ended)
    }
}

/// The scope that a handler is run in.
enum Entered<'m, C: Container> {
    Own(InFrame<'m, C, Response>),
    Joined(RequestScope<C>, &'static RootOps<C, Response>),
}

async fn answered<C: Container>(mut entered: Entered<'_, C>, root: Root) -> Response {
    let handled = match &mut entered {
        Entered::Own(frame) => frame.await,
        Entered::Joined(scope, root) => scope.open_scope().run(root).await,
    };
    handled.unwrap_or_else(|failure| unbuilt_of::<C>(root.meta.name, root.asks, failure))
}
