use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

#[injectable(singleton)]
pub struct Report {
    pub pool: std::sync::Arc<Pool>,
    #[inject(value = "a report")]
    pub name: &'static str,
}

#[container(Pool, Report)]
pub struct App;

fn main() {}
