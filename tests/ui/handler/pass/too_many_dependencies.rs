use di_axum::handler;

pub struct P;

#[handler]
#[allow(clippy::too_many_arguments)]
pub async fn show(
    _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P,
    _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P,
    _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P, _: &P,
) {}

fn main() {}
