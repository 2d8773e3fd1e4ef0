//! error: plain at 9
//! says: a handler is a free fn
use di_axum::handler;

pub struct Users;

impl Users {
    #[handler]
    pub async fn show(&self) {}
}

fn main() {}
