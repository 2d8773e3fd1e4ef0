use di_axum::injectable;

#[injectable(request, teardown = close)]
pub struct Unit;

impl Unit {
    pub async fn close(self) -> Result<(), std::fmt::Error> {
        Err(std::fmt::Error)
    }
}

pub struct Refused;

fn main() {}
