//! Where articles and comments are kept.

use async_trait::async_trait;
use realworld_common::{Problem, Timestamp};

use crate::{Article, Changes, Comment, Filter, Listed, Page};

/// The articles, as the services see them.
#[async_trait]
pub trait ArticleStore: Send + Sync {
    /// A part of the articles, the latest first, and how many there are.
    async fn page(
        &self,
        filter: &Filter,
        page: Page,
        viewer: Option<i64>,
    ) -> Result<Listed, Problem>;

    /// One article.
    async fn by_slug(&self, slug: &str, viewer: Option<i64>) -> Result<Option<Article>, Problem>;

    /// Adds an article, with its tags. Says whether its slug was still free; if not, nothing is added.
    async fn add(&self, article: &Article) -> Result<bool, Problem>;

    /// Changes what is given, where the article still exists. With a title goes the slug: the first if it is free, else the second.
    async fn update(
        &self,
        id: i64,
        changes: &Changes,
        slugs: Option<[&str; 2]>,
        at: Timestamp,
    ) -> Result<(), Problem>;

    /// The slug of an article.
    async fn slug_of(&self, id: i64) -> Result<Option<String>, Problem>;

    /// Deletes an article, and all that belongs to it. Says whether it was still there.
    async fn delete(&self, id: i64) -> Result<bool, Problem>;

    /// From now on it is a favourite of this user.
    async fn favorite(&self, id: i64, user: i64) -> Result<(), Problem>;

    /// And not any more.
    async fn unfavorite(&self, id: i64, user: i64) -> Result<(), Problem>;

    /// Every tag, once.
    async fn tags(&self) -> Result<Vec<String>, Problem>;

    /// Tells all who follow the author, each once.
    async fn notify_followers(&self, id: i64, at: Timestamp) -> Result<u64, Problem>;
}

/// The comments, as the services see them.
#[async_trait]
pub trait CommentStore: Send + Sync {
    /// All of an article, the latest first.
    async fn of_article(&self, article: i64, viewer: Option<i64>) -> Result<Vec<Comment>, Problem>;

    /// One comment of an article: who wrote it.
    async fn author_of(&self, article: i64, id: i64) -> Result<Option<i64>, Problem>;

    /// Adds a comment to an article.
    async fn add(&self, article: i64, comment: &Comment) -> Result<(), Problem>;

    /// Deletes a comment. Says whether it was still there.
    async fn delete(&self, id: i64) -> Result<bool, Problem>;
}
