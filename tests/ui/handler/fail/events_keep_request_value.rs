//! error: E0521 at 14
//! says: `user` escapes the associated function body here
//! says: argument requires that `'1` must outlive `'static`
use std::convert::Infallible;
use axum::response::sse::{Event, Sse};
use di_axum::{handler, injectable};
use futures_util::{Stream, stream};

#[injectable(request)]
pub struct User { #[inject(default)] pub names: Vec<String> }

#[handler]
pub async fn show(user: &User) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(stream::iter(user.names.iter().map(|name| Ok(Event::default().data(name)))))
}

fn main() {}
