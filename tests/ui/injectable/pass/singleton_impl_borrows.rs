use di_axum::injectable;

pub struct Pool;
pub struct Users<'r>(&'r Pool);

#[injectable(request)]
impl<'r> Users<'r> {
    fn new(pool: &'r Pool) -> Self {
        Users(pool)
    }
}

fn main() {}
