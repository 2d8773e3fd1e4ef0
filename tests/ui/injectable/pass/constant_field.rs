use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Site {
    #[inject(value = "di")]
    pub name: &'static str,
}

#[container(Site)]
pub struct App;

fn main() {}
