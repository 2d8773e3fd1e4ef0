//! Users in the database. All SQL is fixed; what comes from outside is bound.

use async_trait::async_trait;
use di_axum::{injectable, sql::Session};
use realworld_common::Problem;
use sqlx::{Any, FromRow, query, query_as};

use crate::{HashedPassword, Update, User, Users};

/// The users, in the request's session.
#[injectable(request)]
pub struct SqlUsers<'r> {
    session: &'r Session<Any>,
}

impl<'r> SqlUsers<'r> {
    /// By hand, without a container.
    pub fn new(session: &'r Session<Any>) -> Self {
        Self { session }
    }
}

#[derive(FromRow)]
struct Row {
    id: i64,
    username: String,
    email: String,
    password_hash: String,
    bio: String,
    image: String,
}

impl From<Row> for User {
    fn from(row: Row) -> Self {
        User {
            id: row.id,
            username: row.username,
            email: row.email,
            password: HashedPassword(row.password_hash),
            bio: row.bio,
            image: row.image,
        }
    }
}

/// What a statement about one user returns.
macro_rules! user_where {
    ($condition:literal) => {
        concat!(
            "SELECT id, username, email, password_hash, bio, image FROM users WHERE ",
            $condition
        )
    };
}

const TAKEN: &str =
    "SELECT COUNT(CASE WHEN username = $1 THEN 1 END), COUNT(CASE WHEN email = $2 THEN 1 END)
    FROM users WHERE (username = $1 OR email = $2) AND id <> $3";

const ADD: &str = "INSERT INTO users (id, username, email, password_hash, bio, image) VALUES ($1, $2, $3, $4, $5, $6)";

const UPDATE: &str = "UPDATE users SET username = COALESCE($2, username), email = COALESCE($3, email),
    password_hash = COALESCE($4, password_hash), bio = COALESCE($5, bio), image = COALESCE($6, image) WHERE id = $1";

const FOLLOWS: &str = "SELECT COUNT(*) FROM follows WHERE follower_id = $1 AND followed_id = $2";

const FOLLOW: &str =
    "INSERT INTO follows (follower_id, followed_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";

const UNFOLLOW: &str = "DELETE FROM follows WHERE follower_id = $1 AND followed_id = $2";

impl SqlUsers<'_> {
    /// Says all that is taken. Somebody else can still take it before the statement that follows; see [`taken`].
    async fn check(&self, id: i64, name: Option<&str>, email: Option<&str>) -> Result<(), Problem> {
        let query = query_as(TAKEN).bind(name).bind(email).bind(id);
        let mut transaction = self.session.transaction().await?;
        let (names, emails): (i64, i64) = query.fetch_one(&mut *transaction).await?;
        let mut messages = Vec::new();
        if names > 0 {
            messages.push(USERNAME_TAKEN.to_string());
        }
        if emails > 0 {
            messages.push(EMAIL_TAKEN.to_string());
        }
        match messages.is_empty() {
            true => Ok(()),
            false => Err(Problem::Invalid(messages)),
        }
    }
}

const USERNAME_TAKEN: &str = "username has already been taken";
const EMAIL_TAKEN: &str = "email has already been taken";

/// Two requests that take the same name at the same time both find it free. The database refuses one of them.
fn taken(error: sqlx::Error) -> Problem {
    let problem = Problem::from(error);
    match problem.unique_violation() {
        Some(message) if message.contains("email") => Problem::invalid(EMAIL_TAKEN),
        Some(message) if message.contains("username") => Problem::invalid(USERNAME_TAKEN),
        _ => problem,
    }
}

#[async_trait]
impl Users for SqlUsers<'_> {
    async fn by_id(&self, id: i64) -> Result<Option<User>, Problem> {
        let query = query_as::<_, Row>(user_where!("id = $1")).bind(id);
        let mut connection = self.session.connection().await?;
        let row = query.fetch_optional(&mut *connection);
        Ok(row.await?.map(User::from))
    }

    async fn by_email(&self, email: &str) -> Result<Option<User>, Problem> {
        let query = query_as::<_, Row>(user_where!("email = $1")).bind(email);
        let mut connection = self.session.connection().await?;
        let row = query.fetch_optional(&mut *connection);
        Ok(row.await?.map(User::from))
    }

    async fn by_name(&self, username: &str) -> Result<Option<User>, Problem> {
        let query = query_as::<_, Row>(user_where!("username = $1")).bind(username);
        let mut connection = self.session.connection().await?;
        let row = query.fetch_optional(&mut *connection);
        Ok(row.await?.map(User::from))
    }

    async fn add(&self, user: &User) -> Result<(), Problem> {
        self.check(user.id, Some(&user.username), Some(&user.email))
            .await?;
        let query = query(ADD).bind(user.id).bind(&user.username);
        let query = query.bind(&user.email).bind(&user.password.0);
        let query = query.bind(&user.bio).bind(&user.image);
        let mut transaction = self.session.transaction().await?;
        let added = query.execute(&mut *transaction).await;
        added.map(drop).map_err(taken)
    }

    async fn update(
        &self,
        id: i64,
        changes: &Update,
        password: Option<&HashedPassword>,
    ) -> Result<User, Problem> {
        self.check(id, changes.username.as_deref(), changes.email.as_deref())
            .await?;
        let query = query(UPDATE).bind(id).bind(changes.username.as_deref());
        let query = query.bind(changes.email.as_deref());
        let query = query.bind(password.map(|HashedPassword(hash)| hash.as_str()));
        let query = query
            .bind(changes.bio.as_deref())
            .bind(changes.image.as_deref());
        let mut transaction = self.session.transaction().await?;
        let updated = query.execute(&mut *transaction).await;
        drop(transaction);
        updated.map_err(taken)?;
        self.by_id(id).await?.ok_or(Problem::NotFound("user"))
    }

    async fn follows(&self, follower: i64, followed: i64) -> Result<bool, Problem> {
        let query = query_as(FOLLOWS).bind(follower).bind(followed);
        let mut connection = self.session.connection().await?;
        let (count,): (i64,) = query.fetch_one(&mut *connection).await?;
        Ok(count > 0)
    }

    async fn follow(&self, follower: i64, followed: i64) -> Result<(), Problem> {
        let query = query(FOLLOW).bind(follower).bind(followed);
        let mut transaction = self.session.transaction().await?;
        query.execute(&mut *transaction).await?;
        Ok(())
    }

    async fn unfollow(&self, follower: i64, followed: i64) -> Result<(), Problem> {
        let query = query(UNFOLLOW).bind(follower).bind(followed);
        let mut transaction = self.session.transaction().await?;
        query.execute(&mut *transaction).await?;
        Ok(())
    }

    async fn release(&self) -> Result<(), Problem> {
        Ok(self.session.release().await?)
    }
}
