use di_axum::{container, injectable};

#[injectable(request)]
pub struct Caller;
#[container(Caller)]
pub struct App;

fn main() { let _ = App::builder().replace_with::<Caller>(|_head| Box::new(Caller)); }
