use di_axum::{container, injectable};

pub struct Report;
#[injectable(singleton)]
async fn report() -> std::io::Result<Report> { Ok(Report) }

#[container(Report = report)]
pub struct App;

fn main() {}
