//! Many at once.

use std::collections::BTreeSet;

use serde_json::json;
use tokio::task::JoinSet;

use crate::{
    client::{Client, account, path_of},
    process::Server,
    shape::{list, number, text},
};

on_both!(fifty_users_at_once_get_what_each_would_get_alone);

const USERS: usize = 50;

async fn fifty_users_at_once_get_what_each_would_get_alone(server: &Server) {
    let star = server.register("star").await;
    let shared = star.publish_with("Shared", &["shared"]).await;
    let shared = path_of(&shared);
    let users = (0..USERS).map(|number| use_everything(server.guest(), number, shared.clone()));
    let ids = users.collect::<JoinSet<_>>().join_all().await;
    assert_eq!(
        ids.iter().collect::<BTreeSet<_>>().len(),
        USERS,
        "an id of a comment twice"
    );

    let guest = server.guest();
    let article = guest.get(&shared).await.expect(200);
    assert_eq!(article["article"]["favoritesCount"], USERS);
    let comments = guest.get(&format!("{shared}/comments")).await.expect(200);
    let comments = list(&comments["comments"]).iter();
    assert_eq!(
        comments
            .map(|one| number(&one["id"]))
            .collect::<BTreeSet<_>>(),
        BTreeSet::from_iter(ids)
    );
    assert_eq!(guest.titles("/articles").await.1, 1 + USERS as u64);
    assert_eq!(guest.titles("/articles?tag=load").await.1, USERS as u64);
    for name in (0..USERS).map(|number| format!("user{number}")) {
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
async fn use_everything(guest: Client, number_of_user: usize, shared: String) -> u64 {
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
    assert!((1..=USERS as u64).contains(&number(&favorite["article"]["favoritesCount"])));
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
