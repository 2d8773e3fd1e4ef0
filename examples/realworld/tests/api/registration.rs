//! `POST /users`.

use serde_json::{Value, json};

use crate::{
    client::{account, credentials, email_of, password_of},
    process::Server,
    shape::{optional_text, text},
};

on_both!(
    a_new_user_has_the_names_that_were_given_and_a_token_that_works,
    a_field_that_is_missing_empty_or_of_another_type_is_refused,
    a_user_that_is_no_object_is_refused,
    a_taken_name_or_address_is_refused,
    a_refused_registration_leaves_nothing,
    fields_that_the_api_does_not_know_are_left_out,
    names_outside_of_ascii_are_kept_or_refused,
    names_of_any_size_are_kept_or_refused,
);

async fn a_new_user_has_the_names_that_were_given_and_a_token_that_works(server: &Server) {
    let guest = server.guest();
    let registered = guest.post("/users", account("ada")).await.expect(201);
    let user = &registered["user"];
    assert_eq!(user["username"], "ada");
    assert_eq!(user["email"], email_of("ada"));
    assert_eq!(optional_text(&user["bio"]), "");
    assert_eq!(optional_text(&user["image"]), "");

    let ada = guest.with_token(text(&user["token"]));
    let current = ada.get("/user").await.expect(200);
    for field in ["username", "email", "bio", "image"] {
        assert_eq!(current["user"][field], user[field], "{field}");
    }
}

async fn a_field_that_is_missing_empty_or_of_another_type_is_refused(server: &Server) {
    let guest = server.guest();
    for field in ["username", "email", "password"] {
        let mut missing = account("ada");
        missing["user"]
            .as_object_mut()
            .expect("fields")
            .remove(field);
        guest.post("/users", missing).await.expect(422);
        for wrong in [
            json!(""),
            json!(null),
            json!(7),
            json!(true),
            json!(["ada"]),
            json!({"a": "b"}),
        ] {
            let mut body = account("ada");
            body["user"][field] = wrong;
            guest.post("/users", body).await.expect(422);
        }
    }
    server.register("ada").await;
}

async fn a_user_that_is_no_object_is_refused(server: &Server) {
    let mut bodies = vec![json!({}), json!(null), json!([]), json!("ada"), json!(7)];
    bodies.push(account("ada")["user"].clone());
    bodies.extend(
        [Value::Null, json!("ada"), json!([]), json!({})].map(|user| json!({"user": user})),
    );
    for body in bodies {
        server.guest().post("/users", body).await.expect(422);
    }
}

async fn a_taken_name_or_address_is_refused(server: &Server) {
    let guest = server.guest();
    server.register("ada").await;
    guest.post("/users", account("ada")).await.expect(422);
    for taken in ["username", "email"] {
        let mut body = account("grace");
        body["user"][taken] = account("ada")["user"][taken].take();
        guest.post("/users", body).await.expect(422);
    }
    // Neither her password nor anything else was overwritten.
    let login = credentials(&email_of("ada"), &password_of("ada"));
    let user = guest.post("/users/login", login).await.expect(200);
    assert_eq!(user["user"]["username"], "ada");
}

async fn a_refused_registration_leaves_nothing(server: &Server) {
    let guest = server.guest();
    server.register("ada").await;
    let mut body = account("grace");
    body["user"]["email"] = json!(email_of("ada"));
    guest.post("/users", body).await.expect(422);
    guest.get("/profiles/grace").await.expect(404);
    server.register("grace").await;
}

async fn fields_that_the_api_does_not_know_are_left_out(server: &Server) {
    let mut body = account("ada");
    body["user"]["admin"] = json!(true);
    body["user"]["id"] = json!(1);
    body["more"] = json!("of it");
    server.guest().post("/users", body).await.expect(201);
}

async fn names_outside_of_ascii_are_kept_or_refused(server: &Server) {
    let guest = server.guest();
    for name in ["Zoë", "Ада", "愛", "a b", "o'neill", "50%", "a/b", "🦀"] {
        let answer = guest.post("/users", account(name)).await;
        if answer.expect_one_of(&[201, 422])["user"].is_null() {
            continue;
        }
        let path = format!("/profiles/{}", crate::client::segment(name));
        let profile = guest.get(&path).await.expect(200);
        assert_eq!(profile["profile"]["username"], name);
    }
}

/// PostgreSQL puts no more than 2.7 kB into an index, SQLite as much as it is given.
async fn names_of_any_size_are_kept_or_refused(server: &Server) {
    for length in [300, 3_000, 30_000] {
        let name = noise(length);
        for (field, value) in [
            ("username", name.clone()),
            ("email", format!("{name}@conduit.test")),
        ] {
            let mut body = account(&format!("u{length}{field}"));
            body["user"][field] = json!(value);
            let answer = server.guest().post("/users", body).await;
            let user = answer.expect_one_of(&[201, 422]);
            assert!(
                user["user"].is_null() || user["user"][field] == value,
                "{user}"
            );
        }
    }
}

/// Letters that no index can compress: a linear congruential generator's, with Knuth's constants.
pub(crate) fn noise(length: usize) -> String {
    let mut state = 1_u64;
    let letter = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        char::from(b'a' + u8::try_from((state >> 33) % 26).expect("a letter"))
    };
    std::iter::repeat_with(letter).take(length).collect()
}
