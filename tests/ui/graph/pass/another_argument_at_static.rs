use di_axum::{container, handler, injectable};

pub struct Cache<T>(pub T);
#[injectable(singleton)]
pub fn cache() -> Cache<u8> { Cache(1) }
#[injectable(singleton)]
pub fn names() -> Cache<&'static str> { Cache("") }
#[handler]
pub async fn show(_cache: &Cache<&'static str>) {}

#[container(#[allow(unused)] Cache<u8> = cache, Cache<&'static str> = names, handlers(show))]
#[allow(unused)]
pub struct App;

fn main() {}
