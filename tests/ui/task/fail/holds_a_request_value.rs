//! error: E0521 at 18
//! says: borrowed data escapes
use di_axum::{Tasks, container, handler, injectable, task};

#[injectable(request)]
pub struct User {
    #[inject(default)]
    name: String,
}

#[task]
async fn greet(job: &'static str) {
    println!("hello {job}");
}

#[handler]
async fn show(user: &User, tasks: &Tasks<&'static str>) {
    let _ = tasks.push(&user.name);
}

#[container(User, Tasks<&'static str> = greet, handlers(show))]
pub struct App;

fn main() {}
