//! error: DI003 at 15
//! says: [DI003] the singleton `Audit` would keep the request-scoped `User`
//! says: needed by `Reports` (singleton) for `audit: Arc<Audit>`
use std::sync::Arc;

use di_axum::{container, injectable};

#[injectable(request)]
pub struct User;
pub struct Audit;
#[injectable(singleton)]
impl Audit { pub fn new(_user: &User) -> Self { Audit } }
#[injectable(singleton)]
pub struct Reports { pub audit: Arc<Audit> }
#[container(Reports, User, Audit)]
pub struct App;

fn main() {}
