//! error: plain at 7
//! says: a field cannot be extracted from the request
use di_axum::injectable;

#[injectable(request)]
pub struct Caller {
    #[extract]
    pub headers: axum::http::HeaderMap,
}

fn main() {}
