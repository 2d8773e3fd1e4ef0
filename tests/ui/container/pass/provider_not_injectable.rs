use di_axum::container;

pub struct Pool;

#[di_axum::injectable(singleton)]
fn connect() -> Pool { Pool }

#[container(Pool = connect)]
pub struct App;

fn main() {}
