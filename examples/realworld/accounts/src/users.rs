//! Where users are kept.

use async_trait::async_trait;
use realworld_common::Problem;

use crate::{HashedPassword, Update, User};

/// The users and who follows whom, as the services see them.
#[async_trait]
pub trait Users: Send + Sync {
    /// The user of this id.
    async fn by_id(&self, id: i64) -> Result<Option<User>, Problem>;

    /// The user of this address.
    async fn by_email(&self, email: &str) -> Result<Option<User>, Problem>;

    /// The user of this name.
    async fn by_name(&self, username: &str) -> Result<Option<User>, Problem>;

    /// Adds a user. A name or an address that is taken is [`Problem::Invalid`], whenever it was taken.
    async fn add(&self, user: &User) -> Result<(), Problem>;

    /// Changes what is given, and returns the user as it is then. What is taken is [`Problem::Invalid`].
    async fn update(
        &self,
        id: i64,
        changes: &Update,
        password: Option<&HashedPassword>,
    ) -> Result<User, Problem>;

    /// Whether one follows another.
    async fn follows(&self, follower: i64, followed: i64) -> Result<bool, Problem>;

    /// From now on, one follows another.
    async fn follow(&self, follower: i64, followed: i64) -> Result<(), Problem>;

    /// And not any more.
    async fn unfollow(&self, follower: i64, followed: i64) -> Result<(), Problem>;

    /// Gives back what the queries until now keep, to be called before something slow. Queries after it take it again.
    async fn release(&self) -> Result<(), Problem>;
}
