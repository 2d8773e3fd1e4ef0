use std::sync::Mutex;

use di_axum::{handler, injectable};

#[injectable(request)]
#[derive(Clone)]
pub struct User { #[inject(default)] pub name: String }
#[injectable(singleton)]
pub struct Cache { #[inject(default)] pub last: Mutex<Option<User>> }
#[handler]
pub async fn show(cache: &Cache, user: &User) { *cache.last.lock().expect("no panic") = Some(user.clone()); }

fn main() {}
