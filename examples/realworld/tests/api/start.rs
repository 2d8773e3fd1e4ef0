//! A start on what is there already, and one that fails.

use std::{net::TcpListener, process::Output};

use serde_json::json;
use tokio::time::timeout;

use crate::{
    LIMIT,
    backend::{Backend as _, Sqlite},
    client::{account, path_of},
    process::{Server, program},
};

on_both!(
    a_database_that_is_used_already_is_used,
    without_a_secret_no_token_can_be_made_by_others,
);

/// Everything is there after a restart, and a token is good still.
async fn a_database_that_is_used_already_is_used(server: &Server) {
    let ada = server.register("ada").await;
    let published = ada.publish_with("Title", &["red"]).await;
    ada.favorite(&path_of(&published)).await.expect(200);
    let comment = ada.comment(&path_of(&published), "mine").await;

    let server = Server::start(&server.database, &[]).await;
    let ada = server.guest().with_token(ada.token());
    let login = account("ada");
    ada.post("/users/login", login).await.expect(200);
    let path = path_of(&published);
    let article = ada.get(&path).await.expect(200);
    assert_eq!(article["article"]["title"], "Title");
    assert_eq!(article["article"]["favorited"], true);
    assert_eq!(article["article"]["createdAt"], published["createdAt"]);
    let comments = ada.get(&format!("{path}/comments")).await.expect(200);
    assert_eq!(comments["comments"], json!([comment]));
    // Ids go on where they were.
    let next = ada.comment(&path, "more").await;
    assert_ne!(next["id"], comment["id"]);
    server.finish().await;
}

/// An empty variable is none: then it is a secret that nobody knows, and not one that everybody does.
async fn without_a_secret_no_token_can_be_made_by_others(server: &Server) {
    let without = Server::start(&server.database, &[("JWT_SECRET", "")]).await;
    let ada = without.register("ada").await;
    ada.get("/user").await.expect(200);
    let forged = crate::tokens::signed_again(ada.token(), "");
    ada.with_token(&forged).get("/user").await.expect(401);
    // Nor is it the same one for all.
    server
        .guest()
        .with_token(ada.token())
        .get("/user")
        .await
        .expect(401);
    without.finish().await;
}

/// The program's end where it cannot start.
async fn fails(database: &str, variables: &[(&str, &str)]) -> String {
    let ended = program(database, variables).wait_with_output();
    let ended = timeout(LIMIT, ended).await.expect("in time");
    let Output {
        status,
        stdout,
        stderr,
    } = ended.expect("a status");
    let said = String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned();
    assert!(!status.success(), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    assert!(!said.trim().is_empty(), "it says why");
    said
}

#[tokio::test]
async fn a_database_that_is_none_ends_the_program_without_its_password() {
    for database in [
        "mysql://conduit:hunter22@localhost/conduit",
        "conduit:hunter22",
        "",
    ] {
        let said = fails(database, &[]).await;
        assert!(!said.contains("hunter22"), "{said}");
    }
}

#[tokio::test]
async fn a_port_that_is_none_or_is_taken_ends_the_program() {
    let database = Sqlite::database("").expect("a file");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = listener
        .local_addr()
        .expect("an address")
        .port()
        .to_string();
    for port in ["http", "65536", "-1", &taken] {
        fails(&database.url, &[("PORT", port)]).await;
    }
}
