//! error: DI003 at 14
//! says: the singleton `Audit` would keep the request-scoped `dyn Caller`
//! says: `Audit` (singleton) takes `_caller: &dyn Caller`
use di_axum::{container, injectable};

pub trait Caller: Send + Sync {}
#[injectable(request)]
pub struct User;
impl Caller for User {}
pub struct Audit;
#[injectable(singleton)]
impl Audit { pub fn new(_caller: &dyn Caller) -> Self { Audit } }

#[container(User, dyn Caller = User, Audit)]
pub struct App;

fn main() {}
