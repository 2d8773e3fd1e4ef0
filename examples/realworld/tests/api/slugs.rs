//! What articles are called in paths.

use std::collections::BTreeSet;

use serde_json::json;

use crate::{
    client::{article, path_of},
    process::Server,
    shape::text,
};

on_both!(
    a_slug_is_made_of_the_title,
    the_same_title_twice_gives_two_slugs,
    any_title_gives_a_slug_that_leads_to_the_article,
    a_slug_follows_the_title,
    a_slug_stays_where_the_title_does,
    a_title_may_be_changed_to_that_of_another_article,
    a_title_of_any_size_is_kept_or_refused,
);

async fn a_slug_is_made_of_the_title(server: &Server) {
    let ada = server.register("ada").await;
    let published = ada.publish("How to Train  your Dragon?").await;
    let slug = text(&published["slug"]);
    assert!(slug.starts_with("how-to-train-your-dragon"), "{slug}");
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    assert!(slug.chars().all(is_plain), "{slug}");
}

async fn the_same_title_twice_gives_two_slugs(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    let mut slugs = BTreeSet::new();
    for client in [&ada, &ada, &grace, &ada] {
        for title in ["Title", "title", "Title!"] {
            let published = client.publish(title).await;
            let got = server.guest().get(&path_of(&published)).await.expect(200);
            assert_eq!(got["article"]["title"], title);
            assert_eq!(got["article"]["author"]["username"], client.name);
            assert!(
                slugs.insert(text(&published["slug"]).to_string()),
                "{published}"
            );
        }
    }
}

async fn any_title_gives_a_slug_that_leads_to_the_article(server: &Server) {
    let ada = server.register("ada").await;
    let titles = [
        "Привет, мир",
        "日本語の題名",
        "Crème brûlée",
        "🦀🦀",
        "!!!",
        "...",
        "..",
        "/",
        "a/b",
        "a?b#c",
        "%2F",
        "feed",
        "Feed",
        "x",
        " spaces ",
        "Title\nof two lines",
        "-",
        "مرحبا",
        "ﬁ İ ß",
    ];
    for title in titles {
        let published = ada.publish(title).await;
        let slug = text(&published["slug"]);
        assert!(!slug.contains(['/', '?', '#', ' ']), "{slug}");
        let got = server.guest().get(&path_of(&published)).await.expect(200);
        assert_eq!(got["article"], published);
        ada.comment(&path_of(&published), "mine").await;
        ada.delete(&path_of(&published)).await.expect(204);
    }
}

async fn a_slug_follows_the_title(server: &Server) {
    let ada = server.register("ada").await;
    let old = ada.publish_at("The old title").await;
    ada.comment(&old, "mine").await;
    ada.favorite(&old).await.expect(200);
    let change = json!({"article": {"title": "The new title"}});
    let changed = ada.put(&old, change).await.expect(200);
    let changed = &changed["article"];
    assert!(
        text(&changed["slug"]).starts_with("the-new-title"),
        "{changed}"
    );

    let new = path_of(changed);
    assert_eq!(ada.get(&new).await.expect(200)["article"], *changed);
    ada.get(&old).await.expect(404);
    assert_eq!(changed["favoritesCount"], 1);
    let comments = ada.get(&format!("{new}/comments")).await.expect(200);
    assert_eq!(comments["comments"][0]["body"], "mine");
    // The old name is free for another article.
    ada.publish("The old title").await;
}

async fn a_slug_stays_where_the_title_does(server: &Server) {
    let ada = server.register("ada").await;
    let published = ada.publish("Title").await;
    ada.publish("Title").await;
    for change in [
        json!({"body": "new"}),
        json!({"title": "Title"}),
        json!({"title": "Title", "body": "b"}),
    ] {
        let change = json!({"article": change});
        let changed = ada.put(&path_of(&published), change).await.expect(200);
        assert_eq!(changed["article"]["slug"], published["slug"]);
    }
}

async fn a_title_may_be_changed_to_that_of_another_article(server: &Server) {
    let ada = server.register("ada").await;
    let first = ada.publish("Title").await;
    let second = ada.publish("Another").await;
    let change = json!({"article": {"title": "Title"}});
    let changed = ada.put(&path_of(&second), change).await.expect(200);
    let changed = &changed["article"];
    assert_ne!(changed["slug"], first["slug"]);
    assert_eq!(
        ada.get(&path_of(&first)).await.expect(200)["article"],
        first
    );
    assert_eq!(
        ada.get(&path_of(changed)).await.expect(200)["article"],
        *changed
    );
}

async fn a_title_of_any_size_is_kept_or_refused(server: &Server) {
    let ada = server.register("ada").await;
    for length in [300, 3_000, 30_000] {
        let title = crate::registration::noise(length);
        let answer = ada.post("/articles", article(&title)).await;
        let published = answer.expect_one_of(&[201, 422]);
        if published["article"].is_object() {
            assert_eq!(published["article"]["title"], title);
            ada.get(&path_of(&published["article"])).await.expect(200);
        }
        let tags = json!([crate::registration::noise(length)]);
        let mut body = article("Title");
        body["article"]["tagList"] = tags.clone();
        let published = ada.post("/articles", body).await.expect_one_of(&[201, 422]);
        assert!(published["article"].is_null() || published["article"]["tagList"] == tags);
    }
}
