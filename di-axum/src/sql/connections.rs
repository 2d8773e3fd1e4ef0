//! A pool, and what is known of it.

use std::{
    future::Future,
    marker::PhantomData,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use sqlx::{Pool, pool::PoolConnection};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{Backend, SessionError};

/// A pool's connections: hands them out, counts, and closes the pool when the app ends, after the last request and task.
///
/// A singleton. List it beside the pool, `PgPool = connect, Connections<Postgres>`; with a qualifier it is of the pool that is
/// listed under that, `Connections<Postgres, Replica>`. A singleton whose own teardown uses the database takes this rather than
/// the pool: it is then torn down before the pool is closed.
pub struct Connections<DB: Backend, Q = ()> {
    pool: Arc<Pool<DB>>,
    counters: Arc<Counters>,
    /// Of those that want to write, where one writes at a time.
    turns: Option<Arc<Semaphore>>,
    _qualifier: PhantomData<fn() -> Q>,
}

/// Its holder is the one that writes, if there is but one.
pub(super) type Turn = Option<OwnedSemaphorePermit>;

#[crate::injectable(singleton, teardown = close)]
impl<DB: Backend, Q: 'static> Connections<DB, Q> {
    /// Of this pool.
    pub fn new(#[inject(Q)] pool: Arc<Pool<DB>>) -> Self {
        let counters: Arc<Counters> = Arc::default();
        #[cfg(feature = "observe")]
        crate::observe::show({
            let (pool, counters) = (pool.clone(), counters.clone());
            move || stats::<DB, Q>(counts(&pool, &counters))
        });
        let has_one_writer = DB::has_one_writer(&pool.connect_options());
        Self {
            pool,
            counters,
            turns: has_one_writer.then(|| Arc::new(Semaphore::new(1))),
            _qualifier: PhantomData,
        }
    }

    /// The pool itself. What takes connections from there is not counted.
    #[must_use]
    pub fn pool(&self) -> &Pool<DB> {
        &self.pool
    }

    /// A connection that belongs to no request, given back when it is dropped.
    ///
    /// It may be given up at any time: what was begun to get a connection goes on, and it is given back then. (sqlx
    /// drops such a connection and opens another, and the server may see both for a moment.)
    ///
    /// # Errors
    /// [`SessionError::Busy`] if none became free within the pool's acquire timeout, [`SessionError::Closed`] after the app's end, and what
    /// the database says of a new connection.
    pub async fn acquire(&self) -> Result<PoolConnection<DB>, SessionError> {
        let asked = Asked::new(&self.counters);
        let acquired = Completed(Some(Box::pin(self.pool.acquire()))).await;
        asked.counted(acquired)
    }

    /// A connection to write with: when it is this one's turn, for as long as that is kept. Who has a connection already keeps it, unless it is
    /// another one's turn: who writes may need it.
    pub(super) async fn acquire_to_write(
        &self,
        has: Option<PoolConnection<DB>>,
    ) -> Result<(PoolConnection<DB>, Turn), SessionError> {
        if let Some(connection) = has {
            match self
                .turns
                .as_ref()
                .map(|turns| turns.clone().try_acquire_owned())
            {
                None => return Ok((connection, None)),
                Some(Ok(turn)) => return Ok((connection, Some(turn))),
                Some(Err(_)) => drop(connection),
            }
        }
        let asked = Asked::new(&self.counters);
        let turn = match &self.turns {
            None => None,
            Some(turns) => match timeout(self.patience(), turns.clone().acquire_owned()).await {
                Ok(turn) => turn.ok(),
                Err(_) => return asked.counted(Err(sqlx::Error::PoolTimedOut)),
            },
        };
        let acquired = Completed(Some(Box::pin(self.pool.acquire()))).await;
        Ok((asked.counted(acquired)?, turn))
    }

    /// How long to wait at most.
    pub(super) fn patience(&self) -> Duration {
        self.pool.options().get_acquire_timeout()
    }

    /// How many connections there are, and what was asked of them until now.
    #[must_use]
    pub fn counts(&self) -> PoolCounts {
        counts(&self.pool, &self.counters)
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}

fn counts<DB: Backend>(pool: &Pool<DB>, counters: &Counters) -> PoolCounts {
    let size = u64::from(pool.size());
    // The pool counts both one after the other.
    let idle = (pool.num_idle() as u64).min(size);
    PoolCounts {
        max: u64::from(pool.options().get_max_connections()),
        size,
        idle,
        in_use: size - idle,
        waiting: counters.waiting.load(Relaxed),
        acquired: counters.acquired.load(Relaxed),
        timed_out: counters.timed_out.load(Relaxed),
        failed: counters.failed.load(Relaxed),
        waited: Duration::from_nanos(counters.waited.load(Relaxed)),
        longest: Duration::from_nanos(counters.longest.load(Relaxed)),
    }
}

/// What is shown of a pool: its database, and its qualifier, if it has one.
#[cfg(feature = "observe")]
fn stats<DB: Backend, Q: 'static>(counts: PoolCounts) -> crate::observe::PoolStats {
    let qualifier = std::any::type_name::<Q>();
    let name = match qualifier.rsplit("::").next() {
        Some(short) if qualifier != "()" => format!("{} ({short})", DB::NAME),
        _ => DB::NAME.to_string(),
    };
    crate::observe::PoolStats { name, counts }
}

/// What a pool's connections are doing. What is counted, is counted from the start of the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolCounts {
    /// How many connections there may be.
    pub max: u64,
    /// How many there are.
    pub size: u64,
    /// How many of these nobody uses.
    pub idle: u64,
    /// How many of these somebody uses.
    pub in_use: u64,
    /// How many have asked for a connection, and neither have one nor have given up.
    pub waiting: u64,
    /// How many got one.
    pub acquired: u64,
    /// How many did not, within the pool's acquire timeout.
    pub timed_out: u64,
    /// How many did not for another reason: the database cannot be reached, or the pool is closed.
    pub failed: u64,
    /// How long those that got one have waited, together. Opening a connection, or testing it, counts.
    pub waited: Duration,
    /// How long the one that waited longest and got one has waited.
    pub longest: Duration,
}

#[derive(Default)]
struct Counters {
    waiting: AtomicU64,
    acquired: AtomicU64,
    timed_out: AtomicU64,
    failed: AtomicU64,
    waited: AtomicU64,
    longest: AtomicU64,
}

/// Somebody asks for a connection; dropped, no longer.
struct Asked<'a> {
    counters: &'a Counters,
    at: Instant,
}

impl<'a> Asked<'a> {
    fn new(counters: &'a Counters) -> Self {
        counters.waiting.fetch_add(1, Relaxed);
        let at = Instant::now();
        Self { counters, at }
    }

    fn counted<T>(self, acquired: Result<T, sqlx::Error>) -> Result<T, SessionError> {
        let acquired = acquired.map_err(SessionError::from);
        let outcome = match &acquired {
            Ok(_) => &self.counters.acquired,
            Err(SessionError::Busy) => &self.counters.timed_out,
            Err(_) => &self.counters.failed,
        };
        outcome.fetch_add(1, Relaxed);
        if acquired.is_ok() {
            // Nanoseconds fill 64 bits after 584 years.
            let waited = self.at.elapsed().as_nanos() as u64;
            self.counters.waited.fetch_add(waited, Relaxed);
            self.counters.longest.fetch_max(waited, Relaxed);
        }
        acquired
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.counters.waiting.fetch_sub(1, Relaxed);
    }
}

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Goes on to its end when it is given up, in a task of its own, and drops what comes of it.
struct Completed<T: Send + 'static>(Option<Boxed<T>>);

impl<T: Send + 'static> Future for Completed<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let Some(future) = &mut self.0 else {
            return Poll::Pending;
        };
        let output = future.as_mut().poll(cx);
        if output.is_ready() {
            self.0 = None;
        }
        output
    }
}

impl<T: Send + 'static> Drop for Completed<T> {
    fn drop(&mut self) {
        // Without a runtime nothing can go on.
        if let (Some(future), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current())
        {
            drop(runtime.spawn(async move { drop(future.await) }));
        }
    }
}
