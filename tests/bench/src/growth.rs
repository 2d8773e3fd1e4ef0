//! The same handler in containers that list 10, 100 and 1,000 nodes: what it costs must follow what it uses, not what
//! else is listed.

use di_axum::{Container, container, injectable};

use crate::{
    contender::*,
    measure::{Contender, run},
    nodes::*,
};

/// A request-scoped node that the measured handler does not use. Its numbers make it another type.
#[injectable(request)]
#[allow(dead_code, reason = "listed, and never constructed")]
pub struct Filler<'r, const A: usize, const B: usize, const C: usize> {
    base: &'r Base,
    last: &'r N9<'r>,
}

/// A container of the ten nodes of the chain and ten fillers for each pair of digits.
macro_rules! containers {
    ($($name:ident [$($a:tt)*] [$($b:tt)*])*) => {$(
        containers!(@pairs $name [$($a)*] [$($b)*] []);
    )*};
    (@pairs $name:ident [] [$($b:tt)*] [$($done:tt)*]) => {
        #[container(
            N0<'_> = n0, N1<'_> = n1, N2<'_> = n2, N3<'_> = n3, N4<'_> = n4,
            N5<'_> = n5, N6<'_> = n6, N7<'_> = n7, N8<'_> = n8, N9<'_> = n9,
            $($done)*
        )]
        pub struct $name {
            base: Base,
        }
    };
    (@pairs $name:ident [$a:tt $($rest:tt)*] [$($b:tt)*] [$($done:tt)*]) => {
        containers!(@pairs $name [$($rest)*] [$($b)*] [$($done)* $(
            Filler<'_, $a, $b, 0>, Filler<'_, $a, $b, 1>, Filler<'_, $a, $b, 2>, Filler<'_, $a, $b, 3>,
            Filler<'_, $a, $b, 4>, Filler<'_, $a, $b, 5>, Filler<'_, $a, $b, 6>, Filler<'_, $a, $b, 7>,
            Filler<'_, $a, $b, 8>, Filler<'_, $a, $b, 9>,
        )*]);
    };
}

containers! {
    Lists10 [] []
    Lists100 [0] [1 2 3 4 5 6 7 8 9]
    Lists1000 [0 1 2 3 4 5 6 7 8] [0 1 2 3 4 5 6 7 8 9 10]
}

/// One container: how many nodes it lists (the one handed in apart), the handler's allocation, and a contender.
pub struct Side {
    pub nodes: usize,
    pub bytes: usize,
    pub contender: Contender,
}

/// The sides, smallest first.
pub fn sides() -> [Side; 3] {
    let (small, medium, large) = (
        run(Box::pin(Lists10::build(Base::sample()))),
        run(Box::pin(Lists100::build(Base::sample()))),
        run(Box::pin(Lists1000::build(Base::sample()))),
    );
    let fine = "nothing fails";
    [
        side(small.expect(fine)),
        side(medium.expect(fine)),
        side(large.expect(fine)),
    ]
}

fn side<C>(app: C) -> Side
where
    C: Container + di_axum::__private::Mounts<chain_10>,
    InProcess<chain_10, C>: di_axum::__private::Flow<C::Plan, Output = u64>,
{
    Side {
        nodes: C::GRAPH.len() - 1,
        bytes: future::<chain_10, _>(&app).size(),
        contender: Contender::new(move || run(std::hint::black_box(future::<chain_10, _>(&app)))),
    }
}
