//! error: plain at 6
//! says: `default` and `value` are for fields of a struct; write `let page = ..` in the body
use di_axum::handler;

#[handler]
pub async fn show(#[inject(default)] page: usize) {
    println!("{page}");
}

fn main() {}
