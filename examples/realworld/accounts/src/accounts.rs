//! A user's own account: to register, log in, and change it.

use di_axum::injectable;
use realworld_common::{Checks, Clock, Ids, Problem};
use serde::{Deserialize, Deserializer};

use crate::{Passwords, Tokens, User, UserView, Users};

/// Who wants to become a user. What is left out is said by its name, not by a parser.
#[derive(Clone, Default, Deserialize)]
pub struct Registration {
    /// The name.
    pub username: Option<String>,
    /// The address.
    pub email: Option<String>,
    /// The password.
    pub password: Option<String>,
}

/// Who wants a token.
#[derive(Clone, Default, Deserialize)]
pub struct Login {
    /// The address.
    pub email: Option<String>,
    /// The password.
    pub password: Option<String>,
}

/// What shall change; what is left out stays.
#[derive(Clone, Default, Deserialize)]
pub struct Update {
    /// The name.
    pub username: Option<String>,
    /// The address.
    pub email: Option<String>,
    /// The password.
    pub password: Option<String>,
    /// Some words; `null` takes them away.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub bio: Option<String>,
    /// A picture; `null` takes it away.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub image: Option<String>,
}

/// Only of what is there: an empty text for `null`.
fn null_is_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(Some(text.unwrap_or_default()))
}

const USERNAME: usize = 64;
const EMAIL: usize = 254;
const PASSWORD: usize = 1_024;
const BIO: usize = 10_000;
const IMAGE: usize = 2_000;

/// The service.
#[injectable(request)]
#[derive(Clone, Copy)]
pub struct Accounts<'r> {
    /// Where users are kept.
    pub users: &'r dyn Users,
    /// How passwords are.
    pub passwords: &'r Passwords,
    /// How users are known again.
    pub tokens: &'r Tokens,
    /// The time, for tokens.
    pub clock: &'r dyn Clock,
    /// New ids.
    pub ids: &'r dyn Ids,
}

impl Accounts<'_> {
    /// Makes a user.
    ///
    /// # Errors
    /// Something is left out, or taken.
    pub async fn register(&self, new: Registration) -> Result<UserView, Problem> {
        let mut checks = Checks::default();
        let username = checks.required("username", new.username, USERNAME);
        let email = checks.required("email", new.email, EMAIL);
        let password = checks.required("password", new.password, PASSWORD);
        check_email(&mut checks, &email);
        checks.done()?;
        let user = User {
            id: self.ids.next(),
            username,
            email,
            password: self.passwords.hash(password).await?,
            bio: String::new(),
            image: String::new(),
        };
        self.users.add(&user).await?;
        self.view(&user)
    }

    /// A token for who knows the password. The answer, and how long it takes, does not tell whether there is such a user.
    ///
    /// # Errors
    /// Something is left out, or wrong.
    pub async fn login(&self, login: Login) -> Result<UserView, Problem> {
        let mut checks = Checks::default();
        let email = checks.required("email", login.email, EMAIL);
        let password = checks.required("password", login.password, PASSWORD);
        checks.done()?;
        let user = self.users.by_email(&email).await?;
        self.users.release().await?;
        let kept = user.as_ref().map(|user| &user.password);
        match (self.passwords.verify(password, kept).await?, &user) {
            (true, Some(user)) => self.view(user),
            _ => Err(Problem::Unauthorized("email or password is wrong")),
        }
    }

    /// Changes a user.
    ///
    /// # Errors
    /// Something is blank, or taken, or nothing shall change.
    pub async fn update(&self, user: &User, changes: Update) -> Result<UserView, Problem> {
        let mut checks = Checks::default();
        let changes = Update {
            username: checks.optional("username", changes.username, USERNAME),
            email: checks.optional("email", changes.email, EMAIL),
            password: checks.optional("password", changes.password, PASSWORD),
            bio: checks.free("bio", changes.bio, BIO),
            image: checks.free("image", changes.image, IMAGE),
        };
        if let Some(email) = &changes.email {
            check_email(&mut checks, email);
        }
        checks.that(!changes.is_empty(), || {
            "user needs at least one field".to_string()
        });
        checks.done()?;
        let password = match &changes.password {
            Some(password) => {
                self.users.release().await?;
                Some(self.passwords.hash(password.clone()).await?)
            }
            None => None,
        };
        let changed = self
            .users
            .update(user.id, &changes, password.as_ref())
            .await?;
        self.view(&changed)
    }

    /// What users see of themselves, with a fresh token.
    ///
    /// # Errors
    /// It cannot be signed.
    pub fn view(&self, user: &User) -> Result<UserView, Problem> {
        Ok(UserView {
            email: user.email.clone(),
            token: self.tokens.issue(user.id, self.clock.now())?,
            username: user.username.clone(),
            bio: user.bio.clone(),
            image: user.image.clone(),
        })
    }
}

impl Update {
    fn is_empty(&self) -> bool {
        let fields = [
            &self.username,
            &self.email,
            &self.password,
            &self.bio,
            &self.image,
        ];
        fields.into_iter().all(Option::is_none)
    }
}

/// Only what receives a letter knows whether an address is one.
fn check_email(checks: &mut Checks, email: &str) {
    let has_at = email.trim().is_empty() || email.contains('@');
    checks.that(has_at, || "email is invalid".to_string());
}

#[cfg(test)]
mod tests;
