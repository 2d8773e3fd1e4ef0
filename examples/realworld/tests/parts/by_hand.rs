//! A handler is an async fn, and what it takes can be made by hand.

use async_trait::async_trait;
use axum::{Json, http::StatusCode, response::IntoResponse};
use realworld_accounts::MaybeUser;
use realworld_articles::{
    Article, ArticleStore, Articles, Changes, Filter, Listed, Page, handlers::articles as handlers,
};
use realworld_common::{Params, Problem, Segments, SystemClock, TimeIds, Timestamp};
use std::sync::Arc;

/// There is nothing.
struct Empty;

#[async_trait]
impl ArticleStore for Empty {
    async fn page(&self, _: &Filter, _: Page, _: Option<i64>) -> Result<Listed, Problem> {
        Ok(Listed::default())
    }
    async fn by_slug(&self, _: &str, _: Option<i64>) -> Result<Option<Article>, Problem> {
        Ok(None)
    }
    async fn add(&self, _: &Article) -> Result<bool, Problem> {
        Ok(false)
    }
    async fn update(
        &self,
        _: i64,
        _: &Changes,
        _: Option<[&str; 2]>,
        _: Timestamp,
    ) -> Result<(), Problem> {
        Ok(())
    }
    async fn slug_of(&self, _: i64) -> Result<Option<String>, Problem> {
        Ok(None)
    }
    async fn delete(&self, _: i64) -> Result<bool, Problem> {
        Ok(false)
    }
    async fn favorite(&self, _: i64, _: i64) -> Result<(), Problem> {
        Ok(())
    }
    async fn unfavorite(&self, _: i64, _: i64) -> Result<(), Problem> {
        Ok(())
    }
    async fn tags(&self) -> Result<Vec<String>, Problem> {
        Ok(vec!["one".to_string()])
    }
    async fn notify_followers(&self, _: i64, _: Timestamp) -> Result<u64, Problem> {
        Ok(0)
    }
}

#[tokio::test]
async fn handlers_are_called_without_an_app() -> Result<(), Problem> {
    let ids = TimeIds::new(Arc::new(SystemClock));
    let articles = Articles {
        store: &Empty,
        clock: &SystemClock,
        ids: &ids,
    };
    let nobody = MaybeUser::of(None);

    let Json(tags) = handlers::list_tags::call(&articles).await?;
    assert_eq!(
        serde_json::json!(tags),
        serde_json::json!({ "tags": ["one"] })
    );

    let params = Params(Default::default());
    let Json(list) = handlers::list_articles::call(&articles, &nobody, params).await?;
    assert_eq!(
        serde_json::json!(list),
        serde_json::json!({ "articles": [], "articlesCount": 0 })
    );

    let slug = Segments("any".to_string());
    let missing = handlers::get_article::call(&articles, &nobody, slug).await;
    assert_eq!(missing.into_response().status(), StatusCode::NOT_FOUND);
    Ok(())
}
