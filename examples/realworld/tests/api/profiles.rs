//! `/profiles/{username}` and following.

use serde_json::{Value, json};

use crate::{client::Client, process::Server};

on_both!(
    a_profile_is_what_its_user_said,
    an_unknown_profile_is_not_found,
    who_is_followed_is_followed_by_that_user_alone,
    following_twice_is_following_once,
    who_is_unfollowed_is_not_followed,
    unfollowing_without_following_changes_nothing,
    following_oneself_is_one_thing_or_the_other,
    each_author_says_whether_the_viewer_follows,
);

async fn a_profile_is_what_its_user_said(server: &Server) {
    let ada = server.register("ada").await;
    let user = json!({"user": {"bio": "I write", "image": "https://conduit.test/a.png"}});
    ada.put("/user", user).await.expect(200);
    let expected = json!({"profile": {
        "username": "ada", "bio": "I write", "image": "https://conduit.test/a.png", "following": false,
    }});
    assert_eq!(
        server.guest().get("/profiles/ada").await.expect(200),
        expected
    );
    assert_eq!(ada.get("/profiles/ada").await.expect(200), expected);
}

async fn an_unknown_profile_is_not_found(server: &Server) {
    let ada = server.register("ada").await;
    server.guest().get("/profiles/nobody").await.expect(404);
    ada.get("/profiles/nobody").await.expect(404);
    ada.follow("nobody").await.expect(404);
    ada.unfollow("nobody").await.expect(404);
    // Part of a name, and what is a pattern in SQL, are not the name.
    for name in ["ad", "a%25", "a__", "%25"] {
        ada.get(&format!("/profiles/{name}")).await.expect(404);
    }
}

async fn who_is_followed_is_followed_by_that_user_alone(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    assert!(!follows(&ada, "grace").await);
    let followed = ada.follow("grace").await.expect(200);
    assert_eq!(followed["profile"]["username"], "grace");
    assert_eq!(followed["profile"]["following"], true);
    assert!(follows(&ada, "grace").await);
    assert!(!follows(&grace, "ada").await);
    assert!(!follows(&grace, "grace").await);
    assert!(!follows(&server.guest(), "grace").await);
}

async fn following_twice_is_following_once(server: &Server) {
    let (ada, _) = (server.register("ada").await, server.register("grace").await);
    for _ in 0..3 {
        let followed = ada.follow("grace").await.expect(200);
        assert_eq!(followed["profile"]["following"], true);
    }
    ada.unfollow("grace").await.expect(200);
    assert!(!follows(&ada, "grace").await);
}

async fn who_is_unfollowed_is_not_followed(server: &Server) {
    let (ada, _) = (server.register("ada").await, server.register("grace").await);
    server.register("hedy").await;
    ada.follow("grace").await.expect(200);
    ada.follow("hedy").await.expect(200);
    let unfollowed = ada.unfollow("grace").await.expect(200);
    assert_eq!(unfollowed["profile"]["username"], "grace");
    assert_eq!(unfollowed["profile"]["following"], false);
    assert!(!follows(&ada, "grace").await);
    assert!(follows(&ada, "hedy").await);
}

async fn unfollowing_without_following_changes_nothing(server: &Server) {
    let (ada, _) = (server.register("ada").await, server.register("grace").await);
    for _ in 0..2 {
        let unfollowed = ada.unfollow("grace").await.expect(200);
        assert_eq!(unfollowed["profile"]["following"], false);
    }
}

async fn following_oneself_is_one_thing_or_the_other(server: &Server) {
    let ada = server.register("ada").await;
    let answer = ada.follow("ada").await.expect_one_of(&[200, 422]);
    let is_followed = answer["profile"]["following"] == true;
    assert_eq!(follows(&ada, "ada").await, is_followed);
}

async fn each_author_says_whether_the_viewer_follows(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    let path = grace.publish_at("Title").await;
    grace.comment(&path, "mine").await;
    let guest = server.guest();
    assert_eq!(authors(&guest, &path).await, [false; 3]);
    assert_eq!(authors(&ada, &path).await, [false; 3]);
    ada.follow("grace").await.expect(200);
    assert_eq!(authors(&ada, &path).await, [true; 3]);
    assert_eq!(authors(&grace, &path).await, [false; 3]);
    assert_eq!(authors(&guest, &path).await, [false; 3]);

    let feed = ada.get("/articles/feed").await.expect(200);
    assert_eq!(feed["articles"][0]["author"]["following"], true);
    for answer in [ada.favorite(&path).await, ada.unfavorite(&path).await] {
        assert_eq!(answer.expect(200)["article"]["author"]["following"], true);
    }
    ada.unfollow("grace").await.expect(200);
    assert_eq!(authors(&ada, &path).await, [false; 3]);
}

async fn follows(client: &Client, name: &str) -> bool {
    let profile = client.get(&format!("/profiles/{name}")).await.expect(200);
    profile["profile"]["following"] == true
}

/// Whether the author of an article is followed: as the article says it, a list, and the comments.
async fn authors(client: &Client, path: &str) -> [bool; 3] {
    let article = client.get(path).await.expect(200);
    let listed = client.get("/articles").await.expect(200);
    let comments = client.get(&format!("{path}/comments")).await.expect(200);
    let is_true = |following: &Value| *following == true;
    [
        is_true(&article["article"]["author"]["following"]),
        is_true(&listed["articles"][0]["author"]["following"]),
        is_true(&comments["comments"][0]["author"]["following"]),
    ]
}
