//! The end of the program.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::json;
use tokio::{
    net::TcpStream,
    sync::Semaphore,
    task::{JoinSet, yield_now},
};

use crate::{
    client::{Client, article, path_of},
    half::HalfSent,
    process::Server,
    shape::{list, text},
};

on_both!(
    what_was_answered_before_the_end_is_there_after_it,
    what_was_answered_before_a_crash_is_there_after_it,
    a_request_that_has_begun_is_answered,
    an_idle_connection_does_not_hold_up_the_end,
);

/// How many answers there are before the signal, which comes in the middle of more.
const BEFORE: u32 = 100;

const CLIENTS: usize = 8;

async fn what_was_answered_before_the_end_is_there_after_it(server: &Server) {
    let ending = Server::start(&server.database, &[]).await;
    let load = Load::on(&ending).await;
    ending.terminate("TERM").await;
    ending.ended().await;
    load.assert_written(server).await;
}

/// What is answered is committed.
async fn what_was_answered_before_a_crash_is_there_after_it(server: &Server) {
    let ending = Server::start(&server.database, &[]).await;
    let load = Load::on(&ending).await;
    ending.kill().await;
    load.assert_written(server).await;
}

/// Clients that write as long as there are answers.
struct Load(JoinSet<Vec<Written>>);

impl Load {
    /// One of two programs on a database, the one that ends. In the middle of what it is asked.
    async fn on(ending: &Server) -> Self {
        let ada = ending.register("ada").await;
        let answers = Arc::new(Semaphore::new(0));
        let writers = (0..CLIENTS).map(|_| write(ada.clone(), answers.clone()));
        let load = Self(writers.collect());
        let enough = answers.acquire_many(BEFORE).await;
        drop(enough.expect("open"));
        load
    }

    /// The other program has what was answered.
    async fn assert_written(self, server: &Server) {
        let written = self.0.join_all().await.into_iter().flatten();
        let written: Vec<Written> = written.collect();
        assert!(written.len() >= BEFORE as usize / 2, "there was load");
        assert_written(server, &written).await;
    }
}

/// An article, and a comment on it if that was answered, too.
struct Written {
    path: String,
    comment: Option<String>,
}

/// Publishes and comments until there is no answer any more; what was answered.
async fn write(client: Client, answers: Arc<Semaphore>) -> Vec<Written> {
    let mut written = Vec::new();
    for number in 0.. {
        let request = client
            .request(Method::POST, "/articles")
            .json(&article("Title"));
        let Ok(answer) = client.try_send(request).await else {
            break;
        };
        let path = path_of(&answer.expect(201)["article"]);
        answers.add_permits(1);
        let body = format!("{number} on {path}");
        let comment = json!({"comment": {"body": body}});
        let request = client.request(Method::POST, &format!("{path}/comments"));
        let answer = client.try_send(request.json(&comment)).await;
        let (is_over, comment) = match answer {
            Ok(answer) => (false, Some(answer.expect(200)).map(|_| body)),
            Err(_) => (true, None),
        };
        written.push(Written { path, comment });
        if is_over {
            break;
        }
        answers.add_permits(1);
    }
    written
}

async fn assert_written(server: &Server, written: &[Written]) {
    let guest = server.guest();
    for Written { path, comment } in written {
        guest.get(path).await.expect(200);
        let comments = guest.get(&format!("{path}/comments")).await.expect(200);
        let comments = list(&comments["comments"]).iter();
        let bodies: BTreeSet<&str> = comments.map(|one| text(&one["body"])).collect();
        assert!(
            comment.as_deref().is_none_or(|body| bodies.contains(body)),
            "lost: {comment:?}"
        );
    }
    // At most one article more for each client, whose answer did not arrive.
    let count = guest.titles("/articles").await.1 as usize;
    let most = written.len() + CLIENTS;
    assert!(
        (written.len()..=most).contains(&count),
        "{count} of {}",
        written.len()
    );
}

/// The request is half there when the signal comes, and is finished.
async fn a_request_that_has_begun_is_answered(server: &Server) {
    let ending = Server::start(&server.database, &[]).await;
    let ada = ending.register("ada").await;
    let body = article("The last one");
    let half = HalfSent::post(&ending, &ada, "/articles", &body).await;
    ending.terminate("TERM").await;
    while TcpStream::connect(&ending.address).await.is_ok() {
        yield_now().await;
    }
    let answer = half.finish().await;
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    ending.ended().await;
    assert_eq!(server.guest().titles("/articles").await.0, ["The last one"]);
}

/// Not even for a moment: nothing is asked on it.
async fn an_idle_connection_does_not_hold_up_the_end(server: &Server) {
    let ending = Server::start(&server.database, &[]).await;
    let ada = ending.register("ada").await;
    let silent = TcpStream::connect(&ending.address)
        .await
        .expect("a connection");
    ada.get("/user").await.expect(200);
    let begin = Instant::now();
    ending.terminate("INT").await;
    ending.ended().await;
    assert!(
        begin.elapsed() < Duration::from_secs(10),
        "{:?}",
        begin.elapsed()
    );
    drop((ada, silent));
}
