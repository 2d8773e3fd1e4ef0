use di_axum::injectable;

#[injectable(request)]
pub struct Cache {
    #[inject(default)]
    pub last: std::sync::Mutex<Option<String>>,
}

fn main() {}
