//! Comments.

use axum::{Json, http::StatusCode};
use di_axum::handler;
use realworld_accounts::{CurrentUser, MaybeUser, SignedIn};
use realworld_common::{Body, Problem, Segments};
use serde::{Deserialize, Serialize};

use crate::{Comment, Comments, NewComment};

/// Everything about one comment is in an object called `comment`.
#[derive(Deserialize, Serialize)]
pub struct CommentOf<T> {
    comment: T,
}

/// All comments on an article.
#[derive(Serialize)]
pub struct CommentList {
    comments: Vec<Comment>,
}

/// `GET /articles/{slug}/comments`
#[handler]
pub async fn list_comments(
    comments: &Comments<'_>,
    viewer: &MaybeUser,
    Segments(slug): Segments<String>,
) -> Result<Json<CommentList>, Problem> {
    let comments = comments.list(&slug, viewer.id()).await?;
    Ok(Json(CommentList { comments }))
}

/// `POST /articles/{slug}/comments`
#[handler(guard(SignedIn))]
pub async fn create_comment(
    comments: &Comments<'_>,
    caller: &CurrentUser<'_>,
    Segments(slug): Segments<String>,
    Body(new): Body<CommentOf<NewComment>>,
) -> Result<Json<CommentOf<Comment>>, Problem> {
    let comment = comments.write(caller, &slug, new.comment).await?;
    Ok(Json(CommentOf { comment }))
}

/// `DELETE /articles/{slug}/comments/{id}`
#[handler]
pub async fn delete_comment(
    comments: &Comments<'_>,
    caller: &CurrentUser<'_>,
    Segments((slug, id)): Segments<(String, i64)>,
) -> Result<StatusCode, Problem> {
    comments.delete(caller, &slug, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
