//! The program as a process of its own.

use std::{
    collections::BTreeSet,
    mem,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, BufReader},
    process::{Child, Command},
    sync::oneshot,
    task::JoinSet,
    time::timeout,
};

use crate::{LIMIT, client::Client};

/// Signs the tokens of every server here.
pub(crate) const JWT_SECRET: &str = "the secret of the tests, which no log may show";

/// What must not be in a log: passwords that were sent, tokens that came back.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Arc<Mutex<BTreeSet<String>>>);

impl Secrets {
    pub(crate) fn keep(&self, secret: &str) {
        // A shorter one could be part of any line.
        if secret.len() >= 8 {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.insert(secret.to_string());
        }
    }

    fn assert_not_in(&self, log: &str) {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for secret in all
            .iter()
            .map(String::as_str)
            .chain([JWT_SECRET, "$argon2"])
        {
            assert!(!log.contains(secret), "the log shows {secret:?}:\n{log}");
        }
    }
}

/// What the program wrote, on both of its outputs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Log {
    fn add(&self, line: &str) {
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        text.push_str(line);
        text.push('\n');
    }

    fn text(&self) -> String {
        let text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        text.clone()
    }
}

/// A running program.
pub(crate) struct Server {
    process: Child,
    /// The host and the port that it listens on.
    pub(crate) address: String,
    /// What it was started with as `DATABASE_URL`.
    pub(crate) database: String,
    log: Log,
    readers: JoinSet<()>,
    secrets: Secrets,
    http: reqwest::Client,
}

impl Server {
    /// Starts the program, with more variables than it needs; returns when it listens.
    pub(crate) async fn start(database: &str, variables: &[(&str, &str)]) -> Self {
        let mut process = program(database, variables);
        let (log, mut readers) = (Log::default(), JoinSet::new());
        let (tell, listening) = oneshot::channel();
        let stdout = process.stdout.take().expect("a pipe");
        let stderr = process.stderr.take().expect("a pipe");
        readers.spawn(read(stdout, log.clone(), Some(tell)));
        readers.spawn(read(stderr, log.clone(), None));
        let address = timeout(LIMIT, listening).await.expect("in time");
        let address = address.unwrap_or_else(|_| panic!("it ended:\n{}", log.text()));
        let http = reqwest::Client::builder().timeout(Duration::from_secs(60));
        Self {
            process,
            address,
            database: database.to_string(),
            log,
            readers,
            secrets: Secrets::default(),
            http: http.no_proxy().build().expect("a client"),
        }
    }

    /// A client without a token.
    pub(crate) fn guest(&self) -> Client {
        let base = format!("http://{}/api", self.address);
        Client::new(self.http.clone(), base, self.secrets.clone())
    }

    /// A client with the token of a new user.
    pub(crate) async fn register(&self, name: &str) -> Client {
        self.guest().register(name).await
    }

    /// Tells the program to end, by a signal.
    pub(crate) async fn terminate(&self, signal: &str) {
        let id = self.process.id().expect("it runs").to_string();
        let told = Command::new("kill")
            .args(["-s", signal, &id])
            .status()
            .await;
        assert!(told.expect("kill").success());
    }

    /// Ends the program without a word to it.
    pub(crate) async fn kill(mut self) {
        let killed = timeout(LIMIT, self.process.kill()).await;
        killed.expect("in time").expect("it ran");
    }

    /// Waits for the end, which is a good one; what the program wrote, in which no secret is.
    pub(crate) async fn ended(mut self) -> String {
        let status = timeout(LIMIT, self.process.wait()).await.expect("in time");
        let mut readers = mem::take(&mut self.readers);
        while let Some(read) = timeout(LIMIT, readers.join_next()).await.expect("in time") {
            read.expect("no panic");
        }
        let log = self.log.text();
        assert_eq!(status.expect("a status").code(), Some(0), "{log}");
        assert!(!log.contains("panicked"), "{log}");
        self.secrets.assert_not_in(&log);
        log
    }

    /// Ends the program; what it wrote, in which no secret is.
    pub(crate) async fn finish(mut self) -> String {
        self.terminate("TERM").await;
        // Idle connections of a client are no reason to wait.
        self.http = reqwest::Client::new();
        self.ended().await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("the program wrote:\n{}", self.log.text());
        }
    }
}

/// Starts the program on a port that is free.
pub(crate) fn program(database: &str, variables: &[(&str, &str)]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_realworld"));
    command
        .envs([
            ("PORT", "0"),
            ("DATABASE_URL", database),
            ("JWT_SECRET", JWT_SECRET),
        ])
        .envs(variables.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.kill_on_drop(true).spawn().expect("the program")
}

/// Keeps what is written, and tells the address that is said to be listened on.
async fn read(pipe: impl AsyncRead + Unpin, log: Log, mut tell: Option<oneshot::Sender<String>>) {
    let mut lines = BufReader::new(pipe).lines();
    while let Some(line) = lines.next_line().await.expect("lines of text") {
        log.add(&line);
        if let Some(address) = line.strip_prefix("listening on http://")
            && let Some(tell) = tell.take()
        {
            tell.send(address.trim_end_matches('/').to_string())
                .expect("the test waits");
        }
    }
}
