//! error: DI001 at 17
//! says: nothing provides `Clock<'static>`
//! says: `Report` (singleton) takes `clock: Clock<'static>`
//! says: `Clock` is provided, at
//! says: but it borrows for less than `'static`
//! says: help: `Report` lives as long as the app and cannot borrow: make it `request`; or have `Clock` hold `Arc<T>` in place of `&T`
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(transient)]
pub struct Clock<'r> { pub pool: &'r Pool }

#[injectable(singleton)]
pub struct Report { pub clock: Clock<'static> }

#[container(Pool, Clock<'_>, Report)]
pub struct App;

fn main() {}
