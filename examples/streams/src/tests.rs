//! Through real sockets, as clients see it: each way to listen, and each way to end.

use std::{net::SocketAddr, time::Duration};

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::{sync::oneshot, task::JoinHandle, time::timeout};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::*;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A server, and what stops it.
struct Running {
    app: App,
    address: SocketAddr,
    signal: oneshot::Sender<()>,
    server: JoinHandle<Result<(), String>>,
}

async fn run() -> Running {
    let app = App::build().await.expect("nothing fails");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let (signal, stopped) = oneshot::channel::<()>();
    let served = serve(app.clone(), listener, async { drop(stopped.await) });
    let server = tokio::spawn(async { served.await.map_err(|error| error.to_string()) });
    Running {
        app,
        address,
        signal,
        server,
    }
}

impl Running {
    /// Listens by HTTP.
    async fn get(&self, path: &str) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(self.address).await.expect("it listens");
        let request = format!("GET {path} HTTP/1.1\r\nhost: auction\r\n\r\n");
        let written = stream.write_all(request.as_bytes()).await;
        written.expect("it is connected");
        BufReader::new(stream)
    }

    async fn connect(&self) -> Socket {
        let url = format!("ws://{}/socket", self.address);
        let (socket, _) = within(connect_async(url)).await.expect("it listens");
        socket
    }

    /// Waits until as many listen.
    async fn seats(&self, count: usize) {
        let mut seats = self.app.get::<Auction>().seats.subscribe();
        let seated = within(seats.wait_for(|seats| *seats == count)).await;
        seated.expect("the auction goes on");
    }

    fn call(&self, text: &str) {
        self.app.get::<Auction>().call(text);
    }

    async fn stop(self) {
        self.signal.send(()).expect("it still runs");
        let ended = within(self.server).await.expect("nothing panics");
        ended.expect("nothing fails");
    }
}

async fn within<F: Future>(future: F) -> F::Output {
    let result = timeout(Duration::from_secs(20), future).await;
    result.expect("something waits for ever")
}

/// Reads until this comes.
async fn hear(stream: &mut BufReader<TcpStream>, text: &str) {
    let mut line = String::new();
    while !line.contains(text) {
        line.clear();
        let read = within(stream.read_line(&mut line)).await;
        assert_ne!(read.expect("it is connected"), 0, "ends before {text:?}");
    }
}

/// Reads to the last chunk of a body, behind which the connection may be kept.
async fn hear_the_end(stream: &mut BufReader<TcpStream>) {
    hear(stream, "0\r\n").await;
}

async fn text(socket: &mut Socket) -> Option<String> {
    let message = within(socket.next()).await?.expect("it is connected");
    message.is_text().then(|| message.to_string())
}

#[tokio::test]
async fn each_ends_with_the_last_call() {
    let running = run().await;
    let mut lines = running.get("/lines").await;
    let mut events = running.get("/events").await;
    let mut socket = running.connect().await;
    running.seats(3).await;
    socket.send("30".into()).await.expect("it is connected");
    assert_eq!(text(&mut socket).await.as_deref(), Some("30"));
    hear(&mut lines, "30\n").await;
    hear(&mut events, "data: 30\n").await;
    running.call("sold");
    assert_eq!(text(&mut socket).await, None);
    hear_the_end(&mut lines).await;
    hear_the_end(&mut events).await;
    running.seats(0).await;
}

#[tokio::test]
async fn each_ends_when_its_client_goes_away() {
    let running = run().await;
    for path in ["/lines", "/events"] {
        let stream = running.get(path).await;
        running.seats(1).await;
        drop(stream);
        running.seats(0).await;
    }
    let socket = running.connect().await;
    running.seats(1).await;
    drop(socket);
    running.seats(0).await;
    let mut socket = running.connect().await;
    running.seats(1).await;
    within(socket.close(None)).await.expect("it is connected");
    running.seats(0).await;
}

#[tokio::test]
async fn each_ends_when_the_server_stops() {
    let running = run().await;
    let mut lines = running.get("/lines").await;
    let mut events = running.get("/events").await;
    let mut socket = running.connect().await;
    running.seats(3).await;
    let seats = running.app.get::<Auction>().seats.subscribe();
    running.stop().await;
    assert_eq!(*seats.borrow(), 0);
    assert_eq!(text(&mut socket).await, None);
    for stream in [&mut lines, &mut events] {
        let mut rest = String::new();
        let read = within(stream.read_to_string(&mut rest)).await;
        read.expect("it was connected");
        assert!(rest.ends_with("\r\n0\r\n\r\n"), "{rest}");
    }
}
