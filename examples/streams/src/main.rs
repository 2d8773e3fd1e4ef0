//! An auction that is heard in three ways: as lines of text, as server-sent events, and through a WebSocket. Run with
//! `cargo run -p streams`, then listen
//!
//! ```sh
//! curl -N http://127.0.0.1:3000/lines
//! curl -N http://127.0.0.1:3000/events
//! websocat ws://127.0.0.1:3000/socket
//! ```
//!
//! and bid, in another terminal or through the socket:
//!
//! ```sh
//! curl http://127.0.0.1:3000/calls -d 30
//! curl http://127.0.0.1:3000/calls -d sold
//! ```

use std::{env, error::Error};

use async_stream::try_stream;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::sse::{Event, Sse};
use axum::{Router, body::Body, extract::State, response::Response, routing::get, routing::post};
use di_axum::{BoxError, Outcome, container, handler, injectable, stop, stopping};
use futures_util::{Stream, TryStreamExt};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, broadcast, watch};

/// A singleton: what is called in the room, and how many listen.
#[injectable(singleton)]
struct Auction {
    #[inject(value = broadcast::Sender::new(16))]
    calls: broadcast::Sender<String>,
    #[inject(default)]
    seats: watch::Sender<usize>,
}

impl Auction {
    fn call(&self, text: &str) {
        let _ = self.calls.send(text.to_string()); // An error would say that nobody listens.
    }
}

/// Request-scoped. Whoever listens has one for as long as that takes, and its teardown gives it back.
struct Seat<'r> {
    auction: &'r Auction,
    heard: Mutex<broadcast::Receiver<String>>,
}

#[injectable(request, teardown = leave)]
impl<'r> Seat<'r> {
    fn new(auction: &'r Auction) -> Self {
        auction.seats.send_modify(|seats| *seats += 1);
        let heard = Mutex::new(auction.calls.subscribe());
        Self { auction, heard }
    }

    /// The next call; none when the hammer has fallen, or when this one was too slow to hear all of them.
    async fn next(&self) -> Option<String> {
        let call = self.heard.lock().await.recv().await.ok();
        call.filter(|call| call != "sold")
    }

    async fn leave(self, outcome: Outcome) {
        println!("a seat is free: {outcome:?}");
        self.auction.seats.send_modify(|seats| *seats -= 1);
    }
}

/// The calls, in a scope that the stream owns: until the hammer falls, or the app stops. When the client goes away the stream is
/// dropped at a `yield`, and the scope with it: the seat is then given back as `Cancelled`.
fn calls(app: App) -> impl Stream<Item = Result<String, BoxError>> {
    try_stream! {
        let scope = app.scope();
        let mut stopping = stopping(&app);
        let seat: &Seat<'_> = scope.get::<Seat<'_>>().await?;
        while let Some(call) = tokio::select! {
            call = seat.next() => call,
            () = &mut stopping => None,
        } {
            yield call;
        }
        scope.close(Outcome::Success).await?;
    }
}

#[handler]
async fn hear_lines(State(app): State<App>) -> Body {
    Body::from_stream(calls(app).map_ok(|call| call + "\n"))
}

#[handler]
async fn hear_events(State(app): State<App>) -> Sse<impl Stream<Item = Result<Event, BoxError>>> {
    Sse::new(calls(app).map_ok(|call| Event::default().data(call)))
}

#[handler]
async fn join(State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |socket| {
        if let Err(error) = take_part(app, socket).await {
            println!("a socket ends: {error}");
        }
    })
}

/// The same through a socket, which hears and bids. What ends with `?` ends as `Cancelled`.
async fn take_part(app: App, mut socket: WebSocket) -> Result<(), BoxError> {
    let scope = app.scope();
    let mut stopping = stopping(&app);
    let seat: &Seat<'_> = scope.get::<Seat<'_>>().await?;
    loop {
        tokio::select! {
            call = seat.next() => match call {
                Some(call) => socket.send(call.into()).await?,
                None => break,
            },
            bid = socket.recv() => match bid.transpose()? {
                Some(Message::Text(bid)) => seat.auction.call(&bid),
                Some(Message::Close(_)) | None => break,
                Some(_) => {}
            },
            () = &mut stopping => break,
        }
    }
    scope.close(Outcome::Success).await?;
    let _ = socket.send(Message::Close(None)).await; // It may be the client who left.
    Ok(())
}

#[handler]
async fn shout(auction: &Auction, text: String) {
    auction.call(&text);
}

// No handler takes a `Seat`, which `app.scope()` is asked for.
#[container(Auction, #[allow(unused)] Seat<'_>, handlers(hear_lines, hear_events, join, shout))]
struct App;

/// Serves until the signal comes. The streams hear of it, so that the server, which waits for them, can end.
async fn serve(
    app: App,
    listener: TcpListener,
    signal: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Box<dyn Error>> {
    let router = Router::new()
        .route("/lines", get(hear_lines))
        .route("/events", get(hear_events))
        .route("/socket", get(join))
        .route("/calls", post(shout))
        .with_state(app.clone());
    let told = app.clone();
    let signal = async move {
        signal.await;
        stop(&told);
    };
    let server = axum::serve(listener, router);
    server.with_graceful_shutdown(signal).await?;
    Ok(app.shutdown().await?) // Waits for sockets and teardowns, which the server does not know of.
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let signal = async { tokio::signal::ctrl_c().await.expect("signals") };
    serve(App::build().await?, listener, signal).await
}

#[cfg(test)]
mod tests;
