use di_axum::{Tasks, container, handler, injectable, task};

#[injectable(request)]
pub struct User {
    #[inject(default)]
    name: String,
}

#[task]
async fn greet(job: String) {
    println!("hello {job}");
}

#[handler]
async fn show(user: &User, tasks: &Tasks<String>) {
    let _ = tasks.push(user.name.clone());
}

#[container(User, Tasks<String> = greet, handlers(show))]
pub struct App;

fn main() {}
