//! Wide and deep graphs, without a recursion limit to raise.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, routing::get};
use di_axum::{container, handler, injectable};

use crate::support::text;

/// How many nodes were constructed.
#[derive(Default)]
struct Count(AtomicUsize);

impl Count {
    fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn take(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }
}

/// Every construction of a struct that asks for one is counted.
struct Made;

#[injectable(transient)]
impl Made {
    fn new(count: &Count) -> Self {
        count.add();
        Made
    }
}

/// A request-scoped struct that borrows all of `$below`, and the number of paths from it to the ground.
macro_rules! node {
    ($node:ident [$($below:ident)*]) => {
        #[allow(non_snake_case, reason = "a field is named like its type")]
        #[injectable(request)]
        struct $node<'r> {
            $($below: &'r $below<'r>,)*
            _made: Made,
            _count: &'r Count,
        }

        impl $node<'_> {
            fn paths(&self) -> usize {
                let below: &[usize] = &[$(self.$below.paths()),*];
                below.iter().sum::<usize>().max(1)
            }
        }
    };
}

macro_rules! layer {
    ([$($node:ident)*] above $below:tt) => {
        $(node!($node $below);)*
    };
}

/// Three layers, each node of which borrows all nodes of the layer below.
mod fan_out {
    use super::*;

    macro_rules! fan_out {
        ([$($low:ident)*] [$($middle:ident)*] [$($high:ident)*]) => {
            layer!([$($low)*] above []);
            layer!([$($middle)*] above [$($low)*]);
            layer!([$($high)*] above [$($middle)*]);
            node!(Top [$($high)*]);

            #[container(Made, $($low<'_>,)* $($middle<'_>,)* $($high<'_>,)* Top<'_>)]
            struct App {
                count: Arc<Count>,
            }
        };
    }

    fan_out! {
        [L0 L1 L2 L3 L4 L5 L6 L7 L8 L9 L10 L11 L12 L13 L14 L15 L16 L17 L18 L19]
        [M0 M1 M2 M3 M4 M5 M6 M7 M8 M9 M10 M11 M12 M13 M14 M15 M16 M17 M18 M19]
        [H0 H1 H2 H3 H4 H5 H6 H7 H8 H9 H10 H11 H12 H13 H14 H15 H16 H17 H18 H19]
    }

    #[handler]
    async fn paths(top: &Top<'_>) -> String {
        top.paths().to_string()
    }

    #[tokio::test]
    async fn twenty_by_twenty_by_twenty() {
        let count = Arc::new(Count::default());
        let app = App::build(count.clone()).await.expect("nothing fails");
        let router = Router::new().route("/", get(paths)).with_state(app);
        for _ in 0..2 {
            assert_eq!(text(&router, "/").await, "8000");
            assert_eq!(count.take(), 61, "each of the 60 nodes once, and the top");
        }
    }
}

/// A chain of nodes, each of which is made from the next: `$first` from the second, and the last from `End`. Every value
/// is the length of the chain from it on. In a chain of types that borrow each other rustc's own proof of
/// `Send` ends at 64 types, with or without a container; here, nodes are made of what they borrow.
macro_rules! chain {
    ($scope:ident $first:ident $($rest:ident)*) => {
        chain!(@nodes $scope [$first $($rest)*] [$($rest)* End]);

        struct End(usize);

        #[injectable($scope)]
        impl End {
            fn new(count: &Count) -> Self {
                count.add();
                End(0)
            }
        }

        #[container($first, $($rest,)* End)]
        struct App {
            count: Arc<Count>,
        }
    };
    (@nodes $scope:ident [$($node:ident)*] [$($next:ident)*]) => {$(
        struct $node(usize);

        #[injectable($scope)]
        impl $node {
            fn new(next: &$next, count: &Count) -> Self {
                count.add();
                $node(next.0 + 1)
            }
        }
    )*};
}

macro_rules! hundred {
    ($then:ident $scope:ident) => {
        $then! { $scope
            N00 N01 N02 N03 N04 N05 N06 N07 N08 N09 N10 N11 N12 N13 N14 N15 N16 N17 N18 N19
            N20 N21 N22 N23 N24 N25 N26 N27 N28 N29 N30 N31 N32 N33 N34 N35 N36 N37 N38 N39
            N40 N41 N42 N43 N44 N45 N46 N47 N48 N49 N50 N51 N52 N53 N54 N55 N56 N57 N58 N59
            N60 N61 N62 N63 N64 N65 N66 N67 N68 N69 N70 N71 N72 N73 N74 N75 N76 N77 N78 N79
            N80 N81 N82 N83 N84 N85 N86 N87 N88 N89 N90 N91 N92 N93 N94 N95 N96 N97 N98 N99
        }
    };
}

mod deep {
    use super::*;

    hundred!(chain request);

    #[handler]
    async fn depth(first: &N00, last: &End) -> String {
        format!("{} {}", first.0, last.0)
    }

    #[tokio::test]
    async fn a_request_chain_a_hundred_deep() {
        let count = Arc::new(Count::default());
        let app = App::build(count.clone()).await.expect("nothing fails");
        let router = Router::new().route("/", get(depth)).with_state(app);
        assert_eq!(count.take(), 0);
        for _ in 0..2 {
            assert_eq!(text(&router, "/").await, "100 0");
            assert_eq!(count.take(), 101);
        }
    }
}

mod deep_singletons {
    use super::*;

    hundred!(chain singleton);

    #[tokio::test]
    async fn a_chain_of_singletons_a_hundred_deep() {
        let count = Arc::new(Count::default());
        let app = App::build(count.clone()).await.expect("nothing fails");
        assert_eq!((app.get::<N00>().0, app.get::<End>().0), (100, 0));
        assert_eq!(count.take(), 101);
    }
}

/// A chain of types each of which borrows the next.
mod borrowing_chain {
    use super::*;

    macro_rules! chain {
        ($first:ident $($rest:ident)*) => {
            chain!(@nodes [$first $($rest)*] [$($rest)* End]);
            node!(End []);

            #[container(Made, $first<'_>, $($rest<'_>,)* End<'_>)]
            struct App {
                count: Arc<Count>,
            }
        };
        (@nodes [$($node:ident)*] [$($next:ident)*]) => {
            $(node!($node [$next]);)*
        };
    }

    chain! {
        N00 N01 N02 N03 N04 N05 N06 N07 N08 N09 N10 N11 N12 N13 N14 N15 N16 N17 N18 N19
        N20 N21 N22 N23 N24 N25 N26 N27 N28 N29 N30 N31 N32 N33 N34 N35 N36 N37 N38 N39
        N40 N41 N42 N43 N44 N45 N46 N47 N48 N49
    }

    #[handler]
    async fn paths(first: &N00<'_>) -> String {
        first.paths().to_string()
    }

    #[tokio::test]
    async fn a_chain_of_borrows_fifty_deep() {
        let count = Arc::new(Count::default());
        let app = App::build(count.clone()).await.expect("nothing fails");
        let router = Router::new().route("/", get(paths)).with_state(app);
        assert_eq!(text(&router, "/").await, "1");
        assert_eq!(count.take(), 51);
    }
}

/// Fifty values for one handler, ten in a struct.
mod many_values {
    use super::*;

    macro_rules! group {
        ($group:ident [$($value:ident)*]) => {
            $(
                struct $value(usize);

                #[injectable(request)]
                impl $value {
                    fn new(count: &Count) -> Self {
                        count.add();
                        $value(1)
                    }
                }
            )*

            #[allow(non_snake_case, reason = "a field is named like its type")]
            #[injectable(request)]
            struct $group<'r> {
                $($value: &'r $value,)*
            }

            impl $group<'_> {
                fn sum(&self) -> usize {
                    [$(self.$value.0),*].iter().sum()
                }
            }
        };
    }

    macro_rules! groups {
        ($($group:ident $values:tt)*) => {
            $(group!($group $values);)*
            groups!(@container [$($group)*] $($values)*);
        };
        (@container [$($group:ident)*] $([$($value:ident)*])*) => {
            #[container($($group<'_>,)* $($($value,)*)*)]
            struct App {
                count: Arc<Count>,
            }
        };
    }

    groups! {
        A [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9]
        B [B0 B1 B2 B3 B4 B5 B6 B7 B8 B9]
        C [C0 C1 C2 C3 C4 C5 C6 C7 C8 C9]
        D [D0 D1 D2 D3 D4 D5 D6 D7 D8 D9]
        E [E0 E1 E2 E3 E4 E5 E6 E7 E8 E9]
    }

    #[handler]
    async fn sum(a: &A<'_>, b: &B<'_>, c: &C<'_>, d: &D<'_>, e: &E<'_>) -> String {
        (a.sum() + b.sum() + c.sum() + d.sum() + e.sum()).to_string()
    }

    #[tokio::test]
    async fn a_handler_with_fifty_values() {
        let count = Arc::new(Count::default());
        let app = App::build(count.clone()).await.expect("nothing fails");
        let router = Router::new().route("/", get(sum)).with_state(app);
        assert_eq!(text(&router, "/").await, "50");
        assert_eq!(count.take(), 50);
    }
}
