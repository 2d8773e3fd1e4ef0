//! The service with fakes, and without a container.

use std::sync::{
    Mutex,
    atomic::{AtomicI64, Ordering::Relaxed},
};

use async_trait::async_trait;
use realworld_accounts::HashedPassword;
use realworld_common::Timestamp;

use super::*;

/// Articles in memory, as their author sees them.
#[derive(Default)]
struct FakeArticles(Mutex<Vec<Article>>);

impl FakeArticles {
    fn find(&self, is: impl Fn(&Article) -> bool) -> Option<Article> {
        let articles = self.0.lock().expect("no panic while locked");
        articles.iter().find(|article| is(article)).cloned()
    }
}

#[async_trait]
impl ArticleStore for FakeArticles {
    async fn page(&self, _: &Filter, _: Page, _: Option<i64>) -> Result<Listed, Problem> {
        Ok(Listed::default())
    }
    async fn by_slug(&self, slug: &str, _: Option<i64>) -> Result<Option<Article>, Problem> {
        Ok(self.find(|article| article.slug == slug))
    }
    async fn add(&self, new: &Article) -> Result<bool, Problem> {
        let is_free = self.find(|article| article.slug == new.slug).is_none();
        if is_free {
            let mut articles = self.0.lock().expect("no panic while locked");
            articles.push(new.clone());
        }
        Ok(is_free)
    }
    async fn update(
        &self,
        id: i64,
        changes: &Changes,
        slugs: Option<[&str; 2]>,
        at: Timestamp,
    ) -> Result<(), Problem> {
        let mut articles = self.0.lock().expect("no panic while locked");
        for article in articles.iter_mut().filter(|article| article.id == id) {
            article.title = changes.title.clone().unwrap_or(article.title.clone());
            article.slug = slugs.map_or(article.slug.clone(), |[first, _]| first.to_string());
            article.updated_at = at;
        }
        Ok(())
    }
    async fn slug_of(&self, id: i64) -> Result<Option<String>, Problem> {
        Ok(self
            .find(|article| article.id == id)
            .map(|article| article.slug))
    }
    async fn delete(&self, id: i64) -> Result<bool, Problem> {
        let mut articles = self.0.lock().expect("no panic while locked");
        let before = articles.len();
        articles.retain(|article| article.id != id);
        Ok(articles.len() < before)
    }
    async fn favorite(&self, _: i64, _: i64) -> Result<(), Problem> {
        Ok(())
    }
    async fn unfavorite(&self, _: i64, _: i64) -> Result<(), Problem> {
        Ok(())
    }
    async fn tags(&self) -> Result<Vec<String>, Problem> {
        Ok(Vec::new())
    }
    async fn notify_followers(&self, _: i64, _: Timestamp) -> Result<u64, Problem> {
        Ok(0)
    }
}

/// A clock that goes on by a second whenever somebody looks, and ids that count.
#[derive(Default)]
struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.fetch_add(1_000, Relaxed))
    }
}

impl Ids for Ticking {
    fn next(&self) -> i64 {
        self.0.fetch_add(1, Relaxed)
    }
}

#[derive(Default)]
struct Parts {
    store: FakeArticles,
    clock: Ticking,
    ids: Ticking,
}

impl Parts {
    fn articles(&self) -> Articles<'_> {
        Articles {
            store: &self.store,
            clock: &self.clock,
            ids: &self.ids,
        }
    }

    async fn publish(&self, title: &str, tags: &[&str]) -> Result<Article, Problem> {
        let draft = Draft {
            title: Some(title.to_string()),
            description: Some("about".to_string()),
            body: Some("text".to_string()),
            tag_list: Some(tags.iter().map(|tag| tag.to_string()).collect()),
        };
        self.articles().publish(&user(1), draft).await
    }
}

fn user(id: i64) -> User {
    User {
        id,
        username: format!("user {id}"),
        email: String::new(),
        password: HashedPassword(String::new()),
        bio: String::new(),
        image: String::new(),
    }
}

#[tokio::test]
async fn one_title_twice_has_two_slugs() -> Result<(), Problem> {
    let parts = Parts::default();
    let first = parts.publish("A dragon", &["b", "a", "b"]).await?;
    let second = parts.publish("A dragon", &[]).await?;
    assert_eq!((&*first.slug, &*second.slug), ("a-dragon", "a-dragon-1"));
    assert_eq!(first.tag_list, ["b", "a"]);
    assert_eq!(first.created_at, first.updated_at);
    assert_eq!(first.author, user(1).profile(false));
    Ok(())
}

#[tokio::test]
async fn only_authors_change_and_delete() -> Result<(), Problem> {
    let parts = Parts::default();
    let article = parts.publish("A dragon", &[]).await?;
    let changes = || Changes {
        title: Some("Two dragons".to_string()),
        ..Changes::default()
    };
    let (articles, author, other) = (parts.articles(), user(1), user(2));
    let foreign = articles.update(&other, "a-dragon", changes()).await;
    assert!(matches!(foreign, Err(Problem::Forbidden(_))));
    let foreign = articles.delete(&other, "a-dragon").await;
    assert!(matches!(foreign, Err(Problem::Forbidden(_))));

    let changed = articles.update(&author, "a-dragon", changes()).await?;
    assert_eq!(changed.slug, "two-dragons");
    assert!(changed.updated_at > article.updated_at);
    articles.delete(&author, "two-dragons").await?;
    let gone = articles.get("two-dragons", None).await;
    assert!(matches!(gone, Err(Problem::NotFound("article"))));
    Ok(())
}

#[tokio::test]
async fn what_is_left_out_or_blank_is_named() -> Result<(), Problem> {
    let parts = Parts::default();
    let blank = parts.publish(" ", &["", "fine"]).await;
    let Err(Problem::Invalid(messages)) = blank else {
        panic!("it was published: {blank:?}");
    };
    assert_eq!(messages, ["title can't be blank", "tagList can't be blank"]);
    Ok(())
}
