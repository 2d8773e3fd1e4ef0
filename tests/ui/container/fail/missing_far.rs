//! error: DI001 at 27
//! says: `Many` (request) takes `k: &u64`
//! error: DI001 at 27
//! says: `Two` (request) takes `d: &u16`
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct A;

#[injectable(request)]
#[rustfmt::skip]
pub struct Many<'r> {
    pub a: &'r A, pub b: &'r A, pub c: &'r A, pub d: &'r A, pub e: &'r A, pub f: &'r A,
    pub g: &'r A, pub h: &'r A, pub i: &'r A, pub j: &'r A, pub k: &'r u64, pub l: &'r A,
}

#[injectable(request)]
pub struct Two<'r> {
    pub a: &'r A,
    pub b: &'r Many<'r>,
    pub c: &'r A,
    pub d: &'r u16,
    pub e: &'r A,
    pub f: &'r u32,
}

#[container(A, Many<'_>, Two<'_>)]
pub struct App;

fn main() {}
