use di_axum::{Lazy, container, injectable};

const LEN: usize = 3;
const N: usize = 4;

#[injectable(singleton)]
pub struct Pool;
pub struct Buffer<'r, const M: usize>(pub &'r Pool);
pub struct Page<'r, const M: usize>(pub &'r Buffer<'r, M>);

#[injectable(request)]
fn buffer(pool: &Pool) -> Buffer<'_, LEN> { Buffer(pool) }
#[injectable(request)]
fn other(pool: &Pool) -> Result<Buffer<'_, N>, axum::http::StatusCode> { Ok(Buffer(pool)) }
#[injectable(request)]
fn page<'r>(buffer: &'r Buffer<'r, LEN>, _other: Lazy<'r, Buffer<'r, N>>) -> Page<'r, LEN> { Page(buffer) }

#[container(Pool, Buffer<'_, LEN> = buffer, Buffer<'_, N> = other, Page<'_, LEN> = page)]
pub struct App;

fn main() {}
