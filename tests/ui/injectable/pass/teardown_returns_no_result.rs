use di_axum::injectable;

#[injectable(request, teardown = close)]
pub struct Unit;

impl Unit {
    pub async fn close(self) -> Result<u32, std::io::Error> {
        Ok(1)
    }
}

fn main() {}
