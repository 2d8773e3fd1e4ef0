use di_axum::{container, injectable};

#[injectable(singleton)]
fn k() -> u64 {
    1
}

#[injectable(singleton)]
fn d() -> u16 {
    1
}

#[injectable(singleton)]
fn f() -> u32 {
    1
}

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

#[container(A, u64 = k, u16 = d, u32 = f, Many<'_>, Two<'_>)]
pub struct App;

fn main() {}
