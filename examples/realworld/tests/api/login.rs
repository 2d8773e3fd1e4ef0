//! `POST /users/login`.

use serde_json::json;

use crate::{
    client::{credentials, email_of, password_of},
    process::Server,
    shape::text,
};

on_both!(
    a_login_answers_the_user_with_a_token_that_works,
    an_unknown_address_and_a_wrong_password_are_answered_alike,
    a_field_that_is_missing_empty_or_of_another_type_is_refused,
    a_token_that_is_no_longer_good_does_not_hinder_a_login,
    a_password_is_compared_in_full,
);

async fn a_login_answers_the_user_with_a_token_that_works(server: &Server) {
    server.register("ada").await;
    let guest = server.guest();
    let login = credentials(&email_of("ada"), &password_of("ada"));
    let answer = guest.post("/users/login", login).await.expect(200);
    assert_eq!(answer["user"]["username"], "ada");
    assert_eq!(answer["user"]["email"], email_of("ada"));
    let ada = guest.with_token(text(&answer["user"]["token"]));
    let current = ada.get("/user").await.expect(200);
    assert_eq!(current["user"]["username"], "ada");
}

async fn an_unknown_address_and_a_wrong_password_are_answered_alike(server: &Server) {
    server.register("ada").await;
    let guest = server.guest();
    let wrong = credentials(&email_of("ada"), &password_of("grace"));
    let wrong = guest.post("/users/login", wrong).await.expect(401);
    let unknown = credentials(&email_of("grace"), &password_of("grace"));
    let unknown = guest.post("/users/login", unknown).await.expect(401);
    assert_eq!(wrong, unknown);
}

async fn a_field_that_is_missing_empty_or_of_another_type_is_refused(server: &Server) {
    server.register("ada").await;
    let guest = server.guest();
    for field in ["email", "password"] {
        let login = credentials(&email_of("ada"), &password_of("ada"));
        let mut missing = login.clone();
        missing["user"]
            .as_object_mut()
            .expect("fields")
            .remove(field);
        guest.post("/users/login", missing).await.expect(422);
        for wrong in [
            json!(""),
            json!(null),
            json!(7),
            json!(["ada"]),
            json!({"a": "b"}),
        ] {
            let mut body = login.clone();
            body["user"][field] = wrong;
            guest.post("/users/login", body).await.expect(422);
        }
    }
    for body in [
        json!({}),
        json!(null),
        json!([]),
        json!({"user": null}),
        json!({"user": {}}),
    ] {
        guest.post("/users/login", body).await.expect(422);
    }
}

async fn a_token_that_is_no_longer_good_does_not_hinder_a_login(server: &Server) {
    server.register("ada").await;
    let stale = server.guest().with_token("no.longer.good");
    let login = credentials(&email_of("ada"), &password_of("ada"));
    stale.post("/users/login", login).await.expect(200);
    stale.register("grace").await;
}

/// Some hashes look at the first 72 bytes only, or up to the first zero.
async fn a_password_is_compared_in_full(server: &Server) {
    let guest = server.guest();
    let long = "a long passphrase of many words ".repeat(4);
    let account =
        json!({"user": {"username": "ada", "email": "ada@conduit.test", "password": long}});
    guest.post("/users", account).await.expect(201);
    for wrong in [
        &long[..72],
        &long[..long.len() - 1],
        &format!("{long}!"),
        &long.to_uppercase(),
    ] {
        let login = credentials("ada@conduit.test", wrong);
        guest.post("/users/login", login).await.expect(401);
    }
    let login = credentials("ada@conduit.test", &long);
    guest.post("/users/login", login).await.expect(200);
}
