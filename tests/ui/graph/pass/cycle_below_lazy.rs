use di_axum::{Lazy, container, injectable};

#[injectable(request)]
pub struct A<'r> {
    pub b: Lazy<'r, B<'r>>,
}

#[injectable(request)]
pub struct B<'r> {
    pub c: &'r C<'r>,
}

#[injectable(request)]
pub struct C<'r> {
    pub b: Lazy<'r, B<'r>>,
}

#[container(A<'_>, B<'_>, C<'_>)]
pub struct App;

fn main() {}
