use di_axum::{handler, injectable};

#[injectable(request)]
pub struct User {
    #[inject(default)]
    pub name: String,
}
#[handler]
pub async fn show(user: &User) { let name = user.name.clone(); tokio::spawn(async move { println!("{name}") }); }

fn main() {}
