//! error: DI001 at 20
//! says: nothing provides `Pool`
//! says: `Users` (request) takes `pool: &Pool`
//! says: needed by `Orders` (request) for `users: &Users`
//! says: also asked for by `Invoices`, `Audit`
use std::sync::Arc;

use di_axum::{container, injectable};

pub struct Pool;
#[injectable(request)]
pub struct Users<'r> { pub pool: &'r Pool }
#[injectable(request)]
pub struct Orders<'r> { pub users: &'r Users<'r> }
#[injectable(request)]
pub struct Invoices<'r> { pub pool: &'r Pool }
#[injectable(singleton)]
pub struct Audit { pub pool: Arc<Pool> }

#[container(Users<'_>, Orders<'_>, Invoices<'_>, Audit)]
pub struct App;

fn main() {}
