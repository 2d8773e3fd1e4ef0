//! error: plain at 7
//! says: expected a name: of a fn with `#[injectable(..)]`
use di_axum::container;

pub struct Size(pub usize);

#[container(Size = 20)]
pub struct App;

fn main() {}
