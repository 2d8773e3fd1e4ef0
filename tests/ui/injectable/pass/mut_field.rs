use di_axum::injectable;

pub struct Log;

#[injectable(request)]
pub struct Users<'r> {
    pub log: &'r Log,
}

fn main() {}
