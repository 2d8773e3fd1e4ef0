//! error: DI029 at 9
//! says: [DI029] `std::thread::sleep` blocks its thread, and with it every request that this thread would serve
//! says: help: use `tokio::time::sleep(..).await`, or move it to `tokio::task::spawn_blocking(..)`
use di_axum::handler;

#[handler]
#[deny(deprecated)]
pub async fn wait() {
    std::thread::sleep(std::time::Duration::from_secs(1));
}

fn main() {}
