use di_axum::injectable;

pub trait Mailer: Send + Sync {}
pub struct Users;

#[injectable(singleton)]
impl Users {
    pub fn new(_mailer: &dyn Mailer) -> Self {
        Users
    }
}

fn main() {}
