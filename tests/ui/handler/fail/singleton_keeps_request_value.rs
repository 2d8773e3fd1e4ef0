//! error: E0521 at 14
//! says: `user` escapes the associated function body here
//! says: argument requires that `'request_user` must outlive `'static`
use std::sync::Mutex;

use di_axum::{handler, injectable};

#[injectable(request)]
#[derive(Clone)]
pub struct User { #[inject(default)] pub name: String }
#[injectable(singleton)]
pub struct Cache { #[inject(default)] pub last: Mutex<Option<&'static User>> }
#[handler]
pub async fn show(cache: &Cache, user: &User) { *cache.last.lock().expect("no panic") = Some(user); }

fn main() {}
