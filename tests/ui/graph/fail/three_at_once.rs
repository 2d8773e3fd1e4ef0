//! error: DI001 at 26
//! error: DI002 at 28
//! error: DI003 at 30
//! says: nothing provides `Pool`
//! says: a cycle: `A` -> `B` -> `A`
//! says: the singleton `Mailer` would keep the request-scoped `User`
//! no twin: the same three mistakes have their twins in other files
use std::sync::Arc;

use di_axum::{container, injectable};

pub struct Pool;
#[injectable(request)]
pub struct Users<'r> { pub pool: &'r Pool }
#[injectable(singleton)]
pub struct A { pub b: Arc<B> }
#[injectable(singleton)]
pub struct B { pub a: Arc<A> }
#[injectable(request)]
pub struct User;
pub struct Mailer;
#[injectable(singleton)]
impl Mailer { pub fn new(_user: &User) -> Self { Mailer } }

#[container(
    Users<'_>,
    A,
    B,
    User,
    Mailer,
)]
pub struct App;

fn main() {}
