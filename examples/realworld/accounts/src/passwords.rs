//! Passwords are hashed on other threads, a few at a time, since each takes a core for a while, and some memory.

use std::{fmt, sync::Arc, thread::available_parallelism};

use argon2::{
    Argon2, Params,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use di_axum::injectable;
use realworld_common::Problem;
use tokio::{sync::Semaphore, task::spawn_blocking};

/// What is kept of a password.
#[derive(Clone, PartialEq, Eq)]
pub struct HashedPassword(pub String);

/// Nothing of it belongs into a log.
impl fmt::Debug for HashedPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashedPassword")
    }
}

/// Hashes passwords, and compares them.
pub struct Passwords {
    argon2: Argon2<'static>,
    places: Arc<Semaphore>,
    nobodys: HashedPassword,
}

#[injectable(singleton, blocking)]
impl Passwords {
    /// With the usual cost, as many at once as there are cores.
    ///
    /// # Errors
    /// The machine has no random numbers.
    pub fn new() -> Result<Self, Problem> {
        let cores = available_parallelism().map_or(1, usize::from);
        Self::with_cost(Params::default(), cores)
    }
}

impl Passwords {
    /// With another cost, and so many at once.
    ///
    /// # Errors
    /// The machine has no random numbers.
    pub fn with_cost(cost: Params, places: usize) -> Result<Self, Problem> {
        let argon2 = Argon2::from(cost);
        let nobodys = hashed(&argon2, "nobody's password")?;
        let places = Arc::new(Semaphore::new(places));
        Ok(Self {
            argon2,
            places,
            nobodys,
        })
    }

    /// What is kept of a new password.
    ///
    /// # Errors
    /// The machine has no random numbers.
    pub async fn hash(&self, password: String) -> Result<HashedPassword, Problem> {
        let argon2 = self.argon2.clone();
        self.elsewhere(move || hashed(&argon2, &password)).await?
    }

    /// Whether it is the password. Where there is nobody who could have it, it takes as long to say no.
    ///
    /// # Errors
    /// What was kept is no hash.
    pub async fn verify(
        &self,
        password: String,
        kept: Option<&HashedPassword>,
    ) -> Result<bool, Problem> {
        let argon2 = self.argon2.clone();
        let is_somebodys = kept.is_some();
        let HashedPassword(kept) = kept.unwrap_or(&self.nobodys).clone();
        let verified = self.elsewhere(move || {
            let kept = PasswordHash::new(&kept).map_err(internal)?;
            Ok::<_, Problem>(argon2.verify_password(password.as_bytes(), &kept).is_ok())
        });
        Ok(verified.await?? && is_somebodys)
    }

    /// The place is kept by the thread, which goes on also when nobody waits for it any more.
    async fn elsewhere<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let place = self
            .places
            .clone()
            .acquire_owned()
            .await
            .map_err(internal)?;
        let thread = spawn_blocking(move || {
            let done = work();
            drop(place);
            done
        });
        thread.await.map_err(internal)
    }
}

fn hashed(argon2: &Argon2<'_>, password: &str) -> Result<HashedPassword, Problem> {
    let hash = argon2.hash_password(password.as_bytes());
    Ok(HashedPassword(hash.map_err(internal)?.to_string()))
}

fn internal(error: impl std::error::Error + Send + Sync + 'static) -> Problem {
    Problem::Internal(error.into())
}
