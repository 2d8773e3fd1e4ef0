//! What the task does that a published article leaves behind.

use axum::http::{Method, StatusCode};
use di_axum::TaskQueue;
use realworld_articles::Published;
use serde_json::{Value, json};
use sqlx::{AnyPool, query_as};
use tokio::sync::mpsc;

use crate::support::Api;

async fn notified(api: &Api) -> Vec<(String, String)> {
    let pool = api.app.get::<AnyPool>();
    let rows = query_as(
        "SELECT a.slug, u.username FROM notifications n JOIN articles a ON a.id = n.article_id
        JOIN users u ON u.id = n.follower_id ORDER BY n.article_id, u.username",
    );
    rows.fetch_all(pool).await.expect("there is such a table")
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(one, other): &(&str, &str)| (one.to_string(), other.to_string());
    pairs.iter().map(owned).collect()
}

#[tokio::test]
async fn followers_are_told_once_of_an_article_that_is_there() {
    let (ended, mut ends) = mpsc::unbounded_channel();
    let api = Api::with(|builder| {
        builder.on_task_end(move |end| {
            let _ = ended.send(end.result.is_ok());
        })
    })
    .await;
    let ada = api.register("ada").await;
    for name in ["bob", "eve", "tim"] {
        let token = api.register(name).await;
        let (status, _) = api
            .post("/api/profiles/ada/follow", &token, Value::Null)
            .await;
        assert_eq!(status, StatusCode::OK);
        if name == "eve" {
            let path = "/api/profiles/ada/follow";
            api.send(Method::DELETE, path, &token, Value::Null).await;
        }
    }

    // Nothing is published, so nobody is told.
    let article = json!({ "title": "A dragon", "description": "about" });
    let refused = api.post("/api/articles", &ada, json!({ "article": article }));
    assert_eq!(refused.await.0, StatusCode::UNPROCESSABLE_ENTITY);

    api.publish(&ada, "A dragon", &[]).await;
    assert_eq!(ends.recv().await, Some(true), "the task ends, and well");
    let told = pairs(&[("a-dragon", "bob"), ("a-dragon", "tim")]);
    assert_eq!(notified(&api).await, told);
    let counts = api.app.get::<TaskQueue<Published>>().counts();
    assert_eq!(counts.done, 1, "{counts:?}");

    // Run again, as by hand, it tells nobody twice.
    let (id,): (i64,) = query_as("SELECT id FROM articles")
        .fetch_one(api.app.get::<AnyPool>())
        .await
        .expect("there is one");
    let again = api.app.run(Published { article: id }).await;
    again.expect("it runs");
    assert_eq!(notified(&api).await, told);
}
