//! `GET /tags`, and the tags of an article.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    client::{article, path_of},
    process::Server,
    shape::{list, text},
};

on_both!(
    there_are_no_tags_at_first,
    the_tags_are_those_of_all_articles_each_once,
    an_article_has_its_tags_in_the_same_order_everywhere,
    a_tag_given_twice_is_there_once,
    a_tag_keeps_its_letters,
    a_change_of_the_text_keeps_the_tags,
);

async fn there_are_no_tags_at_first(server: &Server) {
    assert_eq!(
        server.guest().get("/tags").await.expect(200),
        json!({"tags": []})
    );
}

async fn the_tags_are_those_of_all_articles_each_once(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    ada.publish_with("A1", &["red", "blue"]).await;
    ada.publish_with("A2", &["blue", "green"]).await;
    grace.publish_with("G1", &["red"]).await;
    grace.publish("G2").await;
    for client in [&server.guest(), &ada] {
        let answer = client.get("/tags").await.expect(200);
        let mut tags: Vec<&str> = list(&answer["tags"]).iter().map(text).collect();
        tags.sort_unstable();
        assert_eq!(tags, ["blue", "green", "red"]);
    }
}

/// The order in which they were given, or that of the alphabet: the specification does not say.
async fn an_article_has_its_tags_in_the_same_order_everywhere(server: &Server) {
    let ada = server.register("ada").await;
    let given = ["zebra", "ape", "mole", "bear", "newt"];
    let published = ada.publish_with("Title", &given).await;
    let tags = &published["tagList"];
    let mut sorted = given;
    sorted.sort_unstable();
    assert!(*tags == json!(given) || *tags == json!(sorted), "{tags}");
    let path = path_of(&published);
    assert_eq!(
        ada.get(&path).await.expect(200)["article"]["tagList"],
        *tags
    );
    assert_eq!(
        ada.favorite(&path).await.expect(200)["article"]["tagList"],
        *tags
    );
    for list in ["/articles", "/articles?tag=mole"] {
        let listed = ada.get(list).await.expect(200);
        assert_eq!(listed["articles"][0]["tagList"], *tags, "{list}");
    }
}

async fn a_tag_given_twice_is_there_once(server: &Server) {
    let ada = server.register("ada").await;
    let published = ada
        .publish_with("Title", &["red", "blue", "red", "red"])
        .await;
    assert_eq!(
        names(&published["tagList"]),
        BTreeSet::from(["red", "blue"])
    );
    assert_eq!(list(&published["tagList"]).len(), 2, "{published}");
    assert_eq!(ada.titles("/articles?tag=red").await.1, 1);
    let tags = ada.get("/tags").await.expect(200);
    assert_eq!(list(&tags["tags"]).len(), 2, "{tags}");
}

async fn a_tag_keeps_its_letters(server: &Server) {
    let ada = server.register("ada").await;
    for tag in [
        "c++",
        "Привет",
        "two words",
        "a,b",
        "a;b",
        "100%",
        "#rust",
        "'",
        "🦀",
        "a\"b",
        "[\"x\"]",
    ] {
        let mut body = article("Title");
        body["article"]["tagList"] = json!([tag]);
        let published = ada.post("/articles", body).await.expect(201);
        assert_eq!(published["article"]["tagList"], json!([tag]));
        let path = format!("/articles?tag={}", crate::client::segment(tag));
        let listed = ada.get(&path).await.expect(200);
        assert_eq!(listed["articlesCount"], 1, "{tag}");
        assert_eq!(listed["articles"][0]["tagList"], json!([tag]));
        let tags = ada.get("/tags").await.expect(200);
        assert!(names(&tags["tags"]).contains(tag), "{tags}");
    }
}

async fn a_change_of_the_text_keeps_the_tags(server: &Server) {
    let ada = server.register("ada").await;
    let published = ada.publish_with("Title", &["red", "blue"]).await;
    let change = json!({"article": {"title": "New", "body": "new", "description": "new"}});
    let changed = ada.put(&path_of(&published), change).await.expect(200);
    assert_eq!(changed["article"]["tagList"], published["tagList"]);
}

fn names(tags: &Value) -> BTreeSet<&str> {
    list(tags).iter().map(text).collect()
}
