//! Clients: a few connections that are kept, each with one request at a time.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use crate::Failure;
use crate::connection::Connection;

/// What is asked for.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    List,
    Login,
    Create,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::List, Kind::Login, Kind::Create];

    pub fn name(self) -> &'static str {
        match self {
            Kind::List => "article list",
            Kind::Login => "login",
            Kind::Create => "create",
        }
    }

    /// How many of a turn's requests each connection sends. A login is mostly its password's hash.
    fn count(self) -> usize {
        match self {
            Kind::List => 40,
            Kind::Login => 4,
            Kind::Create => 60,
        }
    }

    /// Writers of one SQLite file wait for each other by sleeping, and the more there are, the more figures are of that.
    fn connections(self) -> usize {
        match self {
            Kind::List | Kind::Login => 8,
            Kind::Create => 2,
        }
    }

    fn request(self, title: &str) -> (&'static str, &'static str, String) {
        match self {
            Kind::List => ("GET", "/api/articles?limit=20", String::new()),
            Kind::Login => ("POST", "/api/users/login", super::seed::login()),
            Kind::Create => ("POST", "/api/articles", super::seed::article(title)),
        }
    }
}

/// What one side did in its turn.
pub struct Turn {
    pub took: Vec<Duration>,
    all: Duration,
}

impl Turn {
    pub fn per_second(&self) -> f64 {
        self.took.len() as f64 / self.all.as_secs_f64()
    }
}

/// Clients of one side.
pub struct Client {
    address: SocketAddr,
    token: String,
}

impl Client {
    pub fn new(address: SocketAddr, token: &str) -> Self {
        let token = token.to_string();
        Self { address, token }
    }

    /// All connections at once, until each has sent its requests.
    pub async fn turn(&self, kind: Kind, turn: usize) -> Result<Turn, Failure> {
        let mut connections = Vec::new();
        for _ in 0..kind.connections() {
            let mut connection = Connection::open(self.address).await?;
            // What is new to a connection is not measured.
            connection.send("GET", "/api/tags", "", "").await?;
            connections.push(connection);
        }
        let start = Instant::now();
        let clients = connections.into_iter().enumerate();
        let clients: JoinSet<_> = clients
            .map(|(client, mut connection)| {
                let token = self.token.clone();
                async move {
                    let mut took = Vec::with_capacity(kind.count());
                    for number in 0..kind.count() {
                        let title = format!("{} {turn} {client} {number}", kind.name());
                        let (method, path, body) = kind.request(&title);
                        let start = Instant::now();
                        let status = connection.send(method, path, &token, &body).await?;
                        took.push(start.elapsed());
                        if !(200..300).contains(&status) {
                            return Err(Failure::from(format!("{}: {status}", kind.name())));
                        }
                    }
                    Ok(took)
                }
            })
            .collect();
        let mut took = Vec::new();
        for client in clients.join_all().await {
            took.extend(client?);
        }
        let all = start.elapsed();
        Ok(Turn { took, all })
    }
}
