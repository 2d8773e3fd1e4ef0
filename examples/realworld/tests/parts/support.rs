//! The application on a database of its own, without a socket.

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use di_axum::Builder;
use http_body_util::BodyExt;
use realworld::{App, router};
use realworld_accounts::Secret;
use realworld_storage::Database;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

pub(crate) const SECRET: &str = "what the tokens are signed with";

pub(crate) struct Api {
    pub(crate) app: App,
    pub(crate) router: Router,
    _dir: TempDir,
}

impl Api {
    /// With other parts, or as it is.
    pub(crate) async fn with(change: impl FnOnce(Builder<App>) -> Builder<App>) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("conduit.db");
        let database = Database {
            url: format!("sqlite:{}", file.display()),
            connections: 4,
        };
        let builder = App::builder(database, Secret::new(SECRET));
        let app = change(builder).build().await.expect("the app starts");
        let router = router(app.clone());
        Api {
            app,
            router,
            _dir: dir,
        }
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Value,
    ) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Token {token}"));
        }
        let body = match body {
            Value::Null => Body::empty(),
            body => Body::from(body.to_string()),
        };
        let request = request.body(body).expect("a valid request");
        let response = self.router.clone().oneshot(request).await;
        let (head, body) = response.expect("a router cannot fail").into_parts();
        let body = body.collect().await.expect("the body is in memory");
        let body = serde_json::from_slice(&body.to_bytes()).unwrap_or(Value::Null);
        (head.status, body)
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> (StatusCode, Value) {
        self.send(Method::GET, path, token, Value::Null).await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> (StatusCode, Value) {
        self.send(Method::POST, path, token, body).await
    }

    /// The token of a new user.
    pub(crate) async fn register(&self, name: &str) -> String {
        let user = json!({ "username": name, "email": format!("{name}@home"), "password": format!("{name}'s password") });
        let (status, body) = self.post("/api/users", "", json!({ "user": user })).await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        body["user"]["token"].as_str().expect("a token").to_string()
    }

    /// The slug of a new article.
    pub(crate) async fn publish(&self, token: &str, title: &str, tags: &[&str]) -> String {
        let article =
            json!({ "title": title, "description": "about", "body": "text", "tagList": tags });
        let (status, body) = self
            .post("/api/articles", token, json!({ "article": article }))
            .await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        body["article"]["slug"]
            .as_str()
            .expect("a slug")
            .to_string()
    }
}
