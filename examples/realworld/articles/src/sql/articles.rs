//! Articles. A list is one statement, however long it is: the page with its authors, favourites and tags, and the number of all, so that
//! both are of one moment.

use async_trait::async_trait;
use di_axum::{injectable, sql::Session};
use realworld_common::{Problem, Timestamp};
use sqlx::{Any, query, query_as};

use super::rows::{ArticleRow, articles};
use crate::{Article, ArticleStore, Changes, Filter, Listed, Page};

/// The articles, in the request's session.
#[injectable(request)]
pub struct SqlArticles<'r> {
    session: &'r Session<Any>,
}

impl<'r> SqlArticles<'r> {
    /// By hand, without a container.
    pub fn new(session: &'r Session<Any>) -> Self {
        Self { session }
    }
}

/// Which articles: a filter that is not given is NULL. `$1` to `$4`, as [`Filter`] has them.
macro_rules! filtered {
    () => {
        "FROM articles a JOIN users u ON u.id = a.author_id
        WHERE ($1 IS NULL OR EXISTS (SELECT 1 FROM article_tags t WHERE t.article_id = a.id AND t.tag = $1))
        AND ($2 IS NULL OR u.username = $2)
        AND ($3 IS NULL OR EXISTS (SELECT 1 FROM favorites f JOIN users fu ON fu.id = f.user_id
            WHERE f.article_id = a.id AND fu.username = $3))
        AND ($4 IS NULL OR EXISTS (SELECT 1 FROM follows w WHERE w.followed_id = a.author_id AND w.follower_id = $4))"
    };
}

/// Articles as `$viewer` sees them, a row for each tag. The articles are chosen first, so that a page is counted in articles.
macro_rules! seen {
    (body: $body:literal, viewer: $viewer:literal, total: $total:expr, $chosen:expr) => {
        concat!(
            "SELECT p.*, t.tag FROM (SELECT a.id, a.author_id, a.slug, a.title, a.description, ", $body, " AS body,
            a.created_at, a.updated_at, u.username, u.bio, u.image,
            (SELECT COUNT(*) FROM favorites f WHERE f.article_id = a.id) AS favorites_count,
            (SELECT COUNT(*) FROM favorites f WHERE f.article_id = a.id AND f.user_id = ", $viewer, ") AS favorited,
            (SELECT COUNT(*) FROM follows w WHERE w.followed_id = a.author_id AND w.follower_id = ", $viewer, ") AS following, ",
            $total, " AS total ", $chosen,
            ") p LEFT JOIN article_tags t ON t.article_id = p.id ORDER BY p.created_at DESC, p.id DESC, t.position"
        )
    };
}

const PAGE: &str = seen!(
    body: "CAST(NULL AS TEXT)",
    viewer: "$5",
    total: concat!("(SELECT COUNT(*) ", filtered!(), ")"),
    concat!(filtered!(), " ORDER BY a.created_at DESC, a.id DESC LIMIT $6 OFFSET $7")
);

const BY_SLUG: &str = seen!(
    body: "a.body",
    viewer: "$2",
    total: "1",
    "FROM articles a JOIN users u ON u.id = a.author_id WHERE a.slug = $1"
);

/// For a page beyond the last article, which has no row that could say it.
const COUNT: &str = concat!("SELECT COUNT(*) ", filtered!());

const ADD: &str =
    "INSERT INTO articles (id, author_id, slug, title, description, body, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (slug) DO NOTHING";

const ADD_TAG: &str = "INSERT INTO article_tags (article_id, position, tag) VALUES ($1, $2, $3)";

const UPDATE: &str =
    "UPDATE articles SET title = COALESCE($2, title), description = COALESCE($3, description),
    body = COALESCE($4, body), updated_at = $5, slug = CASE WHEN $6 IS NULL THEN slug
        WHEN EXISTS (SELECT 1 FROM articles o WHERE o.slug = $6 AND o.id <> $1) THEN $7 ELSE $6 END
    WHERE id = $1";

const SLUG_OF: &str = "SELECT slug FROM articles WHERE id = $1";

const DELETE: &str = "DELETE FROM articles WHERE id = $1";

const FAVORITE: &str =
    "INSERT INTO favorites (article_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";

const UNFAVORITE: &str = "DELETE FROM favorites WHERE article_id = $1 AND user_id = $2";

const TAGS: &str = "SELECT DISTINCT tag FROM article_tags ORDER BY tag";

const FOLLOWED: &str =
    "SELECT COUNT(*) FROM articles a JOIN follows w ON w.followed_id = a.author_id WHERE a.id = $1";

const NOTIFY: &str = "INSERT INTO notifications (article_id, follower_id, created_at)
    SELECT a.id, w.follower_id, $2 FROM articles a JOIN follows w ON w.followed_id = a.author_id WHERE a.id = $1
    ON CONFLICT DO NOTHING";

impl SqlArticles<'_> {
    async fn count(&self, filter: &Filter) -> Result<i64, Problem> {
        let query = query_as(COUNT)
            .bind(filter.tag.as_deref())
            .bind(filter.author.as_deref())
            .bind(filter.favorited.as_deref())
            .bind(filter.followed_by);
        let mut connection = self.session.connection().await?;
        let (count,) = query.fetch_one(&mut *connection).await?;
        Ok(count)
    }
}

#[async_trait]
impl ArticleStore for SqlArticles<'_> {
    async fn page(
        &self,
        filter: &Filter,
        page: Page,
        viewer: Option<i64>,
    ) -> Result<Listed, Problem> {
        let query = query_as::<_, ArticleRow>(PAGE)
            .bind(filter.tag.as_deref())
            .bind(filter.author.as_deref())
            .bind(filter.favorited.as_deref())
            .bind(filter.followed_by)
            .bind(viewer)
            .bind(page.limit)
            .bind(page.offset);
        let mut connection = self.session.connection().await?;
        let rows = query.fetch_all(&mut *connection).await?;
        drop(connection);
        let articles_count = match rows.first() {
            Some(row) => row.total,
            None if page.offset == 0 => 0,
            None => self.count(filter).await?,
        };
        Ok(Listed {
            articles: articles(rows),
            articles_count,
        })
    }

    async fn by_slug(&self, slug: &str, viewer: Option<i64>) -> Result<Option<Article>, Problem> {
        let query = query_as::<_, ArticleRow>(BY_SLUG).bind(slug).bind(viewer);
        let mut connection = self.session.connection().await?;
        let rows = query.fetch_all(&mut *connection);
        Ok(articles(rows.await?).pop())
    }

    async fn add(&self, article: &Article) -> Result<bool, Problem> {
        let mut transaction = self.session.transaction().await?;
        let query = query(ADD)
            .bind(article.id)
            .bind(article.author_id)
            .bind(&article.slug)
            .bind(&article.title)
            .bind(&article.description)
            .bind(article.body.as_deref())
            .bind(article.created_at.0)
            .bind(article.updated_at.0);
        if query.execute(&mut *transaction).await?.rows_affected() == 0 {
            return Ok(false);
        }
        for (position, tag) in (0_i64..).zip(&article.tag_list) {
            let query = sqlx::query(ADD_TAG).bind(article.id).bind(position);
            query.bind(tag).execute(&mut *transaction).await?;
        }
        Ok(true)
    }

    async fn update(
        &self,
        id: i64,
        changes: &Changes,
        slugs: Option<[&str; 2]>,
        at: Timestamp,
    ) -> Result<(), Problem> {
        let query = query(UPDATE)
            .bind(id)
            .bind(changes.title.as_deref())
            .bind(changes.description.as_deref())
            .bind(changes.body.as_deref())
            .bind(at.0)
            .bind(slugs.map(|[first, _]| first))
            .bind(slugs.map(|[_, second]| second));
        let mut transaction = self.session.transaction().await?;
        let updated = query.execute(&mut *transaction).await;
        match updated.map_err(Problem::from) {
            Err(problem) if problem.unique_violation().is_some() => {
                Err(Problem::invalid("title has just been taken, try again"))
            }
            updated => updated.map(drop),
        }
    }

    async fn slug_of(&self, id: i64) -> Result<Option<String>, Problem> {
        let query = query_as(SLUG_OF).bind(id);
        let mut connection = self.session.connection().await?;
        let row = query.fetch_optional(&mut *connection);
        Ok(row.await?.map(|(slug,)| slug))
    }

    async fn delete(&self, id: i64) -> Result<bool, Problem> {
        let query = query(DELETE).bind(id);
        let mut transaction = self.session.transaction().await?;
        Ok(query.execute(&mut *transaction).await?.rows_affected() > 0)
    }

    async fn favorite(&self, id: i64, user: i64) -> Result<(), Problem> {
        let query = query(FAVORITE).bind(id).bind(user);
        let mut transaction = self.session.transaction().await?;
        query.execute(&mut *transaction).await?;
        Ok(())
    }

    async fn unfavorite(&self, id: i64, user: i64) -> Result<(), Problem> {
        let query = query(UNFAVORITE).bind(id).bind(user);
        let mut transaction = self.session.transaction().await?;
        query.execute(&mut *transaction).await?;
        Ok(())
    }

    async fn tags(&self) -> Result<Vec<String>, Problem> {
        let mut connection = self.session.connection().await?;
        let rows = query_as(TAGS).fetch_all(&mut *connection);
        Ok(rows.await?.into_iter().map(|(tag,)| tag).collect())
    }

    async fn notify_followers(&self, id: i64, at: Timestamp) -> Result<u64, Problem> {
        // With nobody to tell, there is no need to be the one who writes: on SQLite there is only one at a time.
        let followed = query_as(FOLLOWED).bind(id);
        let mut connection = self.session.connection().await?;
        let (followers,): (i64,) = followed.fetch_one(&mut *connection).await?;
        drop(connection);
        if followers == 0 {
            return Ok(0);
        }
        let query = query(NOTIFY).bind(id).bind(at.0);
        let mut transaction = self.session.transaction().await?;
        let told = query.execute(&mut *transaction);
        Ok(told.await?.rows_affected())
    }
}
