//! The service with fakes, and without a container.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Mutex,
        atomic::{AtomicI64, AtomicUsize, Ordering::Relaxed},
    },
    task::Poll,
};

use argon2::Params;
use async_trait::async_trait;
use realworld_common::Timestamp;

use super::*;
use crate::{HashedPassword, Secret};

/// Users in memory, and how often a query gave back what it kept.
#[derive(Default)]
struct FakeUsers {
    users: Mutex<Vec<User>>,
    released: AtomicUsize,
}

impl FakeUsers {
    fn find(&self, is: impl Fn(&User) -> bool) -> Option<User> {
        let users = self.users.lock().expect("no panic while locked");
        users.iter().find(|user| is(user)).cloned()
    }
}

#[async_trait]
impl Users for FakeUsers {
    async fn by_id(&self, id: i64) -> Result<Option<User>, Problem> {
        Ok(self.find(|user| user.id == id))
    }
    async fn by_email(&self, email: &str) -> Result<Option<User>, Problem> {
        Ok(self.find(|user| user.email == email))
    }
    async fn by_name(&self, username: &str) -> Result<Option<User>, Problem> {
        Ok(self.find(|user| user.username == username))
    }
    async fn add(&self, user: &User) -> Result<(), Problem> {
        if self.find(|other| other.email == user.email).is_some() {
            return Err(Problem::invalid("email has already been taken"));
        }
        let mut users = self.users.lock().expect("no panic while locked");
        users.push(user.clone());
        Ok(())
    }
    async fn update(
        &self,
        id: i64,
        changes: &Update,
        password: Option<&HashedPassword>,
    ) -> Result<User, Problem> {
        let mut users = self.users.lock().expect("no panic while locked");
        let user = users.iter_mut().find(|user| user.id == id);
        let user = user.ok_or(Problem::NotFound("user"))?;
        user.bio = changes.bio.clone().unwrap_or(user.bio.clone());
        user.password = password.unwrap_or(&user.password).clone();
        Ok(user.clone())
    }
    async fn follows(&self, _: i64, _: i64) -> Result<bool, Problem> {
        Ok(false)
    }
    async fn follow(&self, _: i64, _: i64) -> Result<(), Problem> {
        Ok(())
    }
    async fn unfollow(&self, _: i64, _: i64) -> Result<(), Problem> {
        Ok(())
    }
    async fn release(&self) -> Result<(), Problem> {
        self.released.fetch_add(1, Relaxed);
        Ok(())
    }
}

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp(1_700_000_000_000)
    }
}

#[derive(Default)]
struct Counted(AtomicI64);

impl Ids for Counted {
    fn next(&self) -> i64 {
        self.0.fetch_add(1, Relaxed) + 1
    }
}

/// What the service borrows.
struct Parts {
    users: FakeUsers,
    passwords: Passwords,
    tokens: Tokens,
    ids: Counted,
}

/// Passwords that cost next to nothing, so many of them at once.
fn cheap_passwords(places: usize) -> Passwords {
    let cost = Params::new(Params::MIN_M_COST, 1, 1, None).expect("that is a cost");
    Passwords::with_cost(cost, places).expect("there are random numbers")
}

impl Parts {
    fn new() -> Self {
        Parts {
            users: FakeUsers::default(),
            passwords: cheap_passwords(1),
            tokens: Tokens::new(&Secret::new("secret")),
            ids: Counted::default(),
        }
    }

    fn accounts(&self) -> Accounts<'_> {
        Accounts {
            users: &self.users,
            passwords: &self.passwords,
            tokens: &self.tokens,
            clock: &Stopped,
            ids: &self.ids,
        }
    }

    async fn register(&self, username: &str) -> Result<UserView, Problem> {
        let new = Registration {
            username: Some(username.to_string()),
            email: Some(format!("{username}@home")),
            password: Some(format!("{username}'s password")),
        };
        self.accounts().register(new).await
    }

    async fn login(&self, email: &str, password: &str) -> Result<UserView, Problem> {
        let login = Login {
            email: Some(email.to_string()),
            password: Some(password.to_string()),
        };
        self.accounts().login(login).await
    }
}

fn messages<T>(result: Result<T, Problem>) -> Vec<String> {
    match result {
        Err(Problem::Invalid(messages)) => messages,
        Err(problem) => vec![format!("{problem:?}")],
        Ok(_) => Vec::new(),
    }
}

#[tokio::test]
async fn who_registers_can_log_in_and_is_known_by_the_token() -> Result<(), Problem> {
    let parts = Parts::new();
    parts.register("ada").await?;
    let bob = parts.register("bob").await?;
    assert_eq!((&*bob.username, &*bob.bio, &*bob.image), ("bob", "", ""));
    let again = parts.login("bob@home", "bob's password").await?;
    for token in [&bob.token, &again.token] {
        assert_eq!(parts.tokens.read(token, Stopped.now())?, 2);
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() -> Result<(), Problem> {
    let parts = Parts::new();
    parts.register("ada").await?;
    for (email, password) in [
        ("ada@home", "guessed"),
        ("eve@home", "ada's password"),
        // What the hash for nobody is made of opens no account.
        ("eve@home", "nobody's password"),
    ] {
        let problem = parts.login(email, password).await.err();
        let problem = problem.map(|problem| problem.to_string());
        assert_eq!(problem.as_deref(), Some("email or password is wrong"));
    }
    // And no connection was kept while any of them was hashed.
    assert_eq!(parts.users.released.load(Relaxed), 3);
    Ok(())
}

/// Who could tell them apart by the time would know who has an account. Where nothing can be hashed, both wait for it.
#[tokio::test]
async fn an_unknown_address_is_hashed_for_as_a_known_one_is() -> Result<(), Problem> {
    let mut parts = Parts::new();
    parts.register("ada").await?;
    parts.passwords = cheap_passwords(0);
    for email in ["ada@home", "eve@home"] {
        let mut login = pin!(parts.login(email, "guessed"));
        let answer = poll_fn(|cx| Poll::Ready(login.as_mut().poll(cx))).await;
        assert!(answer.is_pending(), "{email} is answered without a hash");
    }
    Ok(())
}

#[tokio::test]
async fn a_password_is_not_kept_as_it_is() -> Result<(), Problem> {
    let parts = Parts::new();
    parts.register("ada").await?;
    let ada = parts.users.find(|_| true).expect("she is there");
    assert!(ada.password.0.starts_with("$argon2id$"));
    assert!(!format!("{ada:?}").contains("argon2"), "{ada:?}");
    Ok(())
}

#[tokio::test]
async fn what_is_left_out_blank_or_taken_is_named() -> Result<(), Problem> {
    let parts = Parts::new();
    let nothing = parts.accounts().register(Registration::default()).await;
    assert_eq!(
        messages(nothing),
        [
            "username can't be blank",
            "email can't be blank",
            "password can't be blank"
        ]
    );
    let blank = parts.register(" ").await;
    assert_eq!(messages(blank), ["username can't be blank"]);
    parts.register("ada").await?;
    let taken = parts.register("ada").await;
    assert_eq!(messages(taken), ["email has already been taken"]);
    Ok(())
}

#[tokio::test]
async fn an_update_changes_what_is_given() -> Result<(), Problem> {
    let parts = Parts::new();
    parts.register("ada").await?;
    let ada = parts.users.find(|_| true).expect("she is there");
    let nothing = parts.accounts().update(&ada, Update::default()).await;
    assert_eq!(messages(nothing), ["user needs at least one field"]);
    let changes = Update {
        password: Some("another".to_string()),
        bio: Some("counts".to_string()),
        ..Update::default()
    };
    let changed = parts.accounts().update(&ada, changes).await?;
    assert_eq!((&*changed.username, &*changed.bio), ("ada", "counts"));
    parts.login("ada@home", "another").await?;
    assert!(parts.login("ada@home", "ada's password").await.is_err());
    Ok(())
}
