//! SQL as input is data, wherever it is put.

use serde_json::json;

use crate::{
    client::{account, article, credentials, path_of, segment},
    process::Server,
};

on_both!(
    sql_in_what_is_written_comes_back_as_it_was,
    sql_as_a_name_is_a_name_or_refused,
    sql_in_a_login_is_a_wrong_address_or_password,
    sql_in_a_query_finds_nothing,
    sql_in_a_path_finds_nothing,
);

const SQL: [&str; 12] = [
    "' OR '1'='1",
    "' OR 1=1 --",
    "'; DROP TABLE users; --",
    "'); DELETE FROM articles; --",
    "\" OR \"\"=\"",
    "' UNION SELECT password FROM users --",
    "\\'; SELECT 1; --",
    "$1",
    "?1",
    ":username",
    "%_%",
    "{0} {} %s /* */ ''",
];

/// What was there before is there still, and as it was.
async fn assert_unharmed(server: &Server) {
    let guest = server.guest();
    let login = account("ada");
    guest.post("/users/login", login).await.expect(200);
    assert_eq!(
        guest.titles("/articles?author=ada").await,
        (vec!["Title".to_string()], 1)
    );
    let profile = guest.get("/profiles/ada").await.expect(200);
    assert_eq!(profile["profile"]["username"], "ada");
}

async fn sql_in_what_is_written_comes_back_as_it_was(server: &Server) {
    server.register("ada").await.publish("Title").await;
    let grace = server.register("grace").await;
    for sql in SQL {
        let written = json!({"title": sql, "description": sql, "body": sql, "tagList": [sql]});
        let published = grace
            .post("/articles", json!({"article": written}))
            .await
            .expect(201);
        let path = path_of(&published["article"]);
        let changed = json!({"article": {"title": sql, "description": sql, "body": sql}});
        grace.put(&path, changed).await.expect(200);
        let got = grace.get(&path).await.expect(200);
        for field in ["title", "description", "body", "tagList"] {
            assert_eq!(got["article"][field], written[field], "{field}");
        }
        let comment = grace.comment(&path, sql).await;
        let comments = grace.get(&format!("{path}/comments")).await.expect(200);
        assert_eq!(comments["comments"], json!([comment]));
        assert_eq!(comment["body"], sql);
        let user = json!({"user": {"bio": sql, "image": sql}});
        let user = grace.put("/user", user).await.expect_one_of(&[200, 422]);
        assert!(
            user["user"].is_null() || user["user"]["bio"] == sql,
            "{user}"
        );
        assert!(
            user["user"].is_null() || user["user"]["image"] == sql,
            "{user}"
        );
        let listed = grace
            .get(&format!("/articles?tag={}", segment(sql)))
            .await
            .expect(200);
        assert_eq!(listed["articlesCount"], 1, "{sql}");
    }
    assert_unharmed(server).await;
}

async fn sql_as_a_name_is_a_name_or_refused(server: &Server) {
    let ada = server.register("ada").await;
    ada.publish("Title").await;
    for (number, sql) in SQL.into_iter().enumerate() {
        let account = account(sql);
        let answer = server.guest().post("/users", account.clone()).await;
        let user = answer.expect_one_of(&[201, 422]);
        if user["user"].is_object() {
            assert_eq!(user["user"]["username"], sql);
            assert_eq!(user["user"]["email"], account["user"]["email"]);
            let profile = ada.follow(sql).await.expect(200);
            assert_eq!(profile["profile"]["username"], sql);
            ada.unfollow(sql).await.expect(200);
        } else {
            let path = format!("/profiles/{}", segment(sql));
            ada.get(&path).await.expect(404);
        }
        let (name, email) = (format!("{sql}2"), format!("{sql}2@conduit.test"));
        let change = json!({"user": {"username": name, "email": email}});
        let grace = server.register(&format!("grace{number}")).await;
        grace.put("/user", change).await.expect_one_of(&[200, 422]);
    }
    assert_unharmed(server).await;
}

async fn sql_in_a_login_is_a_wrong_address_or_password(server: &Server) {
    let ada = server.register("ada").await;
    ada.publish("Title").await;
    for sql in SQL {
        for login in [
            credentials(sql, sql),
            credentials("ada@conduit.test", sql),
            credentials(&format!("ada@conduit.test{sql}"), "the Passw0rd of ada!"),
        ] {
            let answer = server.guest().post("/users/login", login).await;
            answer.expect_one_of(&[401, 422]);
        }
    }
    assert_unharmed(server).await;
}

async fn sql_in_a_query_finds_nothing(server: &Server) {
    let ada = server.register("ada").await;
    let path = ada.publish_at("Title").await;
    ada.favorite(&path).await.expect(200);
    for sql in SQL {
        for filter in ["tag", "author", "favorited"] {
            let path = format!("/articles?{filter}={}", segment(sql));
            assert_eq!(ada.titles(&path).await, (vec![], 0), "{path}");
        }
        for number in ["limit", "offset"] {
            let path = format!("?{number}=1{}", segment(sql));
            ada.get(&format!("/articles{path}")).await.expect(422);
            ada.get(&format!("/articles/feed{path}")).await.expect(422);
        }
    }
    assert_unharmed(server).await;
}

async fn sql_in_a_path_finds_nothing(server: &Server) {
    let ada = server.register("ada").await;
    let title = ada.publish_at("Title").await;
    ada.comment(&title, "mine").await;
    for sql in SQL {
        let sql = segment(sql);
        let path = format!("/articles/{sql}");
        ada.get(&format!("/profiles/{sql}")).await.expect(404);
        ada.follow(&sql).await.expect(404);
        ada.get(&path).await.expect(404);
        ada.put(&path, article("New")).await.expect(404);
        ada.delete(&path).await.expect(404);
        ada.favorite(&path).await.expect(404);
        ada.get(&format!("{path}/comments")).await.expect(404);
        let answer = ada.delete(&format!("{title}/comments/{sql}")).await;
        answer.expect_one_of(&[404, 422]);
    }
    let comments = ada.get(&format!("{title}/comments")).await.expect(200);
    assert_eq!(comments["comments"].as_array().map(Vec::len), Some(1));
    assert_unharmed(server).await;
}
