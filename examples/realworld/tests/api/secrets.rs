//! What the program writes. That no log has a secret is asked at the end of each case; here the
//! program is told to say all that it can.

use serde_json::json;

use crate::{
    client::{credentials, email_of, password_of},
    process::Server,
};

on_both!(the_longest_log_has_no_secrets);

/// Another program on the same database, with what makes logs longer.
async fn the_longest_log_has_no_secrets(server: &Server) {
    let verbose = [("RUST_LOG", "trace"), ("RUST_BACKTRACE", "1")];
    let server = Server::start(&server.database, &verbose).await;
    use_secrets(&server).await;
    server.finish().await;
}

/// Asks for everything that has a secret, well and badly.
async fn use_secrets(server: &Server) {
    let (ada, guest) = (server.register("ada").await, server.guest());
    for refused in [
        json!({"user": {"username": "ada", "password": "a Passw0rd that is refused"}}),
        json!({"user": {"password": "a Passw0rd that is alone"}}),
        json!({"user": {"username": 7, "password": "a Passw0rd next to a number"}}),
    ] {
        guest.post("/users", refused).await.expect(422);
    }
    for password in ["a Passw0rd that is wrong", &password_of("ada")] {
        for email in [&email_of("ada"), "nobody@conduit.test"] {
            let login = credentials(email, password);
            let answer = guest.post("/users/login", login).await;
            answer.expect_one_of(&[200, 401]);
        }
    }
    let change = json!({"user": {"password": "a Passw0rd that is new"}});
    ada.put("/user", change).await.expect(200);
    ada.get("/articles/none").await.expect(404);
    let broken = ada.with_token(&format!("{}x", ada.token()));
    broken.get("/user").await.expect(401);
    let without_a_scheme = ada.with_authorization(ada.token());
    without_a_scheme.get("/user").await.expect(401);
    ada.publish("Title").await;
}
