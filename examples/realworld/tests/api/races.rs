//! The same thing at once: one of them is first.

use std::collections::BTreeSet;

use serde_json::json;
use tokio::task::JoinSet;

use crate::{
    client::{Answer, account, article, email_of, path_of},
    process::Server,
    shape::text,
};

on_both!(
    one_of_many_registrations_of_a_name_is_taken,
    one_of_many_registrations_of_an_address_is_taken,
    one_of_many_changes_to_a_name_is_taken,
    articles_of_one_title_at_once_have_different_slugs,
    a_favourite_at_once_is_counted_once,
    following_at_once_is_following_once,
    one_of_many_deletions_is_the_one,
    changes_to_one_title_at_once_have_different_slugs,
    what_is_written_on_an_article_that_goes_is_written_or_finds_none,
    a_tag_that_is_new_to_many_at_once_is_there_once,
);

const AT_ONCE: usize = 10;

/// Asks so often at once.
async fn at_once<F: Future<Output = Answer> + Send + 'static>(
    ask: impl FnMut(usize) -> F,
) -> Vec<Answer> {
    (0..AT_ONCE)
        .map(ask)
        .collect::<JoinSet<_>>()
        .join_all()
        .await
}

/// One answer has the first status, all others have the second.
#[track_caller]
fn assert_one(answers: Vec<Answer>, first: u16, others: u16) {
    let count = answers
        .iter()
        .filter(|answer| answer.status == first)
        .count();
    answers
        .into_iter()
        .for_each(|answer| drop(answer.expect_one_of(&[first, others])));
    assert_eq!(count, 1, "of {first}");
}

async fn one_of_many_registrations_of_a_name_is_taken(server: &Server) {
    let guest = server.guest();
    let answers = at_once(|number| {
        let (guest, mut body) = (guest.clone(), account("ada"));
        body["user"]["email"] = json!(format!("ada{number}@conduit.test"));
        async move { guest.post("/users", body).await }
    });
    assert_one(answers.await, 201, 422);
    guest.get("/profiles/ada").await.expect(200);
}

async fn one_of_many_registrations_of_an_address_is_taken(server: &Server) {
    let guest = server.guest();
    let answers = at_once(|number| {
        let (guest, mut body) = (guest.clone(), account(&format!("ada{number}")));
        body["user"]["email"] = json!(email_of("ada"));
        async move { guest.post("/users", body).await }
    });
    assert_one(answers.await, 201, 422);
    let mut profiles = 0;
    for number in 0..AT_ONCE {
        let answer = guest.get(&format!("/profiles/ada{number}")).await;
        profiles += usize::from(answer.expect_one_of(&[200, 404])["profile"].is_object());
    }
    assert_eq!(profiles, 1);
}

async fn one_of_many_changes_to_a_name_is_taken(server: &Server) {
    let mut users = Vec::new();
    for number in 0..AT_ONCE {
        users.push(server.register(&format!("user{number}")).await);
    }
    let answers = at_once(|number| {
        let user = users[number].clone();
        async move {
            user.put("/user", json!({"user": {"username": "ada"}}))
                .await
        }
    });
    assert_one(answers.await, 200, 422);
}

async fn articles_of_one_title_at_once_have_different_slugs(server: &Server) {
    let ada = server.register("ada").await;
    let answers = at_once(|_| {
        let ada = ada.clone();
        async move { ada.post("/articles", article("Title")).await }
    });
    let mut slugs = BTreeSet::new();
    for answer in answers.await {
        let published = answer.expect(201);
        slugs.insert(text(&published["article"]["slug"]).to_string());
    }
    assert_eq!(slugs.len(), AT_ONCE);
    assert_eq!(ada.titles("/articles").await.1, AT_ONCE as u64);
}

async fn a_favourite_at_once_is_counted_once(server: &Server) {
    let ada = server.register("ada").await;
    let path = ada.publish_at("Title").await;
    let answers = at_once(|_| {
        let (ada, path) = (ada.clone(), path.clone());
        async move { ada.favorite(&path).await }
    });
    for answer in answers.await {
        assert_eq!(answer.expect(200)["article"]["favoritesCount"], 1);
    }
    let article = ada.get(&path).await.expect(200);
    assert_eq!(article["article"]["favoritesCount"], 1);
}

async fn following_at_once_is_following_once(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    grace.publish("Title").await;
    let answers = at_once(|_| {
        let ada = ada.clone();
        async move { ada.follow("grace").await }
    });
    for answer in answers.await {
        assert_eq!(answer.expect(200)["profile"]["following"], true);
    }
    assert_eq!(ada.titles("/articles/feed").await.1, 1);
    ada.unfollow("grace").await.expect(200);
    assert_eq!(ada.titles("/articles/feed").await.1, 0);
}

async fn one_of_many_deletions_is_the_one(server: &Server) {
    let ada = server.register("ada").await;
    let path = ada.publish_at("Title").await;
    let comment = ada.comment(&path, "mine").await;
    for path in [format!("{path}/comments/{}", comment["id"]), path] {
        let answers = at_once(|_| {
            let (ada, path) = (ada.clone(), path.clone());
            async move { ada.delete(&path).await }
        });
        assert_one(answers.await, 204, 404);
    }
}

/// A change may be told to try again.
async fn changes_to_one_title_at_once_have_different_slugs(server: &Server) {
    let ada = server.register("ada").await;
    let mut paths = Vec::new();
    for number in 0..AT_ONCE {
        paths.push(ada.publish_at(&format!("Title {number}")).await);
    }
    let answers = at_once(|number| {
        let (ada, path) = (ada.clone(), paths[number].clone());
        let change = json!({"article": {"title": "Title"}});
        async move { ada.put(&path, change).await }
    });
    let mut slugs = BTreeSet::new();
    for answer in answers.await {
        let changed = answer.expect_one_of(&[200, 422]);
        if changed["article"].is_object() {
            let slug = text(&changed["article"]["slug"]).to_string();
            assert!(slugs.insert(slug), "twice: {changed}");
        }
    }
    assert!(!slugs.is_empty(), "one of them is first");
}

async fn what_is_written_on_an_article_that_goes_is_written_or_finds_none(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    for _ in 0..5 {
        let path = ada.publish_at("Title").await;
        let comments = format!("{path}/comments");
        let answers = at_once(|number| {
            let (ada, grace) = (ada.clone(), grace.clone());
            let (path, comments) = (path.clone(), comments.clone());
            let (body, change) = (json!({"comment": {"body": "hers"}}), article("Title"));
            async move {
                match number {
                    4 => ada.delete(&path).await,
                    3 => ada.put(&path, change).await,
                    _ if number % 2 == 0 => grace.favorite(&path).await,
                    _ => grace.post(&comments, body).await,
                }
            }
        });
        for answer in answers.await {
            answer.expect_one_of(&[200, 204, 404]);
        }
        ada.get(&path).await.expect(404);
    }
    assert_eq!(grace.titles("/articles?favorited=grace").await.1, 0);
}

async fn a_tag_that_is_new_to_many_at_once_is_there_once(server: &Server) {
    let ada = server.register("ada").await;
    let mut body = article("Title");
    body["article"]["tagList"] = json!(["red", "blue"]);
    let answers = at_once(|number| {
        let (ada, mut body) = (ada.clone(), body.clone());
        if number % 2 == 0 {
            // The other way round, where locks would wait for each other.
            body["article"]["tagList"] = json!(["blue", "red"]);
        }
        async move { ada.post("/articles", body).await }
    });
    for answer in answers.await {
        let path = path_of(&answer.expect(201)["article"]);
        ada.get(&path).await.expect(200);
    }
    let tags = ada.get("/tags").await.expect(200);
    assert_eq!(tags["tags"].as_array().map(Vec::len), Some(2), "{tags}");
    assert_eq!(ada.titles("/articles?tag=red").await.1, AT_ONCE as u64);
}
