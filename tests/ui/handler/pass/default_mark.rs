use di_axum::handler;

#[handler]
pub async fn show() {
    let page = 0;
    println!("{page}");
}

fn main() {}
