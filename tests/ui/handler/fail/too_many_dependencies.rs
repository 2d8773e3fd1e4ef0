//! error: plain at 9
//! says: 33 dependencies; at most 32 are possible
use di_axum::handler;

pub struct P;

#[handler]
#[allow(clippy::too_many_arguments)]
pub async fn show(
    _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P,
    _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P,
    _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P,
) {}

fn main() {}
