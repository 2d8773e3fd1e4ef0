//! What users see of each other.

use di_axum::injectable;
use realworld_common::Problem;

use crate::{Profile, User, Users};

/// The service.
#[injectable(request)]
#[derive(Clone, Copy)]
pub struct Profiles<'r> {
    /// Where users are kept.
    pub users: &'r dyn Users,
}

impl Profiles<'_> {
    /// What somebody, or nobody in particular, sees of a user.
    ///
    /// # Errors
    /// There is no such user.
    pub async fn show(&self, viewer: Option<i64>, username: &str) -> Result<Profile, Problem> {
        let user = self.named(username).await?;
        let following = match viewer {
            Some(viewer) => self.users.follows(viewer, user.id).await?,
            None => false,
        };
        Ok(user.profile(following))
    }

    /// Follows, also where that is already so.
    ///
    /// # Errors
    /// There is no such user.
    pub async fn follow(&self, follower: i64, username: &str) -> Result<Profile, Problem> {
        let user = self.named(username).await?;
        self.users.follow(follower, user.id).await?;
        Ok(user.profile(true))
    }

    /// Follows no longer, also where that is already so.
    ///
    /// # Errors
    /// There is no such user.
    pub async fn unfollow(&self, follower: i64, username: &str) -> Result<Profile, Problem> {
        let user = self.named(username).await?;
        self.users.unfollow(follower, user.id).await?;
        Ok(user.profile(false))
    }

    async fn named(&self, username: &str) -> Result<User, Problem> {
        let user = self.users.by_name(username).await?;
        user.ok_or(Problem::NotFound("profile"))
    }
}
