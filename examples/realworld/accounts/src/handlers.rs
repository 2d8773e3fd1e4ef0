//! What the API offers about users. None of it knows the container that it runs in.

use axum::{Json, http::StatusCode};
use di_axum::handler;
use realworld_common::{Body, Problem, Segments};
use serde::{Deserialize, Serialize};

use crate::{
    Accounts, CurrentUser, Login, MaybeUser, Profile, Profiles, Registration, SignedIn, Update,
    UserView,
};

/// Everything about an account is in an object called `user`.
#[derive(Deserialize, Serialize)]
pub struct UserOf<T> {
    user: T,
}

/// Everything about others is in an object called `profile`.
#[derive(Serialize)]
pub struct ProfileOf {
    profile: Profile,
}

type UserAnswer = Result<Json<UserOf<UserView>>, Problem>;
type ProfileAnswer = Result<Json<ProfileOf>, Problem>;

/// `POST /users`
#[handler]
pub async fn register(
    accounts: &Accounts<'_>,
    Body(new): Body<UserOf<Registration>>,
) -> Result<(StatusCode, Json<UserOf<UserView>>), Problem> {
    let user = accounts.register(new.user).await?;
    Ok((StatusCode::CREATED, Json(UserOf { user })))
}

/// `POST /users/login`
#[handler]
pub async fn login(accounts: &Accounts<'_>, Body(who): Body<UserOf<Login>>) -> UserAnswer {
    let user = accounts.login(who.user).await?;
    Ok(Json(UserOf { user }))
}

/// `GET /user`
#[handler]
pub async fn get_current_user(accounts: &Accounts<'_>, caller: &CurrentUser<'_>) -> UserAnswer {
    let user = accounts.view(caller)?;
    Ok(Json(UserOf { user }))
}

/// `PUT /user`
#[handler(guard(SignedIn))]
pub async fn update_user(
    accounts: &Accounts<'_>,
    caller: &CurrentUser<'_>,
    Body(changes): Body<UserOf<Update>>,
) -> UserAnswer {
    let user = accounts.update(caller, changes.user).await?;
    Ok(Json(UserOf { user }))
}

/// `GET /profiles/{username}`
#[handler]
pub async fn get_profile(
    profiles: &Profiles<'_>,
    viewer: &MaybeUser,
    Segments(username): Segments<String>,
) -> ProfileAnswer {
    let profile = profiles.show(viewer.id(), &username).await?;
    Ok(Json(ProfileOf { profile }))
}

/// `POST /profiles/{username}/follow`
#[handler]
pub async fn follow(
    profiles: &Profiles<'_>,
    caller: &CurrentUser<'_>,
    Segments(username): Segments<String>,
) -> ProfileAnswer {
    let profile = profiles.follow(caller.id, &username).await?;
    Ok(Json(ProfileOf { profile }))
}

/// `DELETE /profiles/{username}/follow`
#[handler]
pub async fn unfollow(
    profiles: &Profiles<'_>,
    caller: &CurrentUser<'_>,
    Segments(username): Segments<String>,
) -> ProfileAnswer {
    let profile = profiles.unfollow(caller.id, &username).await?;
    Ok(Json(ProfileOf { profile }))
}
