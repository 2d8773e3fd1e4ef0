//! `/articles/{slug}/comments`.

use std::{collections::BTreeSet, slice};

use serde_json::{Value, json};

use crate::{
    client::Client,
    moment::Moment,
    process::Server,
    shape::{list, number, text},
};

on_both!(
    a_new_comment_is_what_was_sent,
    comments_are_those_of_the_article_in_the_order_of_their_ids,
    a_deleted_comment_is_gone,
    a_body_that_is_missing_empty_or_of_another_type_is_refused,
    comments_of_an_unknown_article_are_not_found,
    an_unknown_comment_is_not_found,
    a_comment_is_not_found_at_another_article,
    an_id_that_is_none_is_refused,
);

async fn comments(client: &Client, path: &str) -> Vec<Value> {
    let listed = client.get(&format!("{path}/comments")).await.expect(200);
    list(&listed["comments"]).to_vec()
}

async fn a_new_comment_is_what_was_sent(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    let path = ada.publish_at("Title").await;
    assert_eq!(comments(&ada, &path).await, [Value::Null; 0]);
    let before = Moment::now();
    let comment = grace.comment(&path, "It was a\n\"pleasure\" 🦀").await;
    assert!(before <= Moment::of(&comment["createdAt"]), "{comment}");
    assert_eq!(comment["body"], "It was a\n\"pleasure\" 🦀");
    assert_eq!(comment["author"]["username"], "grace");
    assert_eq!(comment["author"]["following"], false);
    for client in [&server.guest(), &ada, &grace] {
        assert_eq!(comments(client, &path).await, slice::from_ref(&comment));
    }
}

/// The newest first or the oldest first: the specification does not say.
async fn comments_are_those_of_the_article_in_the_order_of_their_ids(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    let paths = [
        ada.publish_at("First").await,
        ada.publish_at("Second").await,
    ];
    let mut ids = BTreeSet::new();
    for round in 0..4 {
        for path in &paths {
            for client in [&ada, &grace] {
                let body = format!("{round} by {} on {path}", client.name);
                let comment = client.comment(path, &body).await;
                assert!(ids.insert(number(&comment["id"])), "twice: {comment}");
            }
        }
    }
    for path in &paths {
        let listed = comments(&server.guest(), path).await;
        assert_eq!(listed.len(), 8);
        for comment in &listed {
            assert!(text(&comment["body"]).ends_with(path.as_str()), "{comment}");
        }
        let ids: Vec<u64> = listed.iter().map(|one| number(&one["id"])).collect();
        assert!(ids.is_sorted() || ids.iter().rev().is_sorted(), "{ids:?}");
    }
}

async fn a_deleted_comment_is_gone(server: &Server) {
    let ada = server.register("ada").await;
    let path = ada.publish_at("Title").await;
    let (first, second) = (ada.comment(&path, "1").await, ada.comment(&path, "2").await);
    let at = format!("{path}/comments/{}", first["id"]);
    assert_eq!(ada.delete(&at).await.expect(204), Value::Null);
    assert_eq!(comments(&ada, &path).await, slice::from_ref(&second));
    ada.delete(&at).await.expect(404);
    assert_eq!(comments(&ada, &path).await, [second]);
}

async fn a_body_that_is_missing_empty_or_of_another_type_is_refused(server: &Server) {
    let ada = server.register("ada").await;
    let path = ada.publish_at("Title").await;
    let at = format!("{path}/comments");
    for wrong in [
        json!(""),
        json!(null),
        json!(7),
        json!(true),
        json!(["a"]),
        json!({"a": "b"}),
    ] {
        let body = json!({"comment": {"body": wrong}});
        ada.post(&at, body).await.expect(422);
    }
    for body in [
        json!({}),
        json!(null),
        json!([]),
        json!({"comment": {}}),
        json!({"comment": "nice"}),
    ] {
        ada.post(&at, body).await.expect(422);
    }
    assert_eq!(comments(&ada, &path).await, [Value::Null; 0]);
}

async fn comments_of_an_unknown_article_are_not_found(server: &Server) {
    let ada = server.register("ada").await;
    let comment = json!({"comment": {"body": "nice"}});
    ada.post("/articles/none/comments", comment)
        .await
        .expect(404);
    ada.get("/articles/none/comments").await.expect(404);
    ada.delete("/articles/none/comments/1").await.expect(404);
    server
        .guest()
        .get("/articles/none/comments")
        .await
        .expect(404);
}

async fn an_unknown_comment_is_not_found(server: &Server) {
    let ada = server.register("ada").await;
    let path = ada.publish_at("Title").await;
    let comment = ada.comment(&path, "mine").await;
    let next = number(&comment["id"]) + 1;
    for id in [next, 1_000_000_007, 4_294_967_296] {
        ada.delete(&format!("{path}/comments/{id}"))
            .await
            .expect(404);
    }
    assert_eq!(comments(&ada, &path).await, [comment]);
}

async fn a_comment_is_not_found_at_another_article(server: &Server) {
    let ada = server.register("ada").await;
    let (path, other) = (ada.publish_at("Title").await, ada.publish_at("Other").await);
    let comment = ada.comment(&path, "mine").await;
    let at = format!("{other}/comments/{}", comment["id"]);
    ada.delete(&at).await.expect(404);
    assert_eq!(comments(&ada, &path).await, [comment]);
}

async fn an_id_that_is_none_is_refused(server: &Server) {
    let ada = server.register("ada").await;
    let path = ada.publish_at("Title").await;
    let comment = ada.comment(&path, "mine").await;
    for id in [
        "one",
        "-1",
        "1.5",
        "1%20OR%201=1",
        "9223372036854775808",
        "%00",
        "%FF",
    ] {
        let answer = ada.delete(&format!("{path}/comments/{id}")).await;
        answer.expect_one_of(&[400, 404, 422]);
    }
    assert_eq!(comments(&ada, &path).await, [comment]);
}
