use di_axum::{container, injectable};

pub struct Refused;

impl axum::response::IntoResponse for Refused {
    fn into_response(self) -> axum::response::Response {
        axum::http::StatusCode::FORBIDDEN.into_response()
    }
}

pub struct Caller;

#[injectable(request)]
impl Caller {
    fn new() -> Result<Self, Refused> { Ok(Caller) }
}

#[container(Caller)]
pub struct App;

fn main() {}
