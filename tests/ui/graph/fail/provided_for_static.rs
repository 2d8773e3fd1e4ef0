//! error: DI001 at 16
//! says: nothing provides `Cow<str>`
//! says: the handler `show` takes `_name: &Cow<str>`
//! says: `Cow<'static, str>` is provided, at
//! says: which is another type: it borrows for `'static`
//! says: help: ask for `Cow<'static, str>`
use std::borrow::Cow;

use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub fn name() -> Cow<'static, str> { Cow::Borrowed("di") }
#[handler]
pub async fn show(_name: &Cow<'_, str>) {}

#[container(Cow<'static, str> = name, handlers(show))]
pub struct App;

fn main() {}
