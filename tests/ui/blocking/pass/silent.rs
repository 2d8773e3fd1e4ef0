use di_axum::{handler, injectable, task};
use std::time::Duration;
use tokio::time;

/// As `use tokio::fs` would bring it.
mod fs {
    pub async fn read(path: &str) -> Vec<u8> {
        path.into()
    }
}

/// Not awaited at once, and async all the same.
#[handler]
pub async fn read() -> String {
    let (first, second) = (fs::read("one"), fs::read("two"));
    time::sleep(Duration::ZERO).await;
    let third = fs::read("three").await;
    assert_eq!(third.len(), 5);
    let (first, second) = (first.await, second.await);
    format!("{first:?} {second:?}")
}

/// On a thread that may be blocked.
#[handler]
pub async fn elsewhere() -> String {
    let text = tokio::task::spawn_blocking(|| std::fs::read_to_string("one").unwrap_or_default());
    std::thread::spawn(|| std::thread::sleep(Duration::from_millis(1)));
    text.await.unwrap_or_default()
}

#[handler(blocking)]
pub fn blocking() -> String {
    std::fs::read_to_string("one").unwrap_or_default()
}

/// Before there are requests.
#[injectable(singleton)]
fn settings() -> Settings {
    Settings(std::fs::read_to_string("settings").unwrap_or_default())
}
pub struct Settings(pub String);

#[injectable(request, blocking)]
fn slow() -> Slow {
    Slow(std::fs::read_to_string("slow").unwrap_or_default())
}
pub struct Slow(pub String);

pub struct Job;

/// Meant, and said so: also in the words that clippy's list needs.
#[task]
#[allow(clippy::disallowed_methods)]
pub async fn work(_job: Job) {
    std::thread::sleep(Duration::from_micros(1));
}

#[handler]
#[allow(deprecated)]
pub async fn short() {
    std::thread::sleep(Duration::from_micros(1));
}

fn main() {}
