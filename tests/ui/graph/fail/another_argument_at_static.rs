//! error: DI001 at 15
//! says: nothing provides `Cache<&'static str>`
//! says: another type of this name is provided, by the entry `Cache<u8>`
//! says: help: add `Cache<&'static str>` to the list of `App`
use di_axum::{container, handler, injectable};

pub struct Cache<T>(pub T);
#[injectable(singleton)]
pub fn cache() -> Cache<u8> { Cache(1) }
#[injectable(singleton)]
pub fn names() -> Cache<&'static str> { Cache("") }
#[handler]
pub async fn show(_cache: &Cache<&'static str>) {}

#[container(Cache<u8> = cache, handlers(show))]
#[allow(unused)]
pub struct App;

fn main() {}
