//! What statements return.

use realworld_accounts::Profile;
use realworld_common::Timestamp;
use sqlx::FromRow;

use crate::{Article, Comment};

#[derive(FromRow)]
pub(crate) struct ArticleRow {
    id: i64,
    author_id: i64,
    slug: String,
    title: String,
    description: String,
    body: Option<String>,
    created_at: i64,
    updated_at: i64,
    favorited: i64,
    favorites_count: i64,
    username: String,
    bio: String,
    image: String,
    following: i64,
    pub(crate) total: i64,
    tag: Option<String>,
}

/// An article comes as one row for each of its tags, and as one row if it has none.
pub(crate) fn articles(rows: Vec<ArticleRow>) -> Vec<Article> {
    let mut articles: Vec<Article> = Vec::new();
    for mut row in rows {
        let tag = row.tag.take();
        match articles.last_mut() {
            Some(last) if last.id == row.id => last.tag_list.extend(tag),
            _ => articles.push(article(row, tag)),
        }
    }
    articles
}

fn article(row: ArticleRow, tag: Option<String>) -> Article {
    Article {
        id: row.id,
        author_id: row.author_id,
        slug: row.slug,
        title: row.title,
        description: row.description,
        body: row.body,
        tag_list: tag.into_iter().collect(),
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
        favorited: row.favorited > 0,
        favorites_count: row.favorites_count,
        author: Profile {
            username: row.username,
            bio: row.bio,
            image: row.image,
            following: row.following > 0,
        },
    }
}

#[derive(FromRow)]
pub(crate) struct CommentRow {
    id: i64,
    author_id: i64,
    body: String,
    created_at: i64,
    username: String,
    bio: String,
    image: String,
    following: i64,
}

impl From<CommentRow> for Comment {
    fn from(row: CommentRow) -> Self {
        Comment {
            id: row.id,
            author_id: row.author_id,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.created_at),
            body: row.body,
            author: Profile {
                username: row.username,
                bio: row.bio,
                image: row.image,
                following: row.following > 0,
            },
        }
    }
}
