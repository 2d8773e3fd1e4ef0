//! What the environment says.

use std::{env, fmt, net::SocketAddr};

use realworld_accounts::Secret;
use realworld_storage::Database;

/// How the application runs. What it contains of secrets has no `Debug` that shows them, or none at all.
pub struct Settings {
    /// `PORT`, or 3000, on the loopback address.
    pub address: SocketAddr,
    /// `DATABASE_URL`, or a file in the working directory; and `DATABASE_CONNECTIONS`.
    pub database: Database,
    /// `JWT_SECRET`, or one that ends with the process.
    pub secret: Secret,
}

/// A setting cannot be read.
#[derive(Debug)]
pub struct SettingsError(&'static str);

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for SettingsError {}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    /// A number is none, or there are no random numbers for a secret.
    pub fn from_env() -> Result<Self, SettingsError> {
        let port = number("PORT", 3000).ok_or(SettingsError("PORT is no port"))?;
        let connections = number("DATABASE_CONNECTIONS", 10)
            .ok_or(SettingsError("DATABASE_CONNECTIONS is no number"))?;
        Ok(Self {
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            database: Database {
                url: env::var("DATABASE_URL").unwrap_or_else(|_| "sqlite:conduit.db".to_string()),
                connections,
            },
            secret: match env::var("JWT_SECRET") {
                Ok(secret) if !secret.is_empty() => Secret::new(secret),
                _ => random_secret()?,
            },
        })
    }
}

/// The value of a variable, or what is usual if it is not set; nothing if it is no number.
fn number<T: std::str::FromStr>(name: &str, usual: T) -> Option<T> {
    match env::var(name) {
        Ok(text) => text.parse().ok(),
        Err(env::VarError::NotPresent) => Some(usual),
        Err(env::VarError::NotUnicode(_)) => None,
    }
}

/// For development: nobody can guess it, and nobody stays signed in for longer than the process runs.
fn random_secret() -> Result<Secret, SettingsError> {
    tracing::warn!("JWT_SECRET is not set: tokens are good until this process ends");
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|_| SettingsError("JWT_SECRET is not set, and there are no random numbers"))?;
    Ok(Secret::new(bytes))
}
