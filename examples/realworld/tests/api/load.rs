//! Many at once.

use std::{collections::BTreeSet, time::Duration};

use serde_json::json;
use tokio::{task::JoinSet, time::timeout};

use crate::{
    client::{Client, account, article, path_of},
    half::HalfSent,
    process::Server,
    shape::{list, number, text},
};

on_both!(
    fifty_users_at_once_get_what_each_would_get_alone,
    one_connection_to_the_database_is_enough,
    slow_clients_keep_nothing_that_others_need,
    clients_that_go_away_leave_nothing_behind,
);

async fn fifty_users_at_once_get_what_each_would_get_alone(server: &Server) {
    used_by(server, 50).await;
}

/// No request waits for a second connection while it has one.
async fn one_connection_to_the_database_is_enough(server: &Server) {
    let narrow = [("DATABASE_CONNECTIONS", "1")];
    let narrow = Server::start(&server.database, &narrow).await;
    used_by(&narrow, 10).await;
    narrow.finish().await;
}

async fn used_by(server: &Server, count: usize) {
    let star = server.register("star").await;
    let shared = star.publish_with("Shared", &["shared"]).await;
    let shared = path_of(&shared);
    let users =
        (0..count).map(|number| use_everything(server.guest(), number, count, shared.clone()));
    let ids = users.collect::<JoinSet<_>>().join_all().await;
    assert_eq!(
        ids.iter().collect::<BTreeSet<_>>().len(),
        count,
        "an id of a comment twice"
    );

    let guest = server.guest();
    let article = guest.get(&shared).await.expect(200);
    assert_eq!(article["article"]["favoritesCount"], count);
    let comments = guest.get(&format!("{shared}/comments")).await.expect(200);
    let comments = list(&comments["comments"]).iter();
    assert_eq!(
        comments
            .map(|one| number(&one["id"]))
            .collect::<BTreeSet<_>>(),
        BTreeSet::from_iter(ids)
    );
    assert_eq!(guest.titles("/articles").await.1, 1 + count as u64);
    assert_eq!(guest.titles("/articles?tag=load").await.1, count as u64);
    for name in (0..count).map(|number| format!("user{number}")) {
        assert_eq!(
            guest.titles(&format!("/articles?author={name}")).await.1,
            1,
            "{name}"
        );
        assert_eq!(
            guest.titles(&format!("/articles?favorited={name}")).await.1,
            1,
            "{name}"
        );
    }
    let tags = guest.get("/tags").await.expect(200);
    assert_eq!(list(&tags["tags"]).len(), 2, "{tags}");
}

/// What one of the users does; the id of the comment on the shared article.
async fn use_everything(guest: Client, number_of_user: usize, users: usize, shared: String) -> u64 {
    let name = format!("user{number_of_user}");
    guest.register(&name).await;
    let login = guest.post("/users/login", account(&name)).await.expect(200);
    assert_eq!(login["user"]["username"], *name);
    let user = guest.with_token(text(&login["user"]["token"]));

    // All of them have one title.
    let own = user.publish_with("Load", &["load"]).await;
    assert_eq!(own["author"]["username"], *name);
    let favorite = user.favorite(&shared).await.expect(200);
    assert_eq!(favorite["article"]["favorited"], true);
    let favorites = number(&favorite["article"]["favoritesCount"]);
    assert!((1..=users as u64).contains(&favorites), "{favorite}");
    let profile = user.follow("star").await.expect(200);
    assert_eq!(profile["profile"]["following"], true);
    let comment = user.comment(&shared, &name).await;
    assert_eq!(comment["author"]["username"], *name);
    assert_eq!(comment["body"], *name);

    let (titles, count) = user.titles("/articles?limit=5").await;
    assert!(
        count >= 2 && titles.len() as u64 == count.min(5),
        "{titles:?} of {count}"
    );
    assert_eq!(
        user.titles("/articles/feed").await,
        (vec!["Shared".to_string()], 1)
    );
    assert_eq!(user.titles(&format!("/articles?author={name}")).await.1, 1);
    let change = json!({"article": {"body": name}});
    let changed = user.put(&path_of(&own), change).await.expect(200);
    assert_eq!(changed["article"]["body"], *name);
    let current = user.get("/user").await.expect(200);
    assert_eq!(current["user"]["username"], *name);
    number(&comment["id"])
}

/// A body that does not arrive keeps no connection to the database.
async fn slow_clients_keep_nothing_that_others_need(server: &Server) {
    let narrow = [("DATABASE_CONNECTIONS", "2")];
    let narrow = Server::start(&server.database, &narrow).await;
    let (ada, grace) = (narrow.register("ada").await, narrow.register("grace").await);
    let path = grace.publish_at("Title").await;
    let comments = format!("{path}/comments");
    let comment = json!({"comment": {"body": "slow"}});
    let mut slow = Vec::new();
    for _ in 0..5 {
        slow.push(HalfSent::post(&narrow, &ada, "/articles", &article("Slow")).await);
        slow.push(HalfSent::post(&narrow, &ada, &comments, &comment).await);
        slow.push(HalfSent::post(&narrow, &ada, "/users/login", &account("ada")).await);
    }
    grace.get("/user").await.expect(200);
    grace.publish("Fast").await;
    for half in slow {
        let answer = half.finish().await;
        assert!(answer.starts_with("HTTP/1.1 20"), "{answer}");
    }
    assert_eq!(grace.titles("/articles").await.1, 7);
    narrow.finish().await;
}

/// Requests that are given up at some point: what they began is whole or not there, and no connection is kept.
async fn clients_that_go_away_leave_nothing_behind(server: &Server) {
    let ada = server.register("ada").await;
    let first = ada.publish_at("Title").await;
    let mut answered = 0;
    for round in 0..300 {
        let patience = Duration::from_micros(round * 50);
        let asked = async {
            match round % 3 {
                0 => ada.publish_with("Title", &["a", "b"]).await,
                1 => ada.comment(&first, "mine").await,
                _ => ada.favorite(&first).await.body,
            }
        };
        answered += u32::from(timeout(patience, asked).await.is_ok());
    }
    assert!(answered < 300, "none was given up");
    let at_once = (0..20).map(|_| {
        let ada = ada.clone();
        async move { ada.publish_with("Title", &["a", "b"]).await }
    });
    at_once.collect::<JoinSet<_>>().join_all().await;
    let tagged = ada.titles("/articles?tag=a").await.1;
    assert_eq!(ada.titles("/articles?tag=b").await.1, tagged);
    assert_eq!(ada.titles("/articles").await.1, 1 + tagged);
}
