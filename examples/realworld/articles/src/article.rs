//! Articles and comments, as the API shows them, and what it takes.

use realworld_accounts::Profile;
use realworld_common::Timestamp;
use serde::{Deserialize, Serialize};

/// An article, as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Article {
    /// Which one.
    #[serde(skip)]
    pub id: i64,
    /// Whose.
    #[serde(skip)]
    pub author_id: i64,
    /// Its name in addresses. Unique.
    pub slug: String,
    /// The title.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// The text, which lists leave out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The tags, in the author's order.
    pub tag_list: Vec<String>,
    /// When it was published.
    pub created_at: Timestamp,
    /// When it was changed for the last time.
    pub updated_at: Timestamp,
    /// Whether it is a favourite of who looks.
    pub favorited: bool,
    /// Of how many it is one.
    pub favorites_count: i64,
    /// Who wrote it.
    pub author: Profile,
}

/// An article that is to be published.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// The title.
    pub title: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// The text.
    pub body: Option<String>,
    /// The tags.
    pub tag_list: Option<Vec<String>>,
}

/// What of an article shall change; what is left out stays.
#[derive(Clone, Default, Deserialize)]
pub struct Changes {
    /// The title, and with it the slug.
    pub title: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// The text.
    pub body: Option<String>,
}

/// Which articles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those with this tag.
    pub tag: Option<String>,
    /// Those of the user of this name.
    pub author: Option<String>,
    /// The favourites of the user of this name.
    pub favorited: Option<String>,
    /// Those of the users whom the user of this id follows.
    pub followed_by: Option<i64>,
}

/// Which part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many at most.
    pub limit: i64,
    /// How many come before.
    pub offset: i64,
}

/// A part of a list, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// The articles of the page, without their texts.
    pub articles: Vec<Article>,
    /// How many there are on all pages.
    pub articles_count: i64,
}

/// A comment, as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comment {
    /// Which one.
    pub id: i64,
    /// Whose.
    #[serde(skip)]
    pub author_id: i64,
    /// When it was written.
    pub created_at: Timestamp,
    /// The same: comments do not change.
    pub updated_at: Timestamp,
    /// The text.
    pub body: String,
    /// Who wrote it.
    pub author: Profile,
}

/// A comment that is to be written.
#[derive(Clone, Default, Deserialize)]
pub struct NewComment {
    /// The text.
    pub body: Option<String>,
}
