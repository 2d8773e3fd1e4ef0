//! `GET /user` and `PUT /user`.

use serde_json::{Value, json};

use crate::{
    client::{account, credentials, email_of, password_of},
    process::Server,
    shape::{optional_text, text},
};

on_both!(
    each_field_is_changed_alone,
    all_fields_are_changed_at_once,
    a_new_password_replaces_the_old_one,
    a_new_address_replaces_the_old_one,
    a_bio_and_an_image_are_taken_away_by_null,
    a_change_of_nothing_is_refused,
    a_field_that_is_empty_or_of_another_type_is_refused,
    a_name_or_an_address_of_another_is_refused,
    ones_own_name_and_address_are_not_taken,
    a_refused_change_changes_nothing,
    a_change_is_seen_in_the_profile_and_in_what_was_written,
);

async fn each_field_is_changed_alone(server: &Server) {
    let mut ada = server.register("ada").await;
    let mut expected = ada.get("/user").await.expect(200);
    for (field, value) in [
        ("bio", "I write programs"),
        ("image", "https://conduit.test/ada.png"),
        ("email", "countess@conduit.test"),
        ("username", "lovelace"),
    ] {
        let changed = ada
            .put("/user", json!({"user": {field: value}}))
            .await
            .expect(200);
        expected["user"][field] = json!(value);
        ada = ada.with_token(text(&changed["user"]["token"]));
        let current = ada.get("/user").await.expect(200);
        for answer in [changed, current] {
            for field in ["bio", "image", "email", "username"] {
                assert_eq!(answer["user"][field], expected["user"][field], "{field}");
            }
        }
    }
}

async fn all_fields_are_changed_at_once(server: &Server) {
    let ada = server.register("ada").await;
    let mut body = account("lovelace");
    body["user"]["bio"] = json!("I write programs");
    body["user"]["image"] = json!("https://conduit.test/ada.png");
    let changed = ada.put("/user", body.clone()).await.expect(200);
    for field in ["username", "email", "bio", "image"] {
        assert_eq!(changed["user"][field], body["user"][field], "{field}");
    }
    let login = credentials(&email_of("lovelace"), &password_of("lovelace"));
    server.guest().post("/users/login", login).await.expect(200);
}

async fn a_new_password_replaces_the_old_one(server: &Server) {
    let (ada, guest) = (server.register("ada").await, server.guest());
    let new = json!({"user": {"password": "a new Passw0rd!"}});
    ada.put("/user", new).await.expect(200);
    let old = credentials(&email_of("ada"), &password_of("ada"));
    guest.post("/users/login", old).await.expect(401);
    let new = credentials(&email_of("ada"), "a new Passw0rd!");
    guest.post("/users/login", new).await.expect(200);
}

async fn a_new_address_replaces_the_old_one(server: &Server) {
    let (ada, guest) = (server.register("ada").await, server.guest());
    let new = json!({"user": {"email": "new@conduit.test"}});
    ada.put("/user", new).await.expect(200);
    let old = credentials(&email_of("ada"), &password_of("ada"));
    guest.post("/users/login", old).await.expect(401);
    let new = credentials("new@conduit.test", &password_of("ada"));
    guest.post("/users/login", new).await.expect(200);
    // The old one is free again.
    let mut body = account("grace");
    body["user"]["email"] = json!(email_of("ada"));
    guest.post("/users", body).await.expect(201);
}

async fn a_bio_and_an_image_are_taken_away_by_null(server: &Server) {
    let ada = server.register("ada").await;
    for none in [Value::Null, json!("")] {
        let some = json!({"user": {"bio": "a bio", "image": "https://conduit.test/ada.png"}});
        ada.put("/user", some).await.expect(200);
        for field in ["image", "bio"] {
            let body = json!({"user": {field: none}});
            let changed = ada.put("/user", body).await.expect(200);
            assert_eq!(optional_text(&changed["user"][field]), "", "{field}");
        }
        let profile = server.guest().get("/profiles/ada").await.expect(200);
        assert_eq!(optional_text(&profile["profile"]["image"]), "");
        assert_eq!(optional_text(&profile["profile"]["bio"]), "");
    }
}

async fn a_change_of_nothing_is_refused(server: &Server) {
    let ada = server.register("ada").await;
    for body in [
        json!({"user": {}}),
        json!({}),
        json!(null),
        json!({"user": null}),
        json!([]),
    ] {
        ada.put("/user", body).await.expect(422);
    }
}

async fn a_field_that_is_empty_or_of_another_type_is_refused(server: &Server) {
    let ada = server.register("ada").await;
    for field in ["username", "email", "password"] {
        ada.put("/user", json!({"user": {field: ""}}))
            .await
            .expect(422);
        // Refused, or as if it was not there: never set.
        let null = ada.put("/user", json!({"user": {field: null}})).await;
        null.expect_one_of(&[200, 422]);
    }
    for field in ["username", "email", "password", "bio", "image"] {
        for wrong in [json!(7), json!(true), json!(["ada"]), json!({"a": "b"})] {
            ada.put("/user", json!({"user": {field: wrong}}))
                .await
                .expect(422);
        }
    }
    let login = credentials(&email_of("ada"), &password_of("ada"));
    let user = server.guest().post("/users/login", login).await.expect(200);
    assert_eq!(user["user"]["username"], "ada");
}

async fn a_name_or_an_address_of_another_is_refused(server: &Server) {
    let (ada, _) = (server.register("ada").await, server.register("grace").await);
    ada.put("/user", json!({"user": {"username": "grace"}}))
        .await
        .expect(422);
    let email = json!({"user": {"email": email_of("grace")}});
    ada.put("/user", email).await.expect(422);
}

async fn ones_own_name_and_address_are_not_taken(server: &Server) {
    let ada = server.register("ada").await;
    let same = json!({"user": {"username": "ada", "email": email_of("ada"), "bio": "new"}});
    let changed = ada.put("/user", same).await.expect(200);
    assert_eq!(changed["user"]["bio"], "new");
}

async fn a_refused_change_changes_nothing(server: &Server) {
    let (ada, _) = (server.register("ada").await, server.register("grace").await);
    let body = json!({"user": {"bio": "new", "password": "a new Passw0rd!", "username": "grace"}});
    ada.put("/user", body).await.expect(422);
    let current = ada.get("/user").await.expect(200);
    assert_eq!(optional_text(&current["user"]["bio"]), "");
    let login = credentials(&email_of("ada"), &password_of("ada"));
    server.guest().post("/users/login", login).await.expect(200);
}

async fn a_change_is_seen_in_the_profile_and_in_what_was_written(server: &Server) {
    let ada = server.register("ada").await;
    let path = ada.publish_at("Title").await;
    ada.comment(&path, "mine").await;
    let new = json!({"user": {"username": "lovelace", "bio": "new", "image": "https://conduit.test/a.png"}});
    ada.put("/user", new).await.expect(200);

    let guest = server.guest();
    guest.get("/profiles/ada").await.expect(404);
    let mut profile = guest.get("/profiles/lovelace").await.expect(200);
    let profile = profile["profile"].take();
    assert_eq!(profile["bio"], "new");
    let article = guest.get(&path).await.expect(200);
    assert_eq!(article["article"]["author"], profile);
    let comments = guest.get(&format!("{path}/comments")).await.expect(200);
    assert_eq!(comments["comments"][0]["author"], profile);
    let listed = guest.get("/articles?author=lovelace").await.expect(200);
    assert_eq!(listed["articles"][0]["author"], profile);
    assert_eq!(guest.titles("/articles?author=ada").await.1, 0);
}
