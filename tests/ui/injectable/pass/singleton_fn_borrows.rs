use di_axum::injectable;

pub struct Pool;
pub struct Users<'r>(&'r Pool);

#[injectable(request)]
fn users(pool: &Pool) -> Users<'_> {
    Users(pool)
}

fn main() {}
