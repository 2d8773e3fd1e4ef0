//! error: plain at 8
//! says: a dependency cannot be borrowed mutably
use di_axum::{Shutdown, container, handler, injectable, service};

#[injectable(singleton)]
pub struct Settings;
#[service]
pub async fn poll(_settings: &mut Settings, _shutdown: &Shutdown) {}
#[handler]
pub async fn show() {}

#[container(Settings, handlers(show), services(poll))]
#[deny(unused)]
pub struct App;

fn main() {}
