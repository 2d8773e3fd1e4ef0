//! Who calls: from the header to the user, each step only as far as a handler needs it.

use std::{convert::Infallible, ops::Deref};

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, header, request::Parts},
};
use di_axum::injectable;
use realworld_common::{Clock, Problem};

use crate::{Tokens, User, Users};

const NO_TOKEN: Problem = Problem::Unauthorized("a token is needed");

/// The header `Authorization`, as it came.
pub struct Authorization(Option<HeaderValue>);

impl<S: Sync> FromRequestParts<S> for Authorization {
    type Rejection = Infallible;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(head.headers.get(header::AUTHORIZATION).cloned()))
    }
}

/// What the token says. Without a token it says nothing, which is no error; one that is not valid is.
#[derive(Debug)]
pub struct Caller(Option<i64>);

#[injectable(request)]
impl Caller {
    /// From `Authorization: Token <token>`.
    ///
    /// # Errors
    /// That is something else.
    pub fn new(
        #[extract] Authorization(header): Authorization,
        tokens: &Tokens,
        clock: &dyn Clock,
    ) -> Result<Self, Problem> {
        let Some(header) = header else {
            return Ok(Self(None));
        };
        let text = header.to_str().unwrap_or_default();
        let token = text.strip_prefix("Token ").unwrap_or_default();
        Ok(Self(Some(tokens.read(token.trim(), clock.now())?)))
    }
}

/// A guard: there is a token. It asks no database, so a request that is turned away costs nothing, and one whose body arrives slowly keeps no
/// connection meanwhile.
#[derive(Debug)]
pub struct SignedIn;

#[injectable(request)]
impl SignedIn {
    /// Somebody who calls with a token.
    ///
    /// # Errors
    /// There is none.
    pub fn new(caller: &Caller) -> Result<Self, Problem> {
        caller.0.map(|_| Self).ok_or(NO_TOKEN)
    }
}

/// The user of the token, if there is one.
#[derive(Debug)]
pub struct MaybeUser(Option<User>);

#[injectable(request)]
impl MaybeUser {
    /// Looks the caller up.
    ///
    /// # Errors
    /// The user of the token does not exist any more.
    pub async fn new(caller: &Caller, users: &dyn Users) -> Result<Self, Problem> {
        let Some(id) = caller.0 else {
            return Ok(Self(None));
        };
        match users.by_id(id).await? {
            Some(user) => Ok(Self(Some(user))),
            None => Err(Problem::Unauthorized("the token's user is gone")),
        }
    }
}

impl MaybeUser {
    /// Somebody, or nobody, without a token.
    pub fn of(user: Option<User>) -> Self {
        Self(user)
    }

    /// The user, if there is one.
    pub fn get(&self) -> Option<&User> {
        self.0.as_ref()
    }

    /// The user's id, if there is one.
    pub fn id(&self) -> Option<i64> {
        self.get().map(|user| user.id)
    }
}

/// The user who calls.
#[derive(Debug)]
pub struct CurrentUser<'r>(&'r User);

#[injectable(request)]
impl<'r> CurrentUser<'r> {
    /// Of who may be a user.
    ///
    /// # Errors
    /// It is none.
    pub fn new(user: &'r MaybeUser) -> Result<Self, Problem> {
        user.get().map(Self).ok_or(NO_TOKEN)
    }
}

impl Deref for CurrentUser<'_> {
    type Target = User;

    fn deref(&self) -> &User {
        self.0
    }
}
