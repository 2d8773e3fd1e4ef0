//! To comment on articles.

use di_axum::injectable;
use realworld_accounts::User;
use realworld_common::{Checks, Clock, Ids, Problem};

use crate::{ArticleStore, Comment, CommentStore, NewComment};

const BODY: usize = 20_000;

/// The service.
#[injectable(request)]
#[derive(Clone, Copy)]
pub struct Comments<'r> {
    /// Where articles are kept.
    pub articles: &'r dyn ArticleStore,
    /// Where comments are.
    pub store: &'r dyn CommentStore,
    /// The time.
    pub clock: &'r dyn Clock,
    /// New ids.
    pub ids: &'r dyn Ids,
}

impl Comments<'_> {
    /// All comments on an article.
    ///
    /// # Errors
    /// There is no such article.
    pub async fn list(&self, slug: &str, viewer: Option<i64>) -> Result<Vec<Comment>, Problem> {
        let article = self.article(slug).await?;
        self.store.of_article(article, viewer).await
    }

    /// Comments on an article.
    ///
    /// # Errors
    /// There is no such article, or the comment is blank.
    pub async fn write(
        &self,
        author: &User,
        slug: &str,
        new: NewComment,
    ) -> Result<Comment, Problem> {
        let mut checks = Checks::default();
        let body = checks.required("body", new.body, BODY);
        checks.done()?;
        let article = self.article(slug).await?;
        let now = self.clock.now();
        let comment = Comment {
            id: self.ids.next(),
            author_id: author.id,
            created_at: now,
            updated_at: now,
            body,
            author: author.profile(false),
        };
        self.store.add(article, &comment).await?;
        Ok(comment)
    }

    /// Deletes a comment.
    ///
    /// # Errors
    /// There is no such article, none such on it, or it is somebody else's.
    pub async fn delete(&self, editor: &User, slug: &str, id: i64) -> Result<(), Problem> {
        let article = self.article(slug).await?;
        match self.store.author_of(article, id).await? {
            None => Err(Problem::NotFound("comment")),
            Some(author) if author != editor.id => {
                Err(Problem::Forbidden("the comment is somebody else's"))
            }
            Some(_) => match self.store.delete(id).await? {
                true => Ok(()),
                false => Err(Problem::NotFound("comment")),
            },
        }
    }

    async fn article(&self, slug: &str) -> Result<i64, Problem> {
        let article = self.articles.by_slug(slug, None).await?;
        article
            .map(|article| article.id)
            .ok_or(Problem::NotFound("article"))
    }
}
