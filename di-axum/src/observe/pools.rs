//! Pools of database connections, as they are built.

use std::sync::{Arc, Mutex, Weak};

use super::{desk::lock, observation::Observed};
use crate::sql::PoolCounts;

/// A pool that the app lists as `Connections`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStats {
    /// The database, and the qualifier if there is one: `PostgreSQL`, `PostgreSQL (Replica)`.
    pub name: String,
    /// What its connections do.
    pub counts: PoolCounts,
}

type Read = Arc<dyn Fn() -> PoolStats + Send + Sync>;

/// The pools of an app.
#[derive(Default)]
pub(crate) struct Pools(Mutex<Vec<Read>>);

impl Pools {
    pub(super) fn read(&self) -> Vec<PoolStats> {
        let pools = lock(&self.0).clone();
        pools.iter().map(|read| read()).collect()
    }
}

tokio::task_local! {
    /// The app that is being built: a pool's constructor is not told whose it is.
    static BUILDING: Weak<Observed>;
}

/// Builds an app whose pools are seen.
pub(crate) async fn building<F: Future>(observed: &Arc<Observed>, build: F) -> F::Output {
    BUILDING.scope(Arc::downgrade(observed), build).await
}

/// Shows a pool to the app that is being built, if there is one.
pub(crate) fn show(read: impl Fn() -> PoolStats + Send + Sync + 'static) {
    let building = BUILDING.try_with(Weak::upgrade).ok().flatten();
    if let Some(observed) = building {
        let mut pools = lock(&observed.pools.0);
        pools.push(Arc::new(read));
    }
}
