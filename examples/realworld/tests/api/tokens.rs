//! Who is asking: required and optional authentication, and tokens that are not the server's.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use sqlx::Connection as _;

use crate::{
    backend::connect,
    client::{Client, account, article, email_of},
    process::{JWT_SECRET, Server},
};

on_both!(
    what_needs_a_user_refuses_who_has_no_token,
    what_needs_a_user_refuses_a_token_that_is_none,
    what_is_open_to_guests_refuses_a_token_that_is_none,
    a_token_signed_with_the_secret_is_taken,
    a_token_that_has_expired_is_refused,
    a_token_signed_with_another_secret_is_refused,
    a_token_without_a_signature_is_refused,
    a_token_whose_claims_were_exchanged_is_refused,
    another_scheme_is_no_token,
    the_token_of_a_deleted_user_is_refused,
    the_token_of_a_user_who_is_renamed_is_never_that_of_another,
);

/// Everything that needs a user, on an article that is not there: the token is looked at first.
fn guarded() -> Vec<(Method, &'static str, Option<Value>)> {
    let comment = json!({"comment": {"body": "nice"}});
    vec![
        (Method::GET, "/user", None),
        (Method::PUT, "/user", Some(json!({"user": {"bio": "new"}}))),
        (Method::POST, "/profiles/ada/follow", None),
        (Method::DELETE, "/profiles/ada/follow", None),
        (Method::GET, "/articles/feed", None),
        (Method::POST, "/articles", Some(article("Title"))),
        (Method::PUT, "/articles/none", Some(article("Title"))),
        (Method::DELETE, "/articles/none", None),
        (Method::POST, "/articles/none/comments", Some(comment)),
        (Method::DELETE, "/articles/none/comments/1", None),
        (Method::POST, "/articles/none/favorite", None),
        (Method::DELETE, "/articles/none/favorite", None),
    ]
}

/// What answers guests, and users differently.
const OPEN: [&str; 4] = [
    "/profiles/ada",
    "/articles",
    "/articles?author=ada",
    "/articles/title/comments",
];

async fn what_needs_a_user_refuses_who_has_no_token(server: &Server) {
    server.register("ada").await;
    for (method, path, body) in guarded() {
        server.guest().ask(method, path, body).await.expect(401);
    }
}

async fn what_needs_a_user_refuses_a_token_that_is_none(server: &Server) {
    server.register("ada").await;
    let stranger = server.guest().with_token("no.token.atall");
    for (method, path, body) in guarded() {
        stranger.ask(method, path, body).await.expect(401);
    }
    for token in [
        "",
        "a",
        "..",
        "a.b",
        "a.b.c.d",
        "' OR 1=1 --",
        &"a".repeat(5_000),
    ] {
        server
            .guest()
            .with_token(token)
            .get("/user")
            .await
            .expect(401);
    }
}

async fn what_is_open_to_guests_refuses_a_token_that_is_none(server: &Server) {
    let ada = server.register("ada").await;
    let path = ada.publish_at("Title").await;
    let stranger = server.guest().with_token("no.token.atall");
    for path in OPEN {
        stranger.get(path).await.expect(401);
    }
    // The specification has no 401 here.
    for path in [path.as_str(), "/tags"] {
        stranger.get(path).await.expect_one_of(&[200, 401]);
    }
    for path in OPEN {
        let answer = server.guest().get(path).await;
        answer.expect_one_of(&[200, 404]);
    }
}

/// That the tokens below are refused for what is said, and not because they are made wrongly.
async fn a_token_signed_with_the_secret_is_taken(server: &Server) {
    let ada = server.register("ada").await;
    let token = signed_again(ada.token(), JWT_SECRET);
    let current = ada.with_token(&token).get("/user").await.expect(200);
    assert_eq!(current["user"]["username"], "ada");
}

async fn a_token_that_has_expired_is_refused(server: &Server) {
    let ada = server.register("ada").await;
    let (head, mut claims) = (part(ada.token(), 0), part(ada.token(), 1));
    assert!(claims["exp"].is_u64(), "it never expires: {claims}");
    claims["exp"] = json!(1_500_000_000);
    assert_refused(&ada, &signed(&head, &claims, JWT_SECRET)).await;
    claims.as_object_mut().expect("claims").remove("exp");
    assert_refused(&ada, &signed(&head, &claims, JWT_SECRET)).await;
}

async fn a_token_signed_with_another_secret_is_refused(server: &Server) {
    let ada = server.register("ada").await;
    for secret in ["another secret", "", "secret", &JWT_SECRET.to_uppercase()] {
        assert_refused(&ada, &signed_again(ada.token(), secret)).await;
    }
}

async fn a_token_without_a_signature_is_refused(server: &Server) {
    let ada = server.register("ada").await;
    let [head, claims, signature] = parts(ada.token());
    assert_refused(&ada, &format!("{head}.{claims}.")).await;
    assert_refused(&ada, &format!("{head}.{claims}")).await;
    assert_refused(&ada, &format!("{head}.{claims}.{}", &signature[..10])).await;
    for algorithm in ["none", "None", "NONE", "nOnE", "", "RS256", "ES256"] {
        let head = encoded(&json!({"alg": algorithm, "typ": "JWT"}));
        assert_refused(&ada, &format!("{head}.{claims}.")).await;
        assert_refused(&ada, &format!("{head}.{claims}.{signature}")).await;
        assert_refused(
            &ada,
            &format!(
                "{head}.{claims}.{}",
                mac(&format!("{head}.{claims}"), JWT_SECRET)
            ),
        )
        .await;
    }
}

async fn a_token_whose_claims_were_exchanged_is_refused(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    let [head, _, signature] = parts(ada.token());
    let [_, claims, _] = parts(grace.token());
    assert_refused(&ada, &format!("{head}.{claims}.{signature}")).await;
}

async fn another_scheme_is_no_token(server: &Server) {
    let ada = server.register("ada").await;
    for header in ["Basic YWRhOmFkYQ==", "Token", "Digest x", ada.token()] {
        ada.with_authorization(header)
            .get("/user")
            .await
            .expect(401);
    }
}

async fn the_token_of_a_deleted_user_is_refused(server: &Server) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    grace.publish("Title").await;
    delete_user(&server.database, "ada").await;
    for (method, path, body) in guarded() {
        ada.ask(method, path, body).await.expect(401);
    }
    for path in ["/profiles/grace", "/articles"] {
        ada.get(path).await.expect(401);
    }
    // The same name again is another user.
    server.register("ada").await;
    ada.get("/user").await.expect(401);
}

async fn the_token_of_a_user_who_is_renamed_is_never_that_of_another(server: &Server) {
    let ada = server.register("ada").await;
    let renamed = json!({"user": {"username": "lovelace", "email": "lovelace@conduit.test"}});
    ada.put("/user", renamed).await.expect(200);
    server
        .guest()
        .post("/users", account("ada"))
        .await
        .expect(201);
    let current = ada.get("/user").await.expect_one_of(&[200, 401]);
    assert_ne!(current["user"]["email"], email_of("ada"));
}

async fn assert_refused(user: &Client, token: &str) {
    user.with_token(token).get("/user").await.expect(401);
}

fn parts(token: &str) -> [&str; 3] {
    let parts: Vec<&str> = token.split('.').collect();
    parts.try_into().expect("three parts")
}

/// The head or the claims of a token.
fn part(token: &str, number: usize) -> Value {
    let bytes = URL_SAFE_NO_PAD.decode(parts(token)[number]);
    serde_json::from_slice(&bytes.expect("base64")).expect("JSON")
}

fn encoded(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

/// The same token, signed with another secret.
pub(crate) fn signed_again(token: &str, secret: &str) -> String {
    signed(&part(token, 0), &part(token, 1), secret)
}

/// A token by RFC 7515 with HS256.
fn signed(head: &Value, claims: &Value, secret: &str) -> String {
    let content = format!("{}.{}", encoded(head), encoded(claims));
    let signature = mac(&content, secret);
    format!("{content}.{signature}")
}

fn mac(content: &str, secret: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    mac.update(content.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// The API deletes no users.
async fn delete_user(database: &str, name: &str) {
    let mut connection = connect(database).await;
    let delete = sqlx::query("DELETE FROM users WHERE username = $1").bind(name.to_string());
    let deleted = delete.execute(&mut connection).await.expect("it deletes");
    assert_eq!(deleted.rows_affected(), 1);
    connection.close().await.expect("it closes");
}
