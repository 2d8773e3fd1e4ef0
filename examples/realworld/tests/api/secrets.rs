//! What the program writes. That no log has a secret is asked at the end of each case; here the log
//! is as long as it can be.

use serde_json::json;

use crate::{
    client::{credentials, email_of},
    process::Server,
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
