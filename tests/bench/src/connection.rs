//! A client's connection, as cheap as it can be: what is measured is the server.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::Failure;

/// One connection of HTTP/1.1.
pub struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let read = Vec::with_capacity(1 << 16);
        Ok(Self { stream, read })
    }

    /// The status of the answer, all of which is read.
    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        token: &str,
        body: &str,
    ) -> Result<u16, Failure> {
        let authorization = match token {
            "" => String::new(),
            token => format!("authorization: Token {token}\r\n"),
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: bench\r\n{authorization}content-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.read.clear();
        loop {
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Err("the connection was closed".into());
            }
            if let Some((head, length)) = self.head()
                && self.read.len() == head + length
            {
                let status = std::str::from_utf8(&self.read[9..12])?;
                return Ok(status.parse()?);
            }
        }
    }

    /// Where the head ends, when all of it was read, and how long the body is.
    fn head(&self) -> Option<(usize, usize)> {
        let end = self.read.windows(4).position(|end| end == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&self.read[..end]).ok()?;
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            let is_length = name.eq_ignore_ascii_case("content-length");
            is_length.then(|| value.parse().ok())?
        });
        Some((end + 4, length.unwrap_or(0)))
    }
}
