//! error: E0521 at 12
//! says: borrowed data escapes
//! says: argument requires that `'request` must outlive `'static`
use di_axum::{handler, injectable};

#[injectable(request)]
pub struct User {
    #[inject(default)]
    pub name: String,
}
#[handler]
pub async fn show(user: &User) { tokio::spawn(async move { println!("{}", user.name) }); }

fn main() {}
