//! error: E0726 at 10
//! says: implicit elided lifetime
use di_axum::{container, injectable};

pub struct Tag<'t>(pub &'t str);
pub struct User<'r>(pub &'r str);
#[injectable(transient)]
fn tag() -> Tag<'static> { Tag("ada") }
#[injectable(request)]
fn user(tag: Tag<'static>) -> User { User(tag.0) }

#[container(Tag<'static> = tag, User<'_> = user)]
pub struct App;

fn main() {}
