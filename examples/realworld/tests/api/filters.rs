//! `GET /articles`: filters.

use crate::{
    client::{Client, path_of, segment},
    process::Server,
};

on_both!(
    articles_are_filtered_by_tag,
    articles_are_filtered_by_author,
    articles_are_filtered_by_who_has_them_as_favourites,
    filters_are_combined,
    a_filter_that_nothing_passes_gives_an_empty_list,
    a_filter_is_compared_in_full,
    pages_of_a_filtered_list_count_what_passes,
    a_filter_given_twice_is_no_error_of_the_server,
);

/// ada: A1 {red}, A2 {red, blue}; grace: G1 {blue}, G2 {}. hedy has A1, A2 and G1 as favourites, ada has G2.
async fn library(server: &Server) -> Client {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    let hedy = server.register("hedy").await;
    let articles = [
        ada.publish_with("A1", &["red"]).await,
        ada.publish_with("A2", &["red", "blue"]).await,
        grace.publish_with("G1", &["blue"]).await,
    ];
    for article in articles {
        hedy.favorite(&path_of(&article)).await.expect(200);
    }
    let last = grace.publish_at("G2").await;
    ada.favorite(&last).await.expect(200);
    server.guest()
}

async fn assert_lists(client: &Client, query: &str, titles: &[&str]) {
    let (listed, count) = client.titles(&format!("/articles?{query}")).await;
    assert_eq!(listed, titles, "{query}");
    assert_eq!(count, titles.len() as u64, "{query}");
}

async fn articles_are_filtered_by_tag(server: &Server) {
    let guest = library(server).await;
    assert_lists(&guest, "tag=red", &["A2", "A1"]).await;
    assert_lists(&guest, "tag=blue", &["G1", "A2"]).await;
    // What passes is listed with all of its tags.
    let listed = guest.get("/articles?tag=blue&author=ada").await.expect(200);
    assert_eq!(
        listed["articles"][0]["tagList"].as_array().map(Vec::len),
        Some(2)
    );
}

async fn articles_are_filtered_by_author(server: &Server) {
    let guest = library(server).await;
    assert_lists(&guest, "author=ada", &["A2", "A1"]).await;
    assert_lists(&guest, "author=grace", &["G2", "G1"]).await;
    assert_lists(&guest, "author=hedy", &[]).await;
}

async fn articles_are_filtered_by_who_has_them_as_favourites(server: &Server) {
    let guest = library(server).await;
    assert_lists(&guest, "favorited=hedy", &["G1", "A2", "A1"]).await;
    assert_lists(&guest, "favorited=ada", &["G2"]).await;
    assert_lists(&guest, "favorited=grace", &[]).await;
    let listed = guest.get("/articles?favorited=hedy").await.expect(200);
    assert_eq!(
        listed["articles"][0]["favorited"], false,
        "a guest has none"
    );
    assert_eq!(listed["articles"][0]["favoritesCount"], 1);
}

async fn filters_are_combined(server: &Server) {
    let guest = library(server).await;
    assert_lists(&guest, "tag=blue&author=ada", &["A2"]).await;
    assert_lists(&guest, "tag=red&author=grace", &[]).await;
    assert_lists(&guest, "author=ada&favorited=hedy", &["A2", "A1"]).await;
    assert_lists(&guest, "author=grace&favorited=ada", &["G2"]).await;
    assert_lists(&guest, "tag=blue&favorited=hedy", &["G1", "A2"]).await;
    assert_lists(&guest, "tag=blue&author=grace&favorited=hedy", &["G1"]).await;
    assert_lists(&guest, "tag=blue&author=grace&favorited=ada", &[]).await;
}

async fn a_filter_that_nothing_passes_gives_an_empty_list(server: &Server) {
    let guest = library(server).await;
    for query in ["tag=none", "author=nobody", "favorited=nobody"] {
        assert_lists(&guest, query, &[]).await;
    }
}

async fn a_filter_is_compared_in_full(server: &Server) {
    let guest = library(server).await;
    for value in [
        "re", "redd", "%", "r%", "r__", "ad", "adaa", "%' --", "a__", "*", "h*",
    ] {
        for filter in ["tag", "author", "favorited"] {
            assert_lists(&guest, &format!("{filter}={}", segment(value)), &[]).await;
        }
    }
}

async fn pages_of_a_filtered_list_count_what_passes(server: &Server) {
    let guest = library(server).await;
    for (query, page) in [
        ("tag=red&limit=1", ["A2"]),
        ("tag=red&limit=1&offset=1", ["A1"]),
        ("author=grace&offset=1", ["G1"]),
        ("favorited=hedy&limit=1&offset=1&author=ada", ["A1"]),
    ] {
        let (titles, count) = guest.titles(&format!("/articles?{query}")).await;
        assert_eq!(titles, page, "{query}");
        assert_eq!(count, 2, "{query}");
    }
}

async fn a_filter_given_twice_is_no_error_of_the_server(server: &Server) {
    let guest = library(server).await;
    for query in [
        "tag=red&tag=blue",
        "limit=1&limit=2",
        "author=ada&author=grace",
    ] {
        let answer = guest.get(&format!("/articles?{query}")).await;
        answer.expect_one_of(&[200, 400, 422]);
    }
    // What the API does not know is left out, as in a body.
    assert_eq!(guest.titles("/articles?more=1").await.1, 4);
}
