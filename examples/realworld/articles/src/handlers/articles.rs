//! Articles, favourites and tags.

use axum::{Json, http::StatusCode};
use di_axum::{Tasks, handler};
use realworld_accounts::{CurrentUser, MaybeUser, SignedIn};
use realworld_common::{Body, Params, Problem, Segments};
use serde::{Deserialize, Serialize};

use crate::{Article, Articles, Changes, Draft, Filter, Listed, Page, Published};

/// Everything about one article is in an object called `article`.
#[derive(Deserialize, Serialize)]
pub struct ArticleOf<T> {
    /// It.
    pub article: T,
}

/// Every tag.
#[derive(Serialize)]
pub struct TagList {
    tags: Vec<String>,
}

/// Which list, and which part of it.
#[derive(Default, Deserialize)]
pub struct ListParams {
    tag: Option<String>,
    author: Option<String>,
    favorited: Option<String>,
    limit: Option<i64>,
    offset: Option<i64>,
}

const USUAL: i64 = 20;
const MOST: i64 = 100;

impl ListParams {
    /// A page that is too large is cut; one that cannot be is refused.
    fn page(&self) -> Result<Page, Problem> {
        let limit = self.limit.unwrap_or(USUAL);
        let offset = self.offset.unwrap_or(0);
        if limit < 1 {
            return Err(Problem::invalid("limit must be at least 1"));
        }
        if offset < 0 {
            return Err(Problem::invalid("offset must be at least 0"));
        }
        let limit = limit.min(MOST);
        Ok(Page { limit, offset })
    }
}

type Answer = Result<Json<ArticleOf<Article>>, Problem>;
type ListAnswer = Result<Json<Listed>, Problem>;

/// `GET /articles`
#[handler]
pub async fn list_articles(
    articles: &Articles<'_>,
    viewer: &MaybeUser,
    Params(params): Params<ListParams>,
) -> ListAnswer {
    let page = params.page()?;
    let filter = Filter {
        tag: params.tag,
        author: params.author,
        favorited: params.favorited,
        followed_by: None,
    };
    let listed = articles.list(&filter, page, viewer.id()).await?;
    Ok(Json(listed))
}

/// `GET /articles/feed`
#[handler]
pub async fn get_feed(
    articles: &Articles<'_>,
    caller: &CurrentUser<'_>,
    Params(params): Params<ListParams>,
) -> ListAnswer {
    let filter = Filter {
        followed_by: Some(caller.id),
        ..Filter::default()
    };
    let listed = articles.list(&filter, params.page()?, Some(caller.id));
    Ok(Json(listed.await?))
}

/// `POST /articles`
#[handler(guard(SignedIn))]
pub async fn create_article(
    articles: &Articles<'_>,
    caller: &CurrentUser<'_>,
    published: &Tasks<Published>,
    Body(draft): Body<ArticleOf<Draft>>,
) -> Result<(StatusCode, Json<ArticleOf<Article>>), Problem> {
    let article = articles.publish(caller, draft.article).await?;
    // It runs when this is committed and answered, and not at all if that fails.
    published.push(Published {
        article: article.id,
    })?;
    Ok((StatusCode::CREATED, Json(ArticleOf { article })))
}

/// `GET /articles/{slug}`
#[handler]
pub async fn get_article(
    articles: &Articles<'_>,
    viewer: &MaybeUser,
    Segments(slug): Segments<String>,
) -> Answer {
    let article = articles.get(&slug, viewer.id()).await?;
    Ok(Json(ArticleOf { article }))
}

/// `PUT /articles/{slug}`
#[handler(guard(SignedIn))]
pub async fn update_article(
    articles: &Articles<'_>,
    caller: &CurrentUser<'_>,
    Segments(slug): Segments<String>,
    Body(changes): Body<ArticleOf<Changes>>,
) -> Answer {
    let article = articles.update(caller, &slug, changes.article).await?;
    Ok(Json(ArticleOf { article }))
}

/// `DELETE /articles/{slug}`
#[handler]
pub async fn delete_article(
    articles: &Articles<'_>,
    caller: &CurrentUser<'_>,
    Segments(slug): Segments<String>,
) -> Result<StatusCode, Problem> {
    articles.delete(caller, &slug).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /articles/{slug}/favorite`
#[handler]
pub async fn favorite(
    articles: &Articles<'_>,
    caller: &CurrentUser<'_>,
    Segments(slug): Segments<String>,
) -> Answer {
    let article = articles.favorite(caller, &slug).await?;
    Ok(Json(ArticleOf { article }))
}

/// `DELETE /articles/{slug}/favorite`
#[handler]
pub async fn unfavorite(
    articles: &Articles<'_>,
    caller: &CurrentUser<'_>,
    Segments(slug): Segments<String>,
) -> Answer {
    let article = articles.unfavorite(caller, &slug).await?;
    Ok(Json(ArticleOf { article }))
}

/// `GET /tags`
#[handler]
pub async fn list_tags(articles: &Articles<'_>) -> Result<Json<TagList>, Problem> {
    let tags = articles.tags().await?;
    Ok(Json(TagList { tags }))
}
