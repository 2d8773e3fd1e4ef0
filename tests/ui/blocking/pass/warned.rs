//! warning: DI029 at 16
//! warning: DI029 at 23
//! warning: DI029 at 31
//! warning: DI029 at 38
//! warning: DI029 at 46
//! says: [DI029] `fs::read_to_string` blocks its thread
//! says: help: use the fn of the same name in `tokio::fs`
//! says: [DI029] `std::net::TcpStream::connect` blocks its thread
//! says: [DI029] `block_on` blocks its thread
//! says: [DI029] `thread::sleep` blocks its thread
use di_axum::{handler, injectable, task};
use std::{fs, io, thread, time::Duration};

#[handler]
pub async fn show() -> String {
    fs::read_to_string("page.html").unwrap_or_default()
}

pub struct Job;

#[task]
pub async fn work(_job: Job) -> Result<(), io::Error> {
    std::net::TcpStream::connect("127.0.0.1:1")?;
    Ok(())
}

pub struct Settings(pub String);

#[injectable(singleton)]
async fn settings() -> Settings {
    let text = tokio::runtime::Handle::current().block_on(async { String::new() });
    Settings(text)
}

/// A request is waited for by its worker, however it is built.
#[injectable(request)]
fn length() -> Length {
    thread::sleep(Duration::from_millis(1));
    Length(0)
}
pub struct Length(pub usize);

#[handler]
pub async fn list() -> String {
    let all: Vec<usize> = [1, 2].iter().map(|n| {
        thread::sleep(Duration::from_millis(1));
        *n
    }).collect();
    format!("{all:?}")
}

fn main() {}
