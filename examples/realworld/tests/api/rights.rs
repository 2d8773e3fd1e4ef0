//! What belongs to another.

use serde_json::json;

use crate::{client::article, process::Server};

on_both!(
    an_article_is_changed_by_its_author_alone,
    an_article_is_deleted_by_its_author_alone,
    a_comment_is_deleted_by_its_author_alone,
    a_missing_token_is_seen_before_a_wrong_body,
);

async fn an_article_is_changed_by_its_author_alone(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    let path = ada.publish_at("Title").await;
    let published = ada.get(&path).await.expect(200);
    for change in [
        json!({"title": "Hers"}),
        json!({"body": "hers"}),
        article("Hers")["article"].take(),
    ] {
        grace
            .put(&path, json!({"article": change}))
            .await
            .expect(403);
        server
            .guest()
            .put(&path, json!({"article": change}))
            .await
            .expect(401);
    }
    assert_eq!(ada.get(&path).await.expect(200), published);
}

async fn an_article_is_deleted_by_its_author_alone(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    let path = ada.publish_at("Title").await;
    grace.delete(&path).await.expect(403);
    server.guest().delete(&path).await.expect(401);
    ada.get(&path).await.expect(200);
    ada.delete(&path).await.expect(204);
}

/// The author of the article is another one, too.
async fn a_comment_is_deleted_by_its_author_alone(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    let path = ada.publish_at("Title").await;
    for (author, other) in [(&grace, &ada), (&ada, &grace)] {
        let comment = author.comment(&path, "mine").await;
        let at = format!("{path}/comments/{}", comment["id"]);
        other.delete(&at).await.expect(403);
        server.guest().delete(&at).await.expect(401);
        let listed = other.get(&format!("{path}/comments")).await.expect(200);
        assert_eq!(listed["comments"], json!([comment]));
        author.delete(&at).await.expect(204);
    }
}

/// Either check may come first; that there is no token is seen before both.
async fn a_missing_token_is_seen_before_a_wrong_body(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    let path = ada.publish_at("Title").await;
    let wrong = json!({"article": {"title": 7}});
    grace
        .put(&path, wrong.clone())
        .await
        .expect_one_of(&[403, 422]);
    let guest = server.guest();
    guest.put(&path, wrong.clone()).await.expect(401);
    guest.post("/articles", wrong.clone()).await.expect(401);
    guest
        .post(&format!("{path}/comments"), wrong.clone())
        .await
        .expect(401);
    guest.put("/user", wrong).await.expect(401);
}
