//! `GET /articles/feed`. Its pages are with those of the other list.

use crate::process::Server;

on_both!(
    a_feed_is_what_those_write_who_are_followed,
    a_feed_changes_with_whom_one_follows,
    a_feed_says_what_is_a_favourite,
);

async fn a_feed_is_what_those_write_who_are_followed(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    let hedy = server.register("hedy").await;
    hedy.follow("ada").await.expect(200);
    hedy.follow("grace").await.expect(200);
    ada.follow("hedy").await.expect(200);
    ada.publish("A1").await;
    grace.publish("G1").await;
    hedy.publish("H1").await;
    ada.publish("A2").await;
    let titles = |titles: &[&str]| titles.iter().map(ToString::to_string).collect();
    assert_eq!(
        hedy.titles("/articles/feed").await,
        (titles(&["A2", "G1", "A1"]), 3)
    );
    assert_eq!(ada.titles("/articles/feed").await, (titles(&["H1"]), 1));
    assert_eq!(grace.titles("/articles/feed").await, (vec![], 0));
}

async fn a_feed_changes_with_whom_one_follows(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    grace.publish("G1").await;
    assert_eq!(ada.titles("/articles/feed").await.1, 0);
    ada.follow("grace").await.expect(200);
    assert_eq!(ada.titles("/articles/feed").await.0, ["G1"]);
    ada.unfollow("grace").await.expect(200);
    assert_eq!(ada.titles("/articles/feed").await.1, 0);
}

async fn a_feed_says_what_is_a_favourite(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    let path = grace.publish_at("G1").await;
    ada.follow("grace").await.expect(200);
    ada.favorite(&path).await.expect(200);
    let feed = ada.get("/articles/feed").await.expect(200);
    let article = &feed["articles"][0];
    assert_eq!(article["favorited"], true);
    assert_eq!(article["favoritesCount"], 1);
    assert_eq!(article["author"]["username"], "grace");
    assert_eq!(article["author"]["following"], true);
}
