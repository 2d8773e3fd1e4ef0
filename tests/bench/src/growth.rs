//! The same handler in containers that list 10, 100 and 1,000 nodes: what it costs must follow what it uses, not what
//! else is listed.

use di_axum::{Container, container};

use crate::{
    contender::*,
    measure::{Contender, run},
    nodes::*,
};

/// Request-scoped nodes that the measured handler does not use: `a0::b0::F0` to `a8::b10::F9`, one type for each path.
macro_rules! fillers {
    ($($a:ident)*; $b:tt) => { $( pub mod $a { fillers!(@second $b); } )* };
    (@second [$($b:ident)*]) => { $( pub mod $b { fillers!(@types F0 F1 F2 F3 F4 F5 F6 F7 F8 F9); } )* };
    (@types $($filler:ident)*) => {$(
        #[di_axum::injectable(request)]
        #[allow(dead_code, reason = "listed, and never constructed")]
        pub struct $filler<'r> {
            base: &'r crate::nodes::Base,
            last: &'r crate::nodes::N9<'r>,
        }
    )*};
}

fillers!(a0 a1 a2 a3 a4 a5 a6 a7 a8; [b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 b10]);

/// A container of the ten nodes of the chain and ten fillers for each pair of modules.
macro_rules! containers {
    ($($name:ident [$($a:ident)*] [$($b:ident)*])*) => {$(
        containers!(@pairs $name [$($a)*] [$($b)*] []);
    )*};
    (@pairs $name:ident [] [$($b:ident)*] [$($done:tt)*]) => {
        #[container(
            N0<'_> = n0, N1<'_> = n1, N2<'_> = n2, N3<'_> = n3, N4<'_> = n4,
            N5<'_> = n5, N6<'_> = n6, N7<'_> = n7, N8<'_> = n8, N9<'_> = n9,
            $($done)*
        )]
        pub struct $name {
            base: Base,
        }
    };
    (@pairs $name:ident [$a:ident $($rest:ident)*] [$($b:ident)*] [$($done:tt)*]) => {
        containers!(@pairs $name [$($rest)*] [$($b)*] [$($done)* $(
            $a::$b::F0<'_>, $a::$b::F1<'_>, $a::$b::F2<'_>, $a::$b::F3<'_>, $a::$b::F4<'_>,
            $a::$b::F5<'_>, $a::$b::F6<'_>, $a::$b::F7<'_>, $a::$b::F8<'_>, $a::$b::F9<'_>,
        )*]);
    };
}

containers! {
    Lists10 [] []
    Lists100 [a0] [b0 b1 b2 b3 b4 b5 b6 b7 b8]
    Lists1000 [a0 a1 a2 a3 a4 a5 a6 a7 a8] [b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 b10]
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
    InProcess<chain_10, C>: di_axum::__private::Flow<C::Plan, State = C, Output = u64>,
{
    Side {
        nodes: C::GRAPH.len() - 1,
        bytes: future::<chain_10, _>(&app).size(),
        contender: Contender::new(move || run(std::hint::black_box(future::<chain_10, _>(&app)))),
    }
}
