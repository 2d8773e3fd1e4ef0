//! Who uses the application: registration, login, profiles, and who follows whom.
//!
//! The services, [`Accounts`] and [`Profiles`], are plain structs of references: what they need is a trait or a value, so a test makes
//! them of fakes. [`AccountsModule`] lists what a container needs to make them.

#![forbid(unsafe_code)]

mod accounts;
mod caller;
pub mod handlers;
mod passwords;
mod profiles;
mod sql;
mod tokens;
mod user;
mod users;

use di_axum::module;

pub use self::{
    accounts::{Accounts, Login, Registration, Update},
    caller::{Authorization, Caller, CurrentUser, MaybeUser, SignedIn},
    passwords::{HashedPassword, Passwords},
    profiles::Profiles,
    sql::SqlUsers,
    tokens::{Secret, Tokens},
    user::{Profile, User, UserView},
    users::Users,
};

use self::handlers::{
    follow, get_current_user, get_profile, login, register, unfollow, update_user,
};

/// Everything about users.
#[module(
    ..realworld_common::CommonModule,
    ..realworld_storage::StorageModule,
    Passwords, Tokens,
    Caller, SignedIn, MaybeUser, CurrentUser<'_>,
    SqlUsers<'_>, dyn Users = SqlUsers<'_>,
    Accounts<'_>, Profiles<'_>,
    handlers(register, login, get_current_user, update_user, get_profile, follow, unfollow),
)]
pub struct AccountsModule;
