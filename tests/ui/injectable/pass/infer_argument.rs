use di_axum::injectable;

pub struct Pool;
pub struct Users;

#[injectable(singleton)]
impl Users {
    pub fn new(_pool: &Pool) -> Self {
        Users
    }
}

fn main() {}
