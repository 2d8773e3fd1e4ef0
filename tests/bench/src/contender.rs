//! The container's side: the same values, built by the container for a marked handler.
//!
//! In process a request is the handler's future without HTTP around it, as in [`crate::by_hand`]: what `#[handler]`
//! does between extractors and response, and nothing else.

use std::hint::black_box;

use axum::{Router, routing::get};
use di_axum::{
    __private::{Flow, Frame, Memory, Mounts, Plan, ScopeFuture},
    Outcome, container, handler, injectable,
};

use crate::{
    Case, Length, Place,
    measure::{Contender, request, run},
    nodes::*,
};

macro_rules! providers {
    ($first:ident $first_fn:ident, $($prev:ident $next:ident $next_fn:ident,)*) => {
        #[injectable(request)]
        #[inline]
        fn $first_fn<'r>(base: &'r Base) -> $first<'r> {
            $first::new(base)
        }
        $(
            #[injectable(request)]
            #[inline]
            fn $next_fn<'r>(prev: &'r $prev<'r>, base: &'r Base) -> $next<'r> {
                $next::new(prev, base)
            }
        )*
    };
}

providers!(
    N0 n0,
    N0 N1 n1, N1 N2 n2, N2 N3 n3, N3 N4 n4, N4 N5 n5, N5 N6 n6, N6 N7 n7, N7 N8 n8, N8 N9 n9,
    N9 N10 n10, N10 N11 n11, N11 N12 n12, N12 N13 n13, N13 N14 n14, N14 N15 n15, N15 N16 n16,
    N16 N17 n17, N17 N18 n18, N18 N19 n19, N19 N20 n20, N20 N21 n21, N21 N22 n22, N22 N23 n23,
    N23 N24 n24, N24 N25 n25, N25 N26 n26, N26 N27 n27, N27 N28 n28, N28 N29 n29,
);

/// Listed, and nobody asks for them: what is torn down elsewhere must cost these requests nothing.
pub struct Unused<'r> {
    base: &'r Base,
}

#[injectable(request, teardown = close)]
impl<'r> Unused<'r> {
    fn new(base: &'r Base) -> Self {
        Unused { base }
    }
    async fn close(self, outcome: Outcome) {
        black_box((self.base, outcome));
    }
}

pub struct UnusedPart;

#[injectable(transient, teardown = close)]
impl UnusedPart {
    fn new() -> Self {
        UnusedPart
    }
    async fn close(&self) {}
}

#[container(
    Unused<'_>, UnusedPart,
    N0<'_> = n0, N1<'_> = n1, N2<'_> = n2, N3<'_> = n3, N4<'_> = n4,
    N5<'_> = n5, N6<'_> = n6, N7<'_> = n7, N8<'_> = n8, N9<'_> = n9,
    N10<'_> = n10, N11<'_> = n11, N12<'_> = n12, N13<'_> = n13, N14<'_> = n14,
    N15<'_> = n15, N16<'_> = n16, N17<'_> = n17, N18<'_> = n18, N19<'_> = n19,
    N20<'_> = n20, N21<'_> = n21, N22<'_> = n22, N23<'_> = n23, N24<'_> = n24,
    N25<'_> = n25, N26<'_> = n26, N27<'_> = n27, N28<'_> = n28, N29<'_> = n29,
)]
pub struct App {
    base: Base,
}

#[handler]
pub async fn chain_1(last: &N0<'_>) -> String {
    body(last).await.to_string()
}

#[handler]
pub async fn chain_10(last: &N9<'_>) -> String {
    body(last).await.to_string()
}

#[handler]
pub async fn chain_30(last: &N29<'_>) -> String {
    body(last).await.to_string()
}

/// A request without HTTP: the frame is filled and the last value's body runs.
pub struct InProcess<H, C>(pub std::marker::PhantomData<fn() -> (H, C)>);

macro_rules! in_process {
    ($($handler:ident $last:ident,)*) => {$(
        impl<P, C> Flow<P> for InProcess<$handler, C>
        where
            C: di_axum::Container,
            P: Plan<Container = C, Root = $handler>,
        {
            type State = C;
            type Output = u64;
            #[inline]
            async fn run<'m>(self, _: &'m C, memory: Memory<'m, P>) -> u64 {
                let mut frame: Frame<'_, P> = memory.open();
                match frame.build_now() {
                    Ok(ready) => {
                        let (last,) = ready.args::<$handler, _>();
                        let last: &$last<'_> = last;
                        body(last).await
                    }
                    Err(_) => unreachable!("nothing in the chain fails"),
                }
            }
            fn outcome(_: &u64) -> di_axum::Outcome {
                di_axum::Outcome::Success
            }
            fn panicked(panic: di_axum::Panic) -> u64 {
                unreachable!("nothing in the chain panics, but: {panic}")
            }
            fn ended(_: u64, _: di_axum::__private::Ended) -> u64 {
                unreachable!("nothing in the chain has a teardown")
            }
        }
    )*};
}

in_process!(chain_1 N0, chain_10 N9, chain_30 N29,);

/// One request of the handler `H`.
pub fn future<H, C>(app: &C) -> ScopeFuture<u64>
where
    C: Mounts<H>,
    InProcess<H, C>: Flow<C::Plan, State = C, Output = u64>,
{
    ScopeFuture::new::<C::Plan, _>(InProcess::<H, C>(std::marker::PhantomData), app.clone())
}

/// The container's side of `case`.
pub fn contender(case: Case) -> Contender {
    let app = run(Box::pin(App::build(Base::sample()))).expect("nothing fails");
    match (case.place, case.length) {
        (Place::InProcess, Length::One) => {
            Contender::new(move || run(black_box(future::<chain_1, _>(&app))))
        }
        (Place::InProcess, Length::Ten) => {
            Contender::new(move || run(black_box(future::<chain_10, _>(&app))))
        }
        (Place::InProcess, Length::Thirty) => {
            Contender::new(move || run(black_box(future::<chain_30, _>(&app))))
        }
        (Place::Axum, length) => {
            let route = match length {
                Length::One => get(chain_1),
                Length::Ten => get(chain_10),
                Length::Thirty => get(chain_30),
            };
            let router = Router::new().route("/", route).with_state(app);
            Contender::new(move || request(&router))
        }
    }
}
