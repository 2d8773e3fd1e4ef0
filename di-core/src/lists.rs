//! Lists of dependencies as types: tuples. An impl for each length, since what is a list of head and tail would be proven, and its consts evaluated,
//! for each tail of every node's list.

use crate::listed::MAX_DEPS;

/// Calls a macro with each list of names and indexes, `D0 0 D1 1 ..`, from none to [`MAX_DEPS`].
macro_rules! lists {
    ($each:ident) => {
        $crate::lists::lists!(@ $each []
            D0 0 D1 1 D2 2 D3 3 D4 4 D5 5 D6 6 D7 7 D8 8 D9 9 D10 10 D11 11 D12 12 D13 13 D14 14 D15 15
            D16 16 D17 17 D18 18 D19 19 D20 20 D21 21 D22 22 D23 23 D24 24 D25 25 D26 26 D27 27 D28 28
            D29 29 D30 30 D31 31);
    };
    (@ $each:ident [$($before:tt)*] $dep:ident $i:tt $($rest:tt)*) => {
        $each!($($before)*);
        $crate::lists::lists!(@ $each [$($before)* $dep $i] $($rest)*);
    };
    (@ $each:ident [$($before:tt)*]) => { $each!($($before)*); };
}
pub(crate) use lists;
const _: () = assert!(MAX_DEPS == 32, "an impl for each length");

/// A list as one of head and tail, `(first, (second, ()))`: for what goes through it, which is only done where something is missing.
pub trait Nest {
    /// That list.
    type Nested;
}

macro_rules! nest {
    ($($dep:ident $i:tt)*) => {
        impl<$($dep),*> Nest for ($($dep,)*) {
            type Nested = nest!(@ $($dep)*);
        }
    };
    (@) => { () };
    (@ $head:ident $($tail:ident)*) => { ($head, nest!(@ $($tail)*)) };
}
lists!(nest);
