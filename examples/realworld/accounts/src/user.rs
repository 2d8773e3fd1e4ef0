//! Users, and what the API shows of them.

use serde::Serialize;

use crate::HashedPassword;

/// One row of the users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Who it is, for as long as the user exists.
    pub id: i64,
    /// The name that others see. Unique.
    pub username: String,
    /// The address to log in with. Unique.
    pub email: String,
    /// What is left of the password.
    pub password: HashedPassword,
    /// Some words about the user, or none.
    pub bio: String,
    /// The address of a picture, or none.
    pub image: String,
}

impl User {
    /// What others see.
    pub fn profile(&self, following: bool) -> Profile {
        Profile {
            username: self.username.clone(),
            bio: self.bio.clone(),
            image: self.image.clone(),
            following,
        }
    }
}

/// What users see of themselves.
#[derive(Serialize)]
pub struct UserView {
    /// The address.
    pub email: String,
    /// A fresh token.
    pub token: String,
    /// The name.
    pub username: String,
    /// Some words.
    pub bio: String,
    /// A picture.
    pub image: String,
}

/// What others see of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// The name.
    pub username: String,
    /// Some words.
    pub bio: String,
    /// A picture.
    pub image: String,
    /// Whether who looks follows this user.
    pub following: bool,
}
