//! error: E0425 at 7
//! says: cannot find type `Repot`
use di_axum::{container, injectable};

pub struct Report;
#[injectable(singleton)]
async fn report() -> std::io::Result<Repot> { Ok(Report) }

#[container(Report = report)]
pub struct App;

fn main() {}
