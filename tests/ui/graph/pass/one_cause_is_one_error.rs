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
pub struct App { pub pool: Pool }

fn main() {}
