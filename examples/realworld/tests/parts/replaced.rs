//! Handlers with replaced parts.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering::Relaxed},
};

use async_trait::async_trait;
use axum::http::StatusCode;
use realworld_accounts::{HashedPassword, MaybeUser, Update, User, Users};
use realworld_common::{Clock, Ids, Problem, Timestamp};
use serde_json::{Value, json};

use crate::support::Api;

/// Noon of the first day of 2030.
const NOON: Timestamp = Timestamp(1_893_499_200_000);

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        NOON
    }
}

#[derive(Default)]
struct Counted(AtomicI64);

impl Ids for Counted {
    fn next(&self) -> i64 {
        self.0.fetch_add(1, Relaxed) + 1
    }
}

#[tokio::test]
async fn time_and_ids_are_what_a_test_says() {
    let api = Api::with(|builder| {
        let builder = builder.replace::<dyn Clock>(Arc::new(Stopped));
        builder.replace::<dyn Ids>(Arc::new(Counted::default()))
    })
    .await;
    let token = api.register("ada").await; // Number 1.
    api.publish(&token, "A dragon", &[]).await; // And 2.
    let slug = api.publish(&token, "A dragon", &[]).await;
    assert_eq!(slug, "a-dragon-3");
    let (status, body) = api.get("/api/articles/a-dragon-3", "").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body["article"]["createdAt"], "2030-01-01T12:00:00.000Z");
    assert_eq!(body["article"]["updatedAt"], "2030-01-01T12:00:00.000Z");
}

fn ada(id: i64) -> User {
    User {
        id,
        username: "ada".to_string(),
        email: "ada@home".to_string(),
        password: HashedPassword(String::new()),
        bio: "counts".to_string(),
        image: String::new(),
    }
}

/// There is nobody but ada, and whoever asks follows her.
struct OnlyAda;

#[async_trait]
impl Users for OnlyAda {
    async fn by_id(&self, id: i64) -> Result<Option<User>, Problem> {
        Ok(Some(ada(id)))
    }
    async fn by_email(&self, _: &str) -> Result<Option<User>, Problem> {
        Ok(None)
    }
    async fn by_name(&self, name: &str) -> Result<Option<User>, Problem> {
        Ok((name == "ada").then(|| ada(1)))
    }
    async fn add(&self, _: &User) -> Result<(), Problem> {
        Err(Problem::Internal("a fake breaks".into()))
    }
    async fn update(
        &self,
        id: i64,
        _: &Update,
        _: Option<&HashedPassword>,
    ) -> Result<User, Problem> {
        Ok(ada(id))
    }
    async fn follows(&self, _: i64, _: i64) -> Result<bool, Problem> {
        Ok(true)
    }
    async fn follow(&self, _: i64, _: i64) -> Result<(), Problem> {
        Ok(())
    }
    async fn unfollow(&self, _: i64, _: i64) -> Result<(), Problem> {
        Ok(())
    }
    async fn release(&self) -> Result<(), Problem> {
        Ok(())
    }
}

#[tokio::test]
async fn users_that_are_in_no_database() {
    let api = Api::with(|builder| {
        let builder = builder.replace_with::<dyn Users>(|_| Box::new(OnlyAda));
        // Whoever says so is signed in.
        builder.replace_with::<MaybeUser>(|head| {
            Box::new(MaybeUser::of(head.headers.get("x-ada").map(|_| ada(2))))
        })
    })
    .await;
    let (status, body) = api.get("/api/profiles/ada", "").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        body,
        json!({ "profile": { "username": "ada", "bio": "counts", "image": "", "following": false } })
    );
    let (status, _) = api.get("/api/profiles/bob", "").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = api.get("/api/user", "").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_breaks_inside_is_not_told() {
    let api = Api::with(|builder| builder.replace_with::<dyn Users>(|_| Box::new(OnlyAda))).await;
    let user = json!({ "username": "eve", "email": "eve@home", "password": "x" });
    let (status, body) = api.post("/api/users", "", json!({ "user": user })).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(
        body,
        json!({ "errors": { "body": ["something went wrong"] } })
    );
}

/// The answer to a panic is the library's, in the shape of this API.
#[tokio::test]
async fn a_panic_is_answered_in_the_same_shape() {
    struct Broken;

    impl Clock for Broken {
        fn now(&self) -> Timestamp {
            panic!("the clock is broken")
        }
    }

    let api = Api::with(|builder| {
        builder
            .replace::<dyn Ids>(Arc::new(Counted::default()))
            .replace::<dyn Clock>(Arc::new(Broken))
    })
    .await;
    let user = json!({ "username": "eve", "email": "eve@home", "password": "x" });
    let registered = api.post("/api/users", "", json!({ "user": user.clone() }));
    let (status, body) = registered.await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(
        body,
        json!({ "errors": { "body": ["something went wrong"] } })
    );
    // And nobody was registered.
    let (status, body) = api.get("/api/profiles/eve", "").await;
    assert_eq!(
        (status, body["profile"].clone()),
        (StatusCode::NOT_FOUND, Value::Null)
    );
}
