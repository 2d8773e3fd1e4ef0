//! What the program writes. That no log has a secret is asked at the end of each case; here the log
//! is as long as it can be.

use std::process::Output;

use serde_json::json;
use tokio::time::timeout;

use crate::{
    LIMIT,
    client::{credentials, email_of},
    process::{Server, program},
};

on_both!(the_longest_log_has_no_secrets);

/// Another program on the same database, which says all that it can.
async fn the_longest_log_has_no_secrets(server: &Server) {
    let verbose = [("RUST_LOG", "trace"), ("RUST_BACKTRACE", "1")];
    let server = Server::start(&server.database, &verbose).await;
    use_secrets(&server).await;
    server.finish().await;
}

/// Asks for everything that has a secret, well and badly.
async fn use_secrets(server: &Server) {
    let (ada, guest) = (server.register("ada").await, server.guest());
    guest
        .post(
            "/users",
            json!({"user": {"username": "ada", "password": "a Passw0rd that is refused"}}),
        )
        .await
        .expect(422);
    guest
        .post(
            "/users",
            json!({"user": {"password": "a Passw0rd that is alone"}}),
        )
        .await
        .expect(422);
    for password in ["a Passw0rd that is wrong", "the Passw0rd of ada!"] {
        let login = credentials(&email_of("ada"), password);
        guest
            .post("/users/login", login)
            .await
            .expect_one_of(&[200, 401]);
        let login = credentials("nobody@conduit.test", password);
        guest.post("/users/login", login).await.expect(401);
    }
    let change = json!({"user": {"password": "a Passw0rd that is new"}});
    ada.put("/user", change).await.expect(200);
    ada.get("/articles/none").await.expect(404);
    ada.with_token(&format!("{}x", ada.token()))
        .get("/user")
        .await
        .expect(401);
    ada.with_authorization(ada.token())
        .get("/user")
        .await
        .expect(401);
    ada.publish("Title").await;
}

/// The program's end where it cannot start.
async fn fails(database: &str) -> (Output, String) {
    let ended = program(database, &[]).wait_with_output();
    let ended = timeout(LIMIT, ended)
        .await
        .expect("in time")
        .expect("it ends");
    let said = [ended.stdout.as_slice(), ended.stderr.as_slice()].concat();
    (ended, String::from_utf8_lossy(&said).into_owned())
}

#[tokio::test]
async fn a_database_that_is_none_ends_the_program_without_its_password() {
    for database in [
        "mysql://conduit:hunter22@localhost/conduit",
        "conduit:hunter22",
        "",
    ] {
        let (ended, said) = fails(database).await;
        assert!(!ended.status.success(), "{database:?}: {said}");
        assert!(!said.contains("hunter22"), "{said}");
        assert!(!said.contains("panicked"), "{said}");
        assert!(!said.trim().is_empty(), "it says why");
    }
}
