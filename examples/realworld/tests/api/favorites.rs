//! `/articles/{slug}/favorite`.

use serde_json::{Value, json};

use crate::{
    client::{Client, path_of},
    process::Server,
};

on_both!(
    a_favourite_is_counted_and_is_that_of_one_user,
    a_favourite_twice_is_counted_once,
    what_is_no_favourite_any_more_is_not_counted,
    what_was_none_is_none,
    each_user_counts,
    the_answer_is_the_article,
    an_unknown_article_is_not_found,
);

/// What an article and a list say to somebody.
async fn seen(client: &Client, path: &str) -> (Value, Value) {
    let article = client.get(path).await.expect(200);
    let listed = client.get("/articles").await.expect(200);
    let [article, listed] = [&article["article"], &listed["articles"][0]];
    assert_eq!(article["favorited"], listed["favorited"]);
    assert_eq!(article["favoritesCount"], listed["favoritesCount"]);
    (
        article["favorited"].clone(),
        article["favoritesCount"].clone(),
    )
}

async fn a_favourite_is_counted_and_is_that_of_one_user(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    let path = ada.publish_at("Title").await;
    let answer = grace.favorite(&path).await.expect(200);
    assert_eq!(answer["article"]["favorited"], true);
    assert_eq!(answer["article"]["favoritesCount"], 1);
    assert_eq!(seen(&grace, &path).await, (json!(true), json!(1)));
    assert_eq!(seen(&ada, &path).await, (json!(false), json!(1)));
    assert_eq!(seen(&server.guest(), &path).await, (json!(false), json!(1)));
}

async fn a_favourite_twice_is_counted_once(server: &Server) {
    let ada = server.register("ada").await;
    let path = ada.publish_at("Title").await;
    for _ in 0..3 {
        let answer = ada.favorite(&path).await.expect(200);
        assert_eq!(answer["article"]["favorited"], true);
        assert_eq!(answer["article"]["favoritesCount"], 1);
    }
    assert_eq!(ada.titles("/articles?favorited=ada").await.1, 1);
}

async fn what_is_no_favourite_any_more_is_not_counted(server: &Server) {
    let ada = server.register("ada").await;
    let path = ada.publish_at("Title").await;
    ada.favorite(&path).await.expect(200);
    let answer = ada.unfavorite(&path).await.expect(200);
    assert_eq!(answer["article"]["favorited"], false);
    assert_eq!(answer["article"]["favoritesCount"], 0);
    assert_eq!(seen(&ada, &path).await, (json!(false), json!(0)));
}

async fn what_was_none_is_none(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    let path = ada.publish_at("Title").await;
    ada.favorite(&path).await.expect(200);
    for _ in 0..2 {
        let answer = grace.unfavorite(&path).await.expect(200);
        assert_eq!(answer["article"]["favorited"], false);
        assert_eq!(answer["article"]["favoritesCount"], 1, "ada's stays");
    }
}

async fn each_user_counts(server: &Server) {
    let ada = server.register("ada").await;
    let path = ada.publish_at("Title").await;
    // An article with none, which nothing may be added to.
    let other = ada.publish_with("Other", &["a", "b"]).await;
    for (number, name) in ["grace", "hedy", "joan"].into_iter().enumerate() {
        let answer = server
            .register(name)
            .await
            .favorite(&path)
            .await
            .expect(200);
        assert_eq!(answer["article"]["favoritesCount"], number + 1);
    }
    let other = ada.get(&path_of(&other)).await.expect(200);
    assert_eq!(other["article"]["favoritesCount"], 0);
}

async fn the_answer_is_the_article(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    let published = ada.publish_with("Title", &["b", "a"]).await;
    let path = path_of(&published);
    let answer = grace.favorite(&path).await.expect(200);
    assert_eq!(answer, grace.get(&path).await.expect(200));
    let answer = grace.unfavorite(&path).await.expect(200);
    assert_eq!(answer["article"], published);
}

async fn an_unknown_article_is_not_found(server: &Server) {
    let ada = server.register("ada").await;
    ada.favorite("/articles/none").await.expect(404);
    ada.unfavorite("/articles/none").await.expect(404);
}
