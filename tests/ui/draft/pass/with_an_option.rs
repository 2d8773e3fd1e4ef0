use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
#[allow(non_camel_case_types)]
#[injectable(singleton)]
pub struct draft;

#[container(Pool, #[allow(unused)] self::draft)]
pub struct App;

fn main() {}
