use di_axum::{Tasks, container, task};

#[task]
async fn welcome(_job: u8) -> Result<String, std::fmt::Error> { Ok(String::new()) }

#[container(Tasks<u8> = welcome)]
pub struct App;

fn main() {}
