//! A request whose body comes later.

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{client::Client, process::Server};

/// A request of which a part has arrived.
pub(crate) struct HalfSent {
    socket: TcpStream,
    rest: String,
}

impl HalfSent {
    /// Posts half of a body; returns when the handler waits for the other half.
    pub(crate) async fn post(server: &Server, user: &Client, path: &str, body: &Value) -> Self {
        let body = body.to_string();
        let (first, rest) = body.split_at(body.len() / 2);
        let head = format!(
            "POST /api{path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Token {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n{first}",
            user.token(),
            body.len(),
        );
        let socket = TcpStream::connect(&server.address).await;
        let mut socket = socket.expect("a connection");
        socket.write_all(head.as_bytes()).await.expect("it reads");
        // What the server says when somebody wants the body.
        let mut wanted = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
        socket.read_exact(&mut wanted).await.expect("an answer");
        assert_eq!(&wanted, b"HTTP/1.1 100 Continue\r\n\r\n");
        Self {
            socket,
            rest: rest.to_string(),
        }
    }

    /// Sends the other half; the whole answer.
    pub(crate) async fn finish(mut self) -> String {
        let rest = self.rest.as_bytes();
        self.socket.write_all(rest).await.expect("it reads");
        let mut answer = String::new();
        let read = self.socket.read_to_string(&mut answer).await;
        read.expect("an answer");
        answer
    }
}
