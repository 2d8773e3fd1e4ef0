use std::borrow::Cow;

use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub fn name() -> Cow<'static, str> { Cow::Borrowed("di") }
#[handler]
pub async fn show(_name: &Cow<'static, str>) {}

#[container(Cow<'static, str> = name, handlers(show))]
pub struct App;

fn main() {}
