//! The router without a socket, once through a real one, and the parts on their own.

use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

use super::*;

const BOOK: &str = "https://doc.rust-lang.org/book/";

/// What a client sees of a response.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }
}

async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await;
    let (parts, body) = response.expect("a router cannot fail").into_parts();
    let body = body.collect().await.expect("the body is in memory");
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: body.to_bytes().to_vec(),
    }
}

async fn post_link(router: &Router, authorization: Option<&str>, url: &str) -> Answer {
    let mut request = Request::post("/links").header(header::CONTENT_TYPE, "application/json");
    if let Some(value) = authorization {
        request = request.header(header::AUTHORIZATION, value);
    }
    let body = Body::from(json!({ "url": url }).to_string());
    send(router, request.body(body).expect("a valid request")).await
}

async fn get_path(router: &Router, path: &str) -> Answer {
    let request = Request::get(path).body(Body::empty());
    send(router, request.expect("a valid request")).await
}

#[tokio::test]
async fn a_link_is_shortened_and_followed() -> Result<(), BuildError> {
    let router = router().await?;

    let made = post_link(&router, Some("Bearer ada-token"), BOOK).await;
    assert_eq!(made.status, StatusCode::OK);
    assert_eq!(
        String::from_utf8_lossy(&made.body),
        r#"{"code":"cafe","url":"https://doc.rust-lang.org/book/","owner":"ada"}"#
    );

    let followed = get_path(&router, "/cafe").await;
    assert_eq!(followed.status, StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(followed.headers[header::LOCATION], BOOK);
    assert!(followed.body.is_empty());
    Ok(())
}

#[tokio::test]
async fn the_store_is_shared_while_user_and_code_are_the_requests_own() -> Result<(), BuildError> {
    let router = router().await?;
    let first = post_link(&router, Some("Bearer ada-token"), BOOK).await;
    let second = post_link(&router, Some("Bearer bob-token"), "https://crates.io/").await;
    assert_eq!(
        (&first.json()["code"], &first.json()["owner"]),
        (&json!("cafe"), &json!("ada"))
    );
    assert_eq!(
        (&second.json()["code"], &second.json()["owner"]),
        (&json!("caff"), &json!("bob"))
    );
    let followed = get_path(&router, "/cafe").await;
    assert_eq!(followed.headers[header::LOCATION], BOOK);
    Ok(())
}

#[tokio::test]
async fn two_apps_share_nothing() -> Result<(), BuildError> {
    let (one, other) = (router().await?, router().await?);
    post_link(&one, Some("Bearer ada-token"), BOOK).await;
    let missing = get_path(&other, "/cafe").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert_eq!(missing.json(), json!({ "error": "no such link" }));
    Ok(())
}

#[tokio::test]
async fn a_request_without_a_known_token_is_answered_by_the_constructor() -> Result<(), BuildError>
{
    let router = router().await?;
    for authorization in [None, Some("Bearer eve-token"), Some("ada-token"), Some("")] {
        let refused = post_link(&router, authorization, BOOK).await;
        assert_eq!(
            refused.status,
            StatusCode::UNAUTHORIZED,
            "{authorization:?}"
        );
        assert_eq!(refused.json(), json!({ "error": "send a bearer token" }));
    }
    assert_eq!(
        get_path(&router, "/cafe").await.status,
        StatusCode::NOT_FOUND
    );
    Ok(())
}

#[tokio::test]
async fn what_is_no_absolute_url_is_refused() -> Result<(), BuildError> {
    let router = router().await?;
    for url in [
        "",
        "book",
        "/book",
        "rust-lang.org",
        "https://a b",
        "https://a\nb: c",
    ] {
        let refused = post_link(&router, Some("Bearer ada-token"), url).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{url:?}");
        assert_eq!(refused.json(), json!({ "error": "not an absolute url" }));
    }
    Ok(())
}

/// A handler stays a plain async fn, so that a unit test needs neither app nor router.
#[tokio::test]
async fn a_handler_is_called_with_any_links() {
    struct OneLink;

    #[async_trait]
    impl Links for OneLink {
        async fn put(&self, _: Link) {}
        async fn get(&self, code: &str) -> Option<Link> {
            let [code, url, owner] = [code, BOOK, "ada"].map(String::from);
            Some(Link { code, url, owner })
        }
    }

    let followed = follow::call(&OneLink, Path("any".to_string())).await;
    let response = followed.into_response();
    assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(response.headers()[header::LOCATION], BOOK);
}

#[tokio::test]
async fn a_link_is_shortened_through_a_socket() -> Result<(), Box<dyn Error>> {
    let router = router().await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async move { axum::serve(listener, router).await });

    let body = json!({ "url": BOOK }).to_string();
    let request = format!(
        "POST /links HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer ada-token\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut response = String::new();
    stream.read_to_string(&mut response).await?;
    server.abort();

    let (head, body) = response.split_once("\r\n\r\n").ok_or("no end of head")?;
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert_eq!(
        body,
        r#"{"code":"cafe","url":"https://doc.rust-lang.org/book/","owner":"ada"}"#
    );
    Ok(())
}
