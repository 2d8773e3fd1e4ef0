//! The end of the program, and a start on a database that is used already.

use std::{collections::BTreeSet, sync::Arc};

use reqwest::Method;
use serde_json::json;
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    client::{Client, account, article, path_of},
    process::Server,
    shape::{list, text},
};

on_both!(
    what_was_answered_before_the_end_is_there_after_it,
    a_database_that_is_used_already_is_used,
);

/// How many answers there are before the signal, which comes in the middle of more.
const BEFORE: u32 = 100;

const CLIENTS: usize = 8;

/// One of two programs on a database ends; the other one has what the first one answered.
async fn what_was_answered_before_the_end_is_there_after_it(server: &Server) {
    let ending = Server::start(&server.database, &[]).await;
    let ada = ending.register("ada").await;
    let answers = Arc::new(Semaphore::new(0));
    let writers = (0..CLIENTS).map(|_| write(ada.clone(), answers.clone()));
    let writers: JoinSet<_> = writers.collect();
    let enough = answers.acquire_many(BEFORE).await;
    drop(enough.expect("open"));
    ending.terminate().await;
    ending.ended().await;
    let answered: Vec<Written> = writers.join_all().await.into_iter().flatten().collect();
    assert!(answered.len() >= BEFORE as usize / 2, "there was load");
    assert_written(server, &answered).await;
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

async fn assert_written(server: &Server, answered: &[Written]) {
    let guest = server.guest();
    for Written { path, comment } in answered {
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
    let most = answered.len() + CLIENTS;
    assert!(
        (answered.len()..=most).contains(&count),
        "{count} of {}",
        answered.len()
    );
}

/// Everything is there after a restart, and a token is good still.
async fn a_database_that_is_used_already_is_used(server: &Server) {
    let ada = server.register("ada").await;
    let published = ada.publish_with("Title", &["red"]).await;
    ada.favorite(&path_of(&published)).await.expect(200);
    let comment = ada.comment(&path_of(&published), "mine").await;

    let server = Server::start(&server.database, &[]).await;
    let ada = server.guest().with_token(ada.token());
    let login = account("ada");
    ada.post("/users/login", login).await.expect(200);
    let path = path_of(&published);
    let article = ada.get(&path).await.expect(200);
    assert_eq!(article["article"]["title"], "Title");
    assert_eq!(article["article"]["favorited"], true);
    assert_eq!(article["article"]["createdAt"], published["createdAt"]);
    let comments = ada.get(&format!("{path}/comments")).await.expect(200);
    assert_eq!(comments["comments"], json!([comment]));
    // Ids go on where they were.
    let next = ada.comment(&path, "more").await;
    assert_ne!(next["id"], comment["id"]);
    server.finish().await;
}
