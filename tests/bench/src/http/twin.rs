//! The same services, repositories and handlers as in `examples/realworld`, without the container: what is built, for how long, and what ends when,
//! is written here. It has the three endpoints that are measured, and no more.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    middleware::map_response,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use di_axum::{
    Outcome,
    sql::{Connections, Session},
};
use realworld_accounts::{
    Accounts, Authorization, Caller, CurrentUser, MaybeUser, Passwords, Secret, SignedIn, SqlUsers,
    Tokens, handlers as users,
};
use realworld_articles::{
    ArticleStore, Articles, Draft, SqlArticles,
    handlers::articles::{ArticleOf, ListParams, list_articles},
};
use realworld_common::{
    Body, Clock, Params, Problem, SystemClock, TimeIds, no_such_method, no_such_route, shaped,
};
use realworld_storage::{Database, connect};
use sqlx::Any;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::Failure;

/// What lives as long as the process.
#[derive(Clone)]
pub struct Twin {
    connections: Arc<Connections<Any>>,
    passwords: Arc<Passwords>,
    tokens: Arc<Tokens>,
    clock: Arc<dyn Clock>,
    ids: Arc<TimeIds>,
    announcing: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    tasks: TaskTracker,
}

impl Twin {
    pub async fn new(database: Database, secret: Secret) -> Result<Self, Failure> {
        let pool = Arc::new(connect(&database).await?);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let passwords = tokio::task::spawn_blocking(Passwords::new).await??;
        Ok(Self {
            connections: Arc::new(Connections::new(pool)),
            passwords: Arc::new(passwords),
            tokens: Arc::new(Tokens::new(&secret)),
            ids: Arc::new(TimeIds::new(clock.clone())),
            clock,
            announcing: Arc::new(Semaphore::new(2)),
            waiting: Arc::new(Semaphore::new(1_000)),
            tasks: TaskTracker::new(),
        })
    }

    /// Waits for what requests left to be done, and closes the pool.
    pub async fn end(self) {
        self.tasks.close();
        self.tasks.wait().await;
        self.connections.pool().close().await;
    }

    pub fn session(&self) -> Session<Any> {
        Session::new(self.connections.clone())
    }

    fn caller(&self, authorization: Authorization) -> Result<Caller, Problem> {
        Caller::new(authorization, &self.tokens, &*self.clock)
    }

    pub fn accounts<'r>(&'r self, users: &'r SqlUsers<'r>) -> Accounts<'r> {
        Accounts {
            users,
            passwords: &self.passwords,
            tokens: &self.tokens,
            clock: &*self.clock,
            ids: &*self.ids,
        }
    }

    pub fn articles<'r>(&'r self, store: &'r SqlArticles<'r>) -> Articles<'r> {
        Articles {
            store,
            clock: &*self.clock,
            ids: &*self.ids,
        }
    }

    /// Tells followers when this request is over, with a session of its own.
    fn announce(&self, article: i64, place: tokio::sync::OwnedSemaphorePermit) {
        let twin = self.clone();
        self.tasks.spawn(async move {
            let _running = twin.announcing.acquire().await;
            drop(place);
            let session = twin.session();
            let store = SqlArticles::new(&session);
            let told = store.notify_followers(article, twin.clock.now()).await;
            let outcome = match &told {
                Ok(_) => Outcome::Success,
                Err(_) => Outcome::of_status(500),
            };
            if let Err(error) = session.end(outcome).await {
                eprintln!("followers were not told: {error}");
            }
            if let Err(error) = told {
                eprintln!("followers were not told: {error}");
            }
        });
    }
}

/// Commits what was a success, and rolls back the rest; the answer, if that worked.
async fn end(session: Session<Any>, answer: Response) -> Response {
    let outcome = Outcome::of_status(answer.status().as_u16());
    match session.end(outcome).await {
        Err(error) if outcome.is_success() => Problem::from(error).into_response(),
        _ => answer,
    }
}

async fn list(
    State(twin): State<Twin>,
    authorization: Authorization,
    params: Params<ListParams>,
) -> Response {
    let session = twin.session();
    let answer = listed(&twin, &session, authorization, params).await;
    end(session, answer.into_response()).await
}

async fn listed(
    twin: &Twin,
    session: &Session<Any>,
    authorization: Authorization,
    params: Params<ListParams>,
) -> Result<impl IntoResponse + use<>, Problem> {
    let users = SqlUsers::new(session);
    let store = SqlArticles::new(session);
    let caller = twin.caller(authorization)?;
    let viewer = MaybeUser::new(&caller, &users).await?;
    list_articles::call(&twin.articles(&store), &viewer, params).await
}

async fn login(
    State(twin): State<Twin>,
    body: Body<users::UserOf<realworld_accounts::Login>>,
) -> Response {
    let session = twin.session();
    let users = SqlUsers::new(&session);
    let answer = users::login::call(&twin.accounts(&users), body).await;
    end(session, answer.into_response()).await
}

async fn create(
    State(twin): State<Twin>,
    authorization: Authorization,
    request: axum::extract::Request,
) -> Response {
    // Before the body is read.
    let caller = match twin.caller(authorization) {
        Ok(caller) => caller,
        Err(problem) => return problem.into_response(),
    };
    if let Err(problem) = SignedIn::new(&caller) {
        return problem.into_response();
    }
    let Body(draft) = match axum::RequestExt::extract(request).await {
        Ok(body) => body,
        Err(problem) => return Problem::into_response(problem),
    };
    let Ok(place) = twin.waiting.clone().try_acquire_owned() else {
        return Problem::Busy("there is too much to do, try again soon").into_response();
    };
    let session = twin.session();
    let (answer, article) = match created(&twin, &session, &caller, draft).await {
        Ok((answer, article)) => (answer.into_response(), Some(article)),
        Err(problem) => (problem.into_response(), None),
    };
    let answer = end(session, answer).await;
    if let Some(article) = article.filter(|_| answer.status().is_success()) {
        twin.announce(article, place);
    }
    answer
}

async fn created(
    twin: &Twin,
    session: &Session<Any>,
    caller: &Caller,
    draft: ArticleOf<Draft>,
) -> Result<(impl IntoResponse + use<>, i64), Problem> {
    let users = SqlUsers::new(session);
    let store = SqlArticles::new(session);
    let viewer = MaybeUser::new(caller, &users).await?;
    let caller = CurrentUser::new(&viewer)?;
    let article = twin
        .articles(&store)
        .publish(&caller, draft.article)
        .await?;
    let id = article.id;
    let answer = (StatusCode::CREATED, axum::Json(ArticleOf { article }));
    Ok((answer, id))
}

pub fn router(twin: Twin) -> Router {
    let api = Router::new()
        .route("/users/login", post(login))
        .route("/articles", get(list).post(create))
        .method_not_allowed_fallback(no_such_method);
    Router::new()
        .nest("/api", api)
        .fallback(no_such_route)
        .layer(map_response(shaped))
        .layer(DefaultBodyLimit::max(1 << 20))
        .with_state(twin)
}
