//! Bodies that are none, or too large, and paths that lead nowhere.

use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    client::{Client, account},
    process::Server,
};

on_both!(
    what_is_no_json_is_refused,
    a_body_that_is_missing_is_refused,
    another_content_type_is_refused,
    a_zero_character_is_no_error_of_the_server,
    a_body_beyond_the_limit_is_refused_before_it_is_read,
    a_path_that_is_none_is_not_found,
    a_method_that_is_none_is_refused,
);

/// Everything that reads a body.
async fn writes(server: &Server) -> (Client, Vec<(Method, String)>) {
    let ada = server.register("ada").await;
    let path = ada.publish_at("Title").await;
    let writes = vec![
        (Method::POST, "/users".to_string()),
        (Method::POST, "/users/login".to_string()),
        (Method::PUT, "/user".to_string()),
        (Method::POST, "/articles".to_string()),
        (Method::POST, format!("{path}/comments")),
        (Method::PUT, path),
    ];
    (ada, writes)
}

async fn what_is_no_json_is_refused(server: &Server) {
    let (ada, writes) = writes(server).await;
    let deep = "[".repeat(10_000);
    let bodies: [&[u8]; 9] = [
        b"{",
        b"{\"user\": {\"email\": \"ada\"",
        b"user=ada",
        b"<user/>",
        b"{} {}",
        b"{\"user\": {\"email\": \"\xff\xfe\"}}",
        b"{\"user\": {\"email\": \"\\ud800\"}}",
        b"{'user': {}}",
        deep.as_bytes(),
    ];
    for (method, path) in writes {
        for body in bodies {
            let request = ada.request(method.clone(), &path).body(body.to_vec());
            let request = request.header("content-type", "application/json");
            ada.send(request).await.expect(422);
        }
    }
}

async fn a_body_that_is_missing_is_refused(server: &Server) {
    let (ada, writes) = writes(server).await;
    for (method, path) in writes {
        let request = ada.request(method.clone(), &path);
        let typed = request.header("content-type", "application/json");
        ada.send(typed).await.expect(422);
        let answer = ada.ask(method, &path, None).await;
        answer.expect_one_of(&[415, 422]);
    }
}

/// Refused, or read as the JSON that it is.
async fn another_content_type_is_refused(server: &Server) {
    let guest = server.guest();
    for (number, kind) in ["text/plain", "application/x-www-form-urlencoded"]
        .into_iter()
        .enumerate()
    {
        let body = account(&format!("ada{number}")).to_string();
        let request = guest.request(Method::POST, "/users").body(body);
        let answer = guest.send(request.header("content-type", kind)).await;
        answer.expect_one_of(&[201, 415, 422]);
    }
    for (number, kind) in ["application/json; charset=utf-8", "application/JSON"]
        .into_iter()
        .enumerate()
    {
        let body = account(&format!("grace{number}")).to_string();
        let request = guest.request(Method::POST, "/users").body(body);
        guest
            .send(request.header("content-type", kind))
            .await
            .expect(201);
    }
}

/// PostgreSQL keeps no text with one.
async fn a_zero_character_is_no_error_of_the_server(server: &Server) {
    let ada = server.register("ada").await;
    let path = ada.publish_at("Title").await;
    for field in ["username", "email", "password"] {
        let mut body = account(&format!("grace{field}"));
        body["user"][field] = json!(format!("zero\u{0}{field}"));
        server
            .guest()
            .post("/users", body)
            .await
            .expect_one_of(&[201, 422]);
        let mut login = account("ada");
        login["user"][field] = json!("zero\u{0}");
        let statuses = [200, 401, 422];
        server
            .guest()
            .post("/users/login", login)
            .await
            .expect_one_of(&statuses);
    }
    for field in ["title", "description", "body", "tagList"] {
        let mut body = crate::client::article("Title");
        body["article"][field] = match field {
            "tagList" => json!(["zero\u{0}"]),
            _ => json!("zero\u{0}"),
        };
        ada.post("/articles", body.clone())
            .await
            .expect_one_of(&[201, 422]);
        ada.put(&path, body).await.expect_one_of(&[200, 404, 422]);
    }
    for field in ["bio", "image", "username"] {
        let change = json!({"user": {field: "zero\u{0}"}});
        ada.put("/user", change).await.expect_one_of(&[200, 422]);
    }
    let comment = json!({"comment": {"body": "zero\u{0}"}});
    let commented = ada.post(&format!("{path}/comments"), comment).await;
    commented.expect_one_of(&[200, 404, 422]);
    for path in [
        "/articles?tag=%00",
        "/articles?author=a%00",
        "/articles?favorited=%00",
    ] {
        ada.get(path).await.expect_one_of(&[200, 400, 422]);
    }
    for path in [
        "/articles/%00",
        "/profiles/ada%00",
        "/articles/%00/comments",
        "/articles/%FF",
        "/profiles/%C3",
    ] {
        ada.get(path).await.expect_one_of(&[400, 404, 422]);
    }
}

async fn a_body_beyond_the_limit_is_refused_before_it_is_read(server: &Server) {
    let ada = server.register("ada").await;
    for (method, path) in [("POST", "/users"), ("POST", "/articles"), ("PUT", "/user")] {
        let head = format!(
            "{method} /api{path} HTTP/1.1\r\nhost: {}\r\nauthorization: Token {}\r\ncontent-type: application/json\r\n",
            server.address,
            ada.token(),
        );
        for length in ["content-length: 268435456", "transfer-encoding: chunked"] {
            let answer = refusal(server, &format!("{head}{length}\r\n\r\n")).await;
            assert!(
                answer.starts_with("HTTP/1.1 413"),
                "{method} {path}, {length}: {answer}"
            );
            assert!(answer.contains(r#"{"errors":{"body":["#), "{answer}");
        }
    }
    ada.get("/user").await.expect(200);
}

/// What is answered to a body that goes on and on. An answer can be lost where the server closes
/// a connection that still has something to read, so there is more than one try.
async fn refusal(server: &Server, head: &str) -> String {
    let mut answer = String::new();
    for _ in 0..10 {
        let socket = TcpStream::connect(&server.address)
            .await
            .expect("a connection");
        let (mut from, mut to) = socket.into_split();
        let mut start = head.as_bytes().to_vec();
        let writing = tokio::spawn(async move {
            let chunk = format!("8000\r\n\"{}\r\n", " ".repeat(0x7fff));
            // A quarter of what was announced.
            for _ in 0..2048 {
                start.extend(chunk.as_bytes());
                if to.write_all(&start).await.is_err() {
                    return;
                }
                start.clear();
            }
        });
        let mut bytes = Vec::new();
        let read = from.read_to_end(&mut bytes).await;
        writing.abort();
        answer = String::from_utf8_lossy(&bytes).into_owned();
        if answer.contains("\r\n\r\n{") {
            break;
        }
        eprintln!("again, after {answer:?}: {read:?}");
    }
    answer
}

async fn a_path_that_is_none_is_not_found(server: &Server) {
    let ada = server.register("ada").await;
    for path in [
        "",
        "/",
        "/none",
        "/articles/a/b",
        "/users/ada",
        "/profiles",
        "/articles/a/comments/1/2",
    ] {
        let answer = ada.get(path).await;
        assert!(
            [404, 405].contains(&answer.status),
            "{path}: {}",
            answer.status
        );
    }
}

async fn a_method_that_is_none_is_refused(server: &Server) {
    let ada = server.register("ada").await;
    for (method, path) in [
        (Method::PATCH, "/user"),
        (Method::GET, "/users/login"),
        (Method::DELETE, "/articles"),
        (Method::PUT, "/tags"),
    ] {
        let answer = ada.ask(method, path, None).await;
        assert!(
            [404, 405].contains(&answer.status),
            "{path}: {}",
            answer.status
        );
    }
}
