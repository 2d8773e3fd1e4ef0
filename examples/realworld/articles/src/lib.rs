//! What users write and read: articles, their tags, favourites and comments.
//!
//! The services, [`Articles`] and [`Comments`], are plain structs of references: a test makes them of fakes. [`ArticlesModule`] lists what a
//! container needs to make them.

#![forbid(unsafe_code)]

mod article;
mod articles;
mod comments;
pub mod handlers;
mod published;
mod slug;
mod sql;
mod stores;

use di_axum::{Tasks, module};

pub use self::{
    article::{Article, Changes, Comment, Draft, Filter, Listed, NewComment, Page},
    articles::Articles,
    comments::Comments,
    published::{Published, announce},
    slug::slug,
    sql::{SqlArticles, SqlComments},
    stores::{ArticleStore, CommentStore},
};

use self::handlers::{
    articles::{
        create_article, delete_article, favorite, get_article, get_feed, list_articles, list_tags,
        unfavorite, update_article,
    },
    comments::{create_comment, delete_comment, list_comments},
};

/// Everything about articles.
#[module(
    ..realworld_accounts::AccountsModule,
    SqlArticles<'_>, dyn ArticleStore = SqlArticles<'_>,
    SqlComments<'_>, dyn CommentStore = SqlComments<'_>,
    Articles<'_>, Comments<'_>,
    Tasks<Published> = announce,
    handlers(
        list_articles, get_feed, create_article, get_article, update_article, delete_article,
        favorite, unfavorite, list_tags, list_comments, create_comment, delete_comment,
    ),
)]
pub struct ArticlesModule;
