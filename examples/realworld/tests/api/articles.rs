//! `POST /articles`, and `GET`, `PUT` and `DELETE /articles/{slug}`.

use serde_json::{Value, json};

use crate::{
    client::{article, path_of},
    moment::Moment,
    process::Server,
    shape::{number, optional_text},
};

on_both!(
    a_new_article_is_what_was_sent,
    an_article_says_when_it_was_written,
    an_article_without_tags_has_an_empty_list,
    a_field_that_is_missing_empty_or_of_another_type_is_refused,
    an_unknown_article_is_not_found,
    each_field_is_changed_alone,
    a_change_moves_the_time_of_the_update_only,
    a_change_to_what_is_empty_or_of_another_type_is_refused,
    a_favourite_or_a_comment_is_no_change,
    a_deleted_article_is_gone_everywhere,
    a_long_text_is_kept,
);

async fn a_new_article_is_what_was_sent(server: &Server) {
    let ada = server.register("ada").await;
    let mut body = article("How to train your dragon");
    body["article"]["tagList"] = json!(["dragons", "training"]);
    let published = ada.post("/articles", body.clone()).await.expect(201);
    let published = &published["article"];
    for field in ["title", "description", "body", "tagList"] {
        assert_eq!(published[field], body["article"][field], "{field}");
    }
    assert_eq!(published["favorited"], false);
    assert_eq!(published["favoritesCount"], 0);
    let author = &published["author"];
    assert_eq!(author["username"], "ada");
    assert_eq!(author["following"], false);
    assert_eq!(optional_text(&author["bio"]), "");
    assert_eq!(optional_text(&author["image"]), "");

    let path = path_of(published);
    for client in [&ada, &server.guest()] {
        assert_eq!(client.get(&path).await.expect(200)["article"], *published);
        let mut listed = client.get("/articles").await.expect(200);
        assert_eq!(listed["articlesCount"], 1);
        let mut listed = listed["articles"][0].take();
        listed["body"] = published["body"].clone();
        assert_eq!(listed, *published);
    }
}

async fn an_article_says_when_it_was_written(server: &Server) {
    let ada = server.register("ada").await;
    let before = Moment::now();
    let published = ada.publish("Title").await;
    let after = Moment::now();
    for field in ["createdAt", "updatedAt"] {
        let moment = Moment::of(&published[field]);
        assert!(before <= moment && moment <= after, "{field}: {published}");
    }
}

async fn an_article_without_tags_has_an_empty_list(server: &Server) {
    let ada = server.register("ada").await;
    let mut body = article("Title");
    let published = ada.post("/articles", body.clone()).await.expect(201);
    assert_eq!(published["article"]["tagList"], json!([]));
    body["article"]["tagList"] = json!([]);
    let published = ada.post("/articles", body).await.expect(201);
    assert_eq!(published["article"]["tagList"], json!([]));
}

async fn a_field_that_is_missing_empty_or_of_another_type_is_refused(server: &Server) {
    let ada = server.register("ada").await;
    for field in ["title", "description", "body"] {
        let mut missing = article("Title");
        missing["article"]
            .as_object_mut()
            .expect("fields")
            .remove(field);
        ada.post("/articles", missing).await.expect(422);
        for wrong in [
            json!(""),
            json!(null),
            json!(7),
            json!(true),
            json!(["a"]),
            json!({"a": "b"}),
        ] {
            let mut body = article("Title");
            body["article"][field] = wrong;
            ada.post("/articles", body).await.expect(422);
        }
    }
    for tags in [
        json!("tag"),
        json!(7),
        json!([7]),
        json!([null]),
        json!([["tag"]]),
        json!({"tag": 1}),
    ] {
        let mut body = article("Title");
        body["article"]["tagList"] = tags;
        ada.post("/articles", body).await.expect(422);
    }
    for body in [
        json!({}),
        json!(null),
        json!([]),
        json!({"article": null}),
        article("T")["article"].clone(),
    ] {
        ada.post("/articles", body).await.expect(422);
    }
    assert_eq!(ada.titles("/articles").await.1, 0);
}

async fn an_unknown_article_is_not_found(server: &Server) {
    let ada = server.register("ada").await;
    let slug = ada.publish_at("Title").await;
    for path in [
        "/articles/none",
        &slug[..slug.len() - 1],
        "/articles/%25",
        "/articles/_____",
    ] {
        server.guest().get(path).await.expect(404);
        ada.get(path).await.expect(404);
        ada.put(path, article("New")).await.expect(404);
        ada.delete(path).await.expect(404);
    }
}

async fn each_field_is_changed_alone(server: &Server) {
    let ada = server.register("ada").await;
    let mut expected = ada.publish_with("Title", &["tag"]).await;
    for (field, value) in [
        ("title", "New title"),
        ("description", "a new one"),
        ("body", "all new"),
    ] {
        let change = json!({"article": {field: value}});
        let changed = ada.put(&path_of(&expected), change).await.expect(200);
        let changed = &changed["article"];
        expected[field] = json!(value);
        expected["updatedAt"] = changed["updatedAt"].clone();
        if field == "title" {
            expected["slug"] = changed["slug"].clone();
        }
        assert_eq!(*changed, expected);
        let got = server.guest().get(&path_of(&expected)).await.expect(200);
        assert_eq!(got["article"], expected);
    }
}

async fn a_change_moves_the_time_of_the_update_only(server: &Server) {
    let ada = server.register("ada").await;
    let published = ada.publish("Title").await;
    let path = path_of(&published);
    let change = json!({"article": {"body": "all new"}});
    // The first changes may still be in the same millisecond.
    for _ in 0..1000 {
        let changed = ada.put(&path, change.clone()).await.expect(200);
        assert_eq!(changed["article"]["createdAt"], published["createdAt"]);
        let moments = [&published, &changed["article"]].map(|one| Moment::of(&one["updatedAt"]));
        if moments[0] < moments[1] {
            return;
        }
    }
    panic!("the update is as old as the article");
}

async fn a_change_to_what_is_empty_or_of_another_type_is_refused(server: &Server) {
    let ada = server.register("ada").await;
    let published = ada.publish("Title").await;
    let path = path_of(&published);
    for field in ["title", "description", "body"] {
        for wrong in [
            json!(""),
            json!(7),
            json!(true),
            json!(["a"]),
            json!({"a": "b"}),
        ] {
            ada.put(&path, json!({"article": {field: wrong}}))
                .await
                .expect(422);
        }
        let null = ada.put(&path, json!({"article": {field: null}})).await;
        null.expect_one_of(&[200, 422]);
    }
    for body in [
        json!({}),
        json!(null),
        json!([]),
        json!({"article": null}),
        json!({"article": 7}),
    ] {
        ada.put(&path, body).await.expect(422);
    }
    ada.put(&path, json!({"article": {}}))
        .await
        .expect_one_of(&[200, 422]);
    let mut current = ada.get(&path).await.expect(200);
    current["article"]["updatedAt"] = published["updatedAt"].clone();
    assert_eq!(current["article"], published);
}

async fn a_favourite_or_a_comment_is_no_change(server: &Server) {
    let ada = server.register("ada").await;
    let published = ada.publish("Title").await;
    let path = path_of(&published);
    ada.favorite(&path).await.expect(200);
    ada.comment(&path, "mine").await;
    let current = ada.get(&path).await.expect(200);
    assert_eq!(current["article"]["updatedAt"], published["updatedAt"]);
}

async fn a_deleted_article_is_gone_everywhere(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    let path = ada.publish_at("Title").await;
    ada.publish("Another").await;
    grace.follow("ada").await.expect(200);
    grace.favorite(&path).await.expect(200);
    grace.comment(&path, "hers").await;
    assert_eq!(ada.delete(&path).await.expect(204), Value::Null);

    for client in [&ada, &grace] {
        client.get(&path).await.expect(404);
        client.delete(&path).await.expect(404);
        client.get(&format!("{path}/comments")).await.expect(404);
        client.favorite(&path).await.expect(404);
    }
    for list in ["/articles", "/articles/feed", "/articles?author=ada"] {
        assert_eq!(
            grace.titles(list).await,
            (vec!["Another".to_string()], 1),
            "{list}"
        );
    }
    let favorites = grace.get("/articles?favorited=grace").await.expect(200);
    assert_eq!(number(&favorites["articlesCount"]), 0);
    // The same title again is another article.
    let again = ada.publish("Title").await;
    assert_eq!(again["favoritesCount"], 0);
    let comments = ada
        .get(&format!("{}/comments", path_of(&again)))
        .await
        .expect(200);
    assert_eq!(comments["comments"], json!([]));
}

async fn a_long_text_is_kept(server: &Server) {
    let ada = server.register("ada").await;
    let mut body = article("Title");
    body["article"]["body"] = json!("déjà vu 🦀 \r\n\t\"quoted\" \\ ".repeat(2_000));
    let published = ada.post("/articles", body.clone()).await.expect(201);
    assert_eq!(published["article"]["body"], body["article"]["body"]);
    let got = ada.get(&path_of(&published["article"])).await.expect(200);
    assert_eq!(got["article"]["body"], body["article"]["body"]);
}
