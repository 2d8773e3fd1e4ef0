//! Comments.

use async_trait::async_trait;
use di_axum::{injectable, sql::Session};
use realworld_common::Problem;
use sqlx::{Any, query, query_as};

use super::rows::CommentRow;
use crate::{Comment, CommentStore};

/// The comments, in the request's session.
#[injectable(request)]
pub struct SqlComments<'r> {
    session: &'r Session<Any>,
}

const OF_ARTICLE: &str = "SELECT c.id, c.author_id, c.body, c.created_at, u.username, u.bio, u.image,
    (SELECT COUNT(*) FROM follows w WHERE w.followed_id = c.author_id AND w.follower_id = $2) AS following
    FROM comments c JOIN users u ON u.id = c.author_id WHERE c.article_id = $1 ORDER BY c.id DESC";

const AUTHOR_OF: &str = "SELECT author_id FROM comments WHERE article_id = $1 AND id = $2";

const ADD: &str = "INSERT INTO comments (id, article_id, author_id, body, created_at) VALUES ($1, $2, $3, $4, $5)";

const DELETE: &str = "DELETE FROM comments WHERE id = $1";

#[async_trait]
impl CommentStore for SqlComments<'_> {
    async fn of_article(&self, article: i64, viewer: Option<i64>) -> Result<Vec<Comment>, Problem> {
        let query = query_as::<_, CommentRow>(OF_ARTICLE).bind(article);
        let mut connection = self.session.connection().await?;
        let rows = query.bind(viewer).fetch_all(&mut *connection);
        Ok(rows.await?.into_iter().map(Comment::from).collect())
    }

    async fn author_of(&self, article: i64, id: i64) -> Result<Option<i64>, Problem> {
        let query = query_as(AUTHOR_OF).bind(article).bind(id);
        let mut connection = self.session.connection().await?;
        let row = query.fetch_optional(&mut *connection);
        Ok(row.await?.map(|(author,)| author))
    }

    async fn add(&self, article: i64, comment: &Comment) -> Result<(), Problem> {
        let query = query(ADD)
            .bind(comment.id)
            .bind(article)
            .bind(comment.author_id)
            .bind(&comment.body)
            .bind(comment.created_at.0);
        let mut transaction = self.session.transaction().await?;
        query.execute(&mut *transaction).await?;
        Ok(())
    }

    async fn delete(&self, id: i64) -> Result<bool, Problem> {
        let query = query(DELETE).bind(id);
        let mut transaction = self.session.transaction().await?;
        Ok(query.execute(&mut *transaction).await?.rows_affected() > 0)
    }
}
