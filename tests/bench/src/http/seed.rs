//! What a database has in it before anything is measured, written by the services themselves.

use realworld_accounts::{Registration, SqlUsers, Users};
use realworld_articles::{Draft, SqlArticles};
use serde_json::json;

use super::twin::Twin;
use crate::Failure;

const EMAIL: &str = "ada@home";
const PASSWORD: &str = "a password of usual length";
const ARTICLES: usize = 200;

/// Two users, one of whom follows the other, and articles with tags, some of them favourites; the token of a user.
pub async fn seed(twin: &Twin) -> Result<String, Failure> {
    let session = twin.session();
    let (users, store) = (SqlUsers::new(&session), SqlArticles::new(&session));
    let (accounts, articles) = (twin.accounts(&users), twin.articles(&store));
    for (name, email) in [("ada", EMAIL), ("bob", "bob@home")] {
        let new = Registration {
            username: Some(name.to_string()),
            email: Some(email.to_string()),
            password: Some(PASSWORD.to_string()),
        };
        accounts.register(new).await?;
    }
    let ada = users.by_name("ada").await?.ok_or("there is no ada")?;
    let bob = users.by_name("bob").await?.ok_or("there is no bob")?;
    users.follow(bob.id, ada.id).await?;
    for number in 0..ARTICLES {
        let draft = serde_json::from_value::<Draft>(draft(&format!("Article {number}")))?;
        let article = articles.publish(&ada, draft).await?;
        if number % 4 == 0 {
            articles.favorite(&bob, &article.slug).await?;
        }
    }
    let token = accounts.view(&bob)?.token;
    session.end(di_axum::Outcome::Success).await?;
    Ok(token)
}

fn draft(title: &str) -> serde_json::Value {
    json!({
        "title": title,
        "description": "What it is about, in a line or so, as it is shown in a list.",
        "body": "A paragraph of the text. ".repeat(40),
        "tagList": ["measured", "seeded", "long"],
    })
}

/// The body of a request that publishes an article.
pub fn article(title: &str) -> String {
    json!({ "article": draft(title) }).to_string()
}

/// The body of a request for a token.
pub fn login() -> String {
    json!({ "user": { "email": EMAIL, "password": PASSWORD } }).to_string()
}
