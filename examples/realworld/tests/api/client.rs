//! A client of the API: asks, and checks what holds for every answer.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{process::Secrets, shape};

/// What would show that an error of the inside went out.
const INTERNALS: [&str; 12] = [
    "sqlx",
    "SQLITE",
    "sqlite",
    "postgres",
    "UNIQUE",
    "duplicate key",
    "violates",
    "syntax error at",
    "database",
    "panicked",
    "backtrace",
    ".rs",
];

/// Somebody who uses the API: a guest, or a user with a token.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    secrets: Secrets,
    authorization: Option<String>,
    /// The user's name; empty for a guest.
    pub(crate) name: String,
}

impl Client {
    pub(crate) fn new(http: reqwest::Client, base: String, secrets: Secrets) -> Self {
        Self {
            http,
            base,
            secrets,
            authorization: None,
            name: String::new(),
        }
    }

    /// The same with another token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        self.with_authorization(&format!("Token {token}"))
    }

    /// The same with this as the whole header.
    pub(crate) fn with_authorization(&self, header: &str) -> Self {
        let authorization = Some(header.to_string());
        Self {
            authorization,
            ..self.clone()
        }
    }

    /// The token that is sent.
    pub(crate) fn token(&self) -> &str {
        let header = self.authorization.as_deref().expect("a user");
        header.strip_prefix("Token ").expect("a token")
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None).await
    }

    /// Asks with JSON, or without a body.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = self.request(method, path);
        let Some(body) = body else {
            return self.send(request).await;
        };
        if let Some(password) = body["user"]["password"].as_str() {
            self.secrets.keep(password);
        }
        self.send(request.json(&body)).await
    }

    /// A request that is not sent yet.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.authorization {
            Some(header) => request.header("authorization", header),
            None => request,
        }
    }

    /// Sends a request; the answer, if there is one.
    pub(crate) async fn try_send(&self, request: RequestBuilder) -> reqwest::Result<Answer> {
        let (http, request) = request.build_split();
        let request = request?;
        let asked = format!("{} {}", request.method(), request.url());
        let response = http.execute(request).await?;
        let status = response.status().as_u16();
        let kind = response.headers().get("content-type").cloned();
        let text = response.text().await?;
        let is_json = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        assert_eq!(!text.is_empty(), is_json, "{asked}: {status} {text:?}");
        let body = match text.is_empty() {
            true => Value::Null,
            false => serde_json::from_str(&text).expect("JSON"),
        };
        if let Some(token) = body["user"]["token"].as_str() {
            self.secrets.keep(token);
        }
        let answer = Answer {
            asked,
            status,
            body,
        };
        answer.assert_is_no_inside();
        Ok(answer)
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        self.try_send(request).await.expect("an answer")
    }
}

/// What is asked for all the time.
impl Client {
    /// Registers a user, with an address and a password that follow from the name.
    pub(crate) async fn register(&self, name: &str) -> Self {
        let registered = self.post("/users", account(name)).await.expect(201);
        let token = shape::text(&registered["user"]["token"]);
        Self {
            name: name.to_string(),
            ..self.with_token(token)
        }
    }

    /// Publishes an article without tags.
    pub(crate) async fn publish(&self, title: &str) -> Value {
        self.publish_with(title, &[]).await
    }

    /// Publishes an article.
    pub(crate) async fn publish_with(&self, title: &str, tags: &[&str]) -> Value {
        let mut body = article(title);
        body["article"]["tagList"] = json!(tags);
        let mut published = self.post("/articles", body).await.expect(201);
        published["article"].take()
    }

    /// Publishes an article; where it is.
    pub(crate) async fn publish_at(&self, title: &str) -> String {
        path_of(&self.publish(title).await)
    }

    pub(crate) async fn follow(&self, name: &str) -> Answer {
        let path = format!("/profiles/{}/follow", segment(name));
        self.ask(Method::POST, &path, None).await
    }

    pub(crate) async fn unfollow(&self, name: &str) -> Answer {
        let path = format!("/profiles/{}/follow", segment(name));
        self.delete(&path).await
    }

    /// Makes the article at this path a favourite.
    pub(crate) async fn favorite(&self, article: &str) -> Answer {
        self.ask(Method::POST, &format!("{article}/favorite"), None)
            .await
    }

    pub(crate) async fn unfavorite(&self, article: &str) -> Answer {
        self.delete(&format!("{article}/favorite")).await
    }

    /// Comments on the article at this path.
    pub(crate) async fn comment(&self, article: &str, body: &str) -> Value {
        let comment = json!({"comment": {"body": body}});
        let path = format!("{article}/comments");
        let mut commented = self.post(&path, comment).await.expect(200);
        commented["comment"].take()
    }

    /// The titles in a list, and how many there are without pages.
    pub(crate) async fn titles(&self, path: &str) -> (Vec<String>, u64) {
        let listed = self.get(path).await.expect(200);
        let articles = shape::list(&listed["articles"]).iter();
        let titles = articles.map(|one| shape::text(&one["title"]).to_string());
        (titles.collect(), shape::number(&listed["articlesCount"]))
    }
}

/// An answer, with what was asked.
pub(crate) struct Answer {
    asked: String,
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    /// The body of an answer with this status, and of the shape that belongs to it.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        self.expect_one_of(&[status])
    }

    /// The same where the specification leaves more than one open.
    #[track_caller]
    pub(crate) fn expect_one_of(self, statuses: &[u16]) -> Value {
        let Self {
            asked,
            status,
            body,
        } = self;
        assert!(
            statuses.contains(&status),
            "{asked}: {status}, not {statuses:?}: {body}"
        );
        shape::check(status, &body);
        body
    }

    fn assert_is_no_inside(&self) {
        let Self {
            asked,
            status,
            body,
        } = self;
        assert!(*status < 500, "{asked}: {status} {body}");
        let text = body.to_string();
        assert!(!text.contains("$argon2"), "{asked}: {status} {text}");
        if *status >= 400 {
            let shown = INTERNALS.iter().find(|part| text.contains(**part));
            assert_eq!(shown, None, "{asked}: {status} {text}");
        }
    }
}

/// A user to register.
pub(crate) fn account(name: &str) -> Value {
    json!({"user": {"username": name, "email": email_of(name), "password": password_of(name)}})
}

/// A user to log in.
pub(crate) fn credentials(email: &str, password: &str) -> Value {
    json!({"user": {"email": email, "password": password}})
}

pub(crate) fn email_of(name: &str) -> String {
    format!("{name}@conduit.test")
}

pub(crate) fn password_of(name: &str) -> String {
    format!("the Passw0rd of {name}!")
}

/// An article to publish.
pub(crate) fn article(title: &str) -> Value {
    json!({"article": {"title": title, "description": "what it is about", "body": "all of it"}})
}

/// Where an article is.
pub(crate) fn path_of(article: &Value) -> String {
    format!("/articles/{}", segment(shape::text(&article["slug"])))
}

/// A text as one segment of a path, or as one value of a query.
pub(crate) fn segment(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}
