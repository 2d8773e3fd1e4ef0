use di_axum::injectable;

pub mod users {
    #[super::injectable(singleton)]
    pub struct Users;
}

fn main() {}
