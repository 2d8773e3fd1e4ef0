use di_axum::injectable;

pub struct Caller {
    pub headers: axum::http::HeaderMap,
}

#[injectable(request)]
impl Caller {
    fn new(#[extract] headers: axum::http::HeaderMap) -> Self {
        Caller { headers }
    }
}

fn main() {}
