//! error: plain at 8
//! says: `gaurd` is no option; did you mean `guard(..)`?
use di_axum::{handler, injectable};

#[injectable(request)]
pub struct RequireAdmin;

#[handler(gaurd(RequireAdmin))]
pub async fn show() {}

fn main() {}
