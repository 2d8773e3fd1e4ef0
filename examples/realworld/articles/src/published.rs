//! What is left to be done when an article is published.

use std::time::Duration;

use di_axum::task;
use realworld_common::{Clock, Problem};

use crate::ArticleStore;

/// An article was published.
#[derive(Debug)]
pub struct Published {
    /// Which one.
    pub article: i64,
}

/// Tells the author's followers, of whom there may be many: nobody waits for it. It has a scope of its own, and so a session of its own,
/// and can be done again without telling anybody twice.
#[task(concurrency = 2, queue = 1_000, timeout = Duration::from_secs(30))]
pub async fn announce(
    job: Published,
    articles: &dyn ArticleStore,
    clock: &dyn Clock,
) -> Result<(), Problem> {
    articles.notify_followers(job.article, clock.now()).await?;
    Ok(())
}
