//! To publish, change, find and like articles.

use di_axum::injectable;
use realworld_accounts::User;
use realworld_common::{Checks, Clock, Ids, Problem};

use crate::{
    Article, ArticleStore, Changes, Draft, Filter, Listed, Page,
    slug::{slug, slug_of_its_own},
};

const TITLE: usize = 200;
const DESCRIPTION: usize = 2_000;
const BODY: usize = 200_000;
const TAG: usize = 64;
const TAGS: usize = 32;

/// The service.
#[injectable(request)]
#[derive(Clone, Copy)]
pub struct Articles<'r> {
    /// Where articles are kept.
    pub store: &'r dyn ArticleStore,
    /// The time.
    pub clock: &'r dyn Clock,
    /// New ids.
    pub ids: &'r dyn Ids,
}

impl Articles<'_> {
    /// A part of a list, and how long the list is.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(
        &self,
        filter: &Filter,
        page: Page,
        viewer: Option<i64>,
    ) -> Result<Listed, Problem> {
        self.store.page(filter, page, viewer).await
    }

    /// One article.
    ///
    /// # Errors
    /// There is none of this slug.
    pub async fn get(&self, slug: &str, viewer: Option<i64>) -> Result<Article, Problem> {
        let article = self.store.by_slug(slug, viewer).await?;
        article.ok_or(Problem::NotFound("article"))
    }

    /// Publishes an article.
    ///
    /// # Errors
    /// Something is left out.
    pub async fn publish(&self, author: &User, draft: Draft) -> Result<Article, Problem> {
        let mut checks = Checks::default();
        let title = checks.required("title", draft.title, TITLE);
        let description = checks.required("description", draft.description, DESCRIPTION);
        let body = checks.required("body", draft.body, BODY);
        let tag_list = check_tags(&mut checks, draft.tag_list.unwrap_or_default());
        checks.done()?;
        let now = self.clock.now();
        let mut article = Article {
            id: self.ids.next(),
            author_id: author.id,
            slug: slug(&title),
            title,
            description,
            body: Some(body),
            tag_list,
            created_at: now,
            updated_at: now,
            favorited: false,
            favorites_count: 0,
            author: author.profile(false),
        };
        if !self.store.add(&article).await? {
            article.slug = slug_of_its_own(&article.title, article.id);
            if !self.store.add(&article).await? {
                return Err(Problem::Internal("an id was given twice".into()));
            }
        }
        Ok(article)
    }

    /// Changes an article.
    ///
    /// # Errors
    /// There is none of this slug, it is somebody else's, or something is blank.
    pub async fn update(
        &self,
        editor: &User,
        slug_now: &str,
        changes: Changes,
    ) -> Result<Article, Problem> {
        let mut checks = Checks::default();
        let changes = Changes {
            title: checks.optional("title", changes.title, TITLE),
            description: checks.optional("description", changes.description, DESCRIPTION),
            body: checks.optional("body", changes.body, BODY),
        };
        checks.done()?;
        let article = self.own(editor, slug_now).await?;
        // The same title leaves the slug as it is, also where it is one of its own.
        let title = changes
            .title
            .as_ref()
            .filter(|title| **title != article.title);
        let slugs = title.map(|title| [slug(title), slug_of_its_own(title, article.id)]);
        let slugs = slugs
            .as_ref()
            .map(|slugs| slugs.each_ref().map(String::as_str));
        let now = self.clock.now();
        self.store.update(article.id, &changes, slugs, now).await?;
        match self.store.slug_of(article.id).await? {
            Some(slug) => self.get(&slug, Some(editor.id)).await,
            None => Err(Problem::NotFound("article")),
        }
    }

    /// Deletes an article.
    ///
    /// # Errors
    /// There is none of this slug, or it is somebody else's.
    pub async fn delete(&self, editor: &User, slug: &str) -> Result<(), Problem> {
        let article = self.own(editor, slug).await?;
        // Somebody may have been faster.
        match self.store.delete(article.id).await? {
            true => Ok(()),
            false => Err(Problem::NotFound("article")),
        }
    }

    /// Makes an article a favourite, also where it is one.
    ///
    /// # Errors
    /// There is none of this slug.
    pub async fn favorite(&self, user: &User, slug: &str) -> Result<Article, Problem> {
        let article = self.get(slug, Some(user.id)).await?;
        self.store.favorite(article.id, user.id).await?;
        // Read again: the number is of all users.
        self.get(slug, Some(user.id)).await
    }

    /// Makes an article no favourite, also where it is none.
    ///
    /// # Errors
    /// There is none of this slug.
    pub async fn unfavorite(&self, user: &User, slug: &str) -> Result<Article, Problem> {
        let article = self.get(slug, Some(user.id)).await?;
        self.store.unfavorite(article.id, user.id).await?;
        self.get(slug, Some(user.id)).await
    }

    /// Every tag.
    ///
    /// # Errors
    /// The database's.
    pub async fn tags(&self) -> Result<Vec<String>, Problem> {
        self.store.tags().await
    }

    async fn own(&self, editor: &User, slug: &str) -> Result<Article, Problem> {
        let article = self.get(slug, Some(editor.id)).await?;
        match article.author_id == editor.id {
            true => Ok(article),
            false => Err(Problem::Forbidden("the article is somebody else's")),
        }
    }
}

/// Each tag once, in the author's order.
fn check_tags(checks: &mut Checks, tags: Vec<String>) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for tag in tags {
        let tag = checks.required("tagList", Some(tag), TAG);
        if !list.contains(&tag) {
            list.push(tag);
        }
    }
    checks.that(list.len() <= TAGS, || {
        format!("tagList is too long (at most {TAGS} tags)")
    });
    list
}

#[cfg(test)]
mod tests;
