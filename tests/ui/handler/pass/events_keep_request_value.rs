use std::convert::Infallible;
use axum::response::sse::{Event, Sse};
use di_axum::{handler, injectable};
use futures_util::{Stream, stream};

#[injectable(request)]
pub struct User { #[inject(default)] pub names: Vec<String> }

#[handler]
pub async fn show(user: &User) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(stream::iter(user.names.clone().into_iter().map(|name| Ok(Event::default().data(name)))))
}

fn main() {}
