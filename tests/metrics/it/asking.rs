//! A client of HTTP: a request, and its answer as text.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// Fails the test when something takes longer than anything here does, on a busy machine too.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    let limit = timeout(Duration::from_secs(60), future).await;
    limit.expect("nothing takes as long")
}

/// Sends a request. Dropped, the client has gone away.
pub(crate) async fn ask(address: SocketAddr, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("somebody listens");
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    let sent = stream.write_all(request.as_bytes()).await;
    sent.expect("it is read");
    stream
}

/// The head and the body of an answer.
pub(crate) async fn get(address: SocketAddr, path: &str) -> (String, String) {
    within(async {
        let mut stream = ask(address, path).await;
        let mut answer = String::new();
        let read = stream.read_to_string(&mut answer).await;
        read.expect("it is text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("it has a head");
        (head.to_string(), body.to_string())
    })
    .await
}
