//! The values both contenders build, free of any wiring.
//!
//! A chain in which every value borrows the one before it is the hardest shape
//! for a container (nothing can be skipped or reordered) and the plainest by
//! hand. The values are tiny, so the time measured is the wiring, not the
//! values. Each `value` depends on the one before it and on a seed the compiler
//! cannot know, hence no chain can be folded or shortened.

use std::hint::black_box;

/// The singleton: made once per application, borrowed by every value.
pub struct Base {
    pub seed: u64,
}

impl Base {
    /// The same seed for every contender, so that their results can be compared.
    pub fn sample() -> Self {
        Base {
            seed: black_box(0x9e37_79b9_7f4a_7c15),
        }
    }
}

/// What the body at the end of a chain needs of its last value.
pub trait Node {
    fn value(&self) -> u64;
}

/// The work of a request. It hides the value it is given from the optimiser:
/// as a real handler would, it counts as reading the whole chain, so neither
/// contender may leave a link unwritten.
pub async fn body(last: &impl Node) -> u64 {
    black_box(last).value()
}

#[inline]
fn step(value: u64, base: &Base) -> u64 {
    (value.rotate_left(5) ^ base.seed).wrapping_add(0x2545_f491)
}

#[allow(dead_code, reason = "held as a dependency, as a service holds its own")]
pub struct N0<'r> {
    pub base: &'r Base,
    pub value: u64,
}

impl<'r> N0<'r> {
    #[inline]
    pub fn new(base: &'r Base) -> Self {
        let value = step(0, base);
        N0 { base, value }
    }
}

impl Node for N0<'_> {
    #[inline]
    fn value(&self) -> u64 {
        self.value
    }
}

macro_rules! nodes {
    ($last:ident) => {};
    ($prev:ident $next:ident $($rest:ident)*) => {
        #[allow(dead_code, reason = "held as a dependency, as a service holds its own")]
        pub struct $next<'r> {
            pub prev: &'r $prev<'r>,
            pub base: &'r Base,
            pub value: u64,
        }

        impl<'r> $next<'r> {
            #[inline]
            pub fn new(prev: &'r $prev<'r>, base: &'r Base) -> Self {
                let value = step(prev.value, base);
                $next { prev, base, value }
            }
        }

        impl Node for $next<'_> {
            #[inline]
            fn value(&self) -> u64 {
                self.value
            }
        }

        nodes!($next $($rest)*);
    };
}

nodes!(
    N0 N1 N2 N3 N4 N5 N6 N7 N8 N9
    N10 N11 N12 N13 N14 N15 N16 N17 N18 N19
    N20 N21 N22 N23 N24 N25 N26 N27 N28 N29
);
