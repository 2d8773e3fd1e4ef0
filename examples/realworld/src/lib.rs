//! The RealWorld API (Conduit): the one place that knows all parts. See the README beside this.

#![forbid(unsafe_code)]

mod settings;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::map_response,
    routing::{delete, get, post},
};
use di_axum::container;
use realworld_accounts::{Secret, handlers::*};
use realworld_articles::handlers::{articles::*, comments::*};
use realworld_common::{no_such_method, no_such_route, shaped};
use realworld_storage::Database;

pub use self::settings::{Settings, SettingsError};

/// The whole graph. Modules list their parts and their handlers; only what they cannot know is handed in.
#[container(
    ..realworld_common::CommonModule,
    ..realworld_storage::StorageModule,
    ..realworld_accounts::AccountsModule,
    ..realworld_articles::ArticlesModule,
)]
pub struct App {
    database: Database,
    secret: Secret,
}

/// The largest body of a request: 1 MiB.
const LARGEST: usize = 1 << 20;

/// All routes, under `/api`.
pub fn router(app: App) -> Router {
    let api = Router::new()
        .route("/users", post(register))
        .route("/users/login", post(login))
        .route("/user", get(get_current_user).put(update_user))
        .route("/profiles/{username}", get(get_profile))
        .route("/profiles/{username}/follow", post(follow).delete(unfollow))
        .route("/articles", get(list_articles).post(create_article))
        .route("/articles/feed", get(get_feed))
        .route(
            "/articles/{slug}",
            get(get_article).put(update_article).delete(delete_article),
        )
        .route(
            "/articles/{slug}/favorite",
            post(favorite).delete(unfavorite),
        )
        .route(
            "/articles/{slug}/comments",
            get(list_comments).post(create_comment),
        )
        .route("/articles/{slug}/comments/{id}", delete(delete_comment))
        .route("/tags", get(list_tags))
        .method_not_allowed_fallback(no_such_method);
    Router::new()
        .nest("/api", api)
        .fallback(no_such_route)
        .layer(map_response(shaped))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(app)
}
