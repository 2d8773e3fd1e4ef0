//! The unit of work of a request.

use std::{
    fmt,
    future::Future,
    ops::{Deref, DerefMut},
    panic::Location,
    sync::{Arc, PoisonError},
};

use di_core::Outcome;
use sqlx::{SqlSafeStr, Transaction, pool::PoolConnection};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

use super::{Backend, Connections, SessionError, connections::Turn};

/// A request's session with its database: at most one connection, taken when it is first used, and at most one transaction,
/// which ends with the request.
///
/// It is request-scoped, and so each request, task and opened scope has its own: list it as `Session<Postgres>`, and take it as
/// `&Session<Postgres>`. Whoever shares it within a request shares the transaction. At the end of the scope it is committed when that was a
/// success, before the response leaves: a commit that fails answers 500. It is rolled back after an error, an error status, a panic,
/// and when the client goes away. Under a qualifier, [`Session<Postgres, Replica>`](Connections), the connection is from that pool.
///
/// # Between statements
/// A connection that was taken is kept until the scope ends, so that a request asks its pool once. Where a request does something slow in between, such as hashing a
/// password, [`release`](Self::release) gives it back. A guard of a handler that uses its session keeps the connection while the body arrives, for as long as
/// the client takes to send it: let it decide by what needs no database, or have it call `release` when it is done.
///
/// One transaction of SQLite writes at a time: [`transaction`](Self::transaction) waits for its turn, in order, and without a connection, so that
/// those that wait take none from those that read.
///
/// A [`SessionGuard`] is for one statement, or a few, and only one can be held at a time:
///
/// ```
/// # #[cfg(feature = "sqlite")]
/// # async fn example(session: &di_axum::sql::Session<sqlx::Sqlite>) -> Result<i64, di_axum::sql::SessionError> {
/// let mut transaction = session.transaction().await?;
/// sqlx::query("UPDATE accounts SET amount = amount - 5").execute(&mut *transaction).await?;
/// let left = sqlx::query_scalar("SELECT SUM(amount) FROM accounts").fetch_one(&mut *transaction).await?;
/// # Ok(left)
/// # }
/// ```
pub struct Session<DB: Backend, Q = ()> {
    connections: Arc<Connections<DB, Q>>,
    held: Mutex<Held<DB>>,
    /// Where the guard that is in use was asked for, or the last one.
    user: std::sync::Mutex<&'static Location<'static>>,
}

#[crate::injectable(request, teardown = end)]
impl<DB: Backend, Q: 'static> Session<DB, Q> {
    /// One that has no connection yet. The container calls this; by hand, it is for code without one, which calls
    /// [`end`](Self::end) as well.
    #[must_use]
    pub fn new(connections: Arc<Connections<DB, Q>>) -> Self {
        Self {
            connections,
            held: Mutex::new(Held::Nothing),
            user: std::sync::Mutex::new(Location::caller()),
        }
    }

    /// The connection, for work that only reads. It is the transaction's where there is one; otherwise each statement stands for itself, and what
    /// it writes stays written.
    ///
    /// # Errors
    /// See [`SessionError`].
    #[track_caller]
    pub fn connection(
        &self,
    ) -> impl Future<Output = Result<SessionGuard<'_, DB>, SessionError>> + Send {
        let user = Location::caller();
        async move {
            let mut held = self.lock(user).await?;
            if let Held::Nothing = *held {
                *held = Held::Plain(self.connections.acquire().await?);
            }
            SessionGuard::new(held)
        }
    }

    /// The transaction, begun at the first call, on the connection that the session has if it has one.
    ///
    /// # Errors
    /// See [`SessionError`].
    #[track_caller]
    pub fn transaction(
        &self,
    ) -> impl Future<Output = Result<SessionGuard<'_, DB>, SessionError>> + Send {
        let user = Location::caller();
        async move {
            let mut held = self.lock(user).await?;
            let has = match held.take() {
                open @ Held::Open(..) => {
                    *held = open;
                    return SessionGuard::new(held);
                }
                Held::Plain(connection) => Some(connection),
                Held::Nothing => None,
            };
            let (connection, turn) = self.connections.acquire_to_write(has).await?;
            let begin = DB::begin(&connection).map(SqlSafeStr::into_sql_str);
            // What `Pool::begin_with` does with a connection that it takes itself. Given up half-way, it rolls back.
            *held = Held::Open(Transaction::begin(connection, begin).await?, turn);
            SessionGuard::new(held)
        }
    }

    /// Commits now what would be committed at the end, and gives the connection back. It stays committed whatever becomes of the
    /// request; a later [`transaction`](Self::transaction) begins another.
    ///
    /// # Errors
    /// See [`SessionError`]. What was written is rolled back.
    #[track_caller]
    pub fn commit(&self) -> impl Future<Output = Result<(), SessionError>> + Send {
        let user = Location::caller();
        async move { self.lock(user).await?.take().commit().await }
    }

    /// Rolls back now what was written since the last commit, and gives the connection back.
    ///
    /// # Errors
    /// See [`SessionError`].
    #[track_caller]
    pub fn rollback(&self) -> impl Future<Output = Result<(), SessionError>> + Send {
        let user = Location::caller();
        async move { self.lock(user).await?.take().rollback().await }
    }

    /// Gives the connection back, unless a transaction is open: before something that takes long and does not need it.
    ///
    /// # Errors
    /// [`SessionError::InUse`].
    #[track_caller]
    pub fn release(&self) -> impl Future<Output = Result<(), SessionError>> + Send {
        let user = Location::caller();
        async move {
            let mut held = self.lock(user).await?;
            if let Held::Plain(_) = *held {
                held.take();
            }
            Ok(())
        }
    }

    /// Ends the session: commits after a success, rolls back otherwise. The container calls this, once.
    ///
    /// # Errors
    /// The commit failed, and what was written is rolled back.
    pub async fn end(self, outcome: Outcome) -> Result<(), SessionError> {
        let held = self.held.into_inner();
        match outcome {
            Outcome::Success => held.commit().await,
            _ => held.rollback().await,
        }
    }

    /// Waits for whoever uses the connection, but not for ever: it may be waiting for this one.
    async fn lock(
        &self,
        user: &'static Location<'static>,
    ) -> Result<MutexGuard<'_, Held<DB>>, SessionError> {
        let waited = self.connections.patience();
        let held = match self.held.try_lock() {
            Ok(held) => Ok(held),
            Err(_) => tokio::time::timeout(waited, self.held.lock()).await,
        };
        let mut last = self.user.lock().unwrap_or_else(PoisonError::into_inner);
        match held {
            Ok(held) => {
                *last = user;
                Ok(held)
            }
            Err(_) => Err(SessionError::InUse {
                since: *last,
                waited,
            }),
        }
    }
}

impl<DB: Backend, Q> fmt::Debug for Session<DB, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

enum Held<DB: Backend> {
    Nothing,
    Plain(PoolConnection<DB>),
    Open(Transaction<'static, DB>, Turn),
}

impl<DB: Backend> Held<DB> {
    fn take(&mut self) -> Self {
        std::mem::replace(self, Self::Nothing)
    }

    fn connection(&mut self) -> Option<&mut DB::Connection> {
        match self {
            Self::Nothing => None,
            Self::Plain(connection) => Some(connection),
            Self::Open(transaction, _) => Some(transaction),
        }
    }

    async fn commit(self) -> Result<(), SessionError> {
        if let Self::Open(mut transaction, _turn) = self {
            DB::committable(&mut transaction).await?;
            transaction.commit().await?;
        }
        Ok(())
    }

    async fn rollback(self) -> Result<(), SessionError> {
        if let Self::Open(transaction, _turn) = self {
            transaction.rollback().await?;
        }
        Ok(())
    }
}

/// The session's connection, as long as this is held: `query(..).execute(&mut *guard)`.
pub struct SessionGuard<'s, DB: Backend>(MappedMutexGuard<'s, DB::Connection>);

impl<'s, DB: Backend> SessionGuard<'s, DB> {
    fn new(held: MutexGuard<'s, Held<DB>>) -> Result<Self, SessionError> {
        match MutexGuard::try_map(held, Held::connection) {
            Ok(connection) => Ok(Self(connection)),
            // Not reached: whoever calls this has put one there.
            Err(_) => Err(SessionError::Closed),
        }
    }
}

impl<DB: Backend> Deref for SessionGuard<'_, DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        &self.0
    }
}

impl<DB: Backend> DerefMut for SessionGuard<'_, DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        &mut self.0
    }
}

impl<DB: Backend> fmt::Debug for SessionGuard<'_, DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionGuard").finish_non_exhaustive()
    }
}
