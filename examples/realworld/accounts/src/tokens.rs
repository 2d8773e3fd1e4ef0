//! Signed tokens, which say who calls.

use std::fmt;

use di_axum::injectable;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use realworld_common::{Problem, Timestamp};
use serde::{Deserialize, Serialize};

/// What tokens are signed with, handed in.
pub struct Secret(Vec<u8>);

impl Secret {
    /// Of bytes that nobody else knows.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }
}

/// It is never written down.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// How long a token is good for: sixty days.
const LIFE: i64 = 60 * 24 * 60 * 60;

#[derive(Deserialize, Serialize)]
struct Claims {
    sub: String,
    iat: i64,
    exp: i64,
}

/// Makes tokens, and reads them.
pub struct Tokens {
    signs: EncodingKey,
    verifies: DecodingKey,
    rules: Validation,
}

#[injectable(singleton)]
impl Tokens {
    /// Signed with this secret.
    pub fn new(secret: &Secret) -> Self {
        let mut rules = Validation::new(Algorithm::HS256);
        // The time is that of the application's clock, below.
        rules.validate_exp = false;
        Self {
            signs: EncodingKey::from_secret(&secret.0),
            verifies: DecodingKey::from_secret(&secret.0),
            rules,
        }
    }

    /// A token for a user.
    ///
    /// # Errors
    /// It cannot be signed.
    pub fn issue(&self, user: i64, now: Timestamp) -> Result<String, Problem> {
        let iat = now.0 / 1_000;
        let claims = Claims {
            sub: user.to_string(),
            iat,
            exp: iat + LIFE,
        };
        let token = encode(&Header::new(Algorithm::HS256), &claims, &self.signs);
        token.map_err(|error| Problem::Internal(error.into()))
    }

    /// Whose token it is.
    ///
    /// # Errors
    /// It is none of ours, or too old: [`Problem::Unauthorized`].
    pub fn read(&self, token: &str, now: Timestamp) -> Result<i64, Problem> {
        let refused = || Problem::Unauthorized("the token is not valid");
        let read = decode::<Claims>(token, &self.verifies, &self.rules);
        let claims = read.map_err(|_| refused())?.claims;
        match claims.sub.parse() {
            Ok(user) if now.0 / 1_000 < claims.exp => Ok(user),
            _ => Err(refused()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    #[test]
    fn a_token_is_read_by_who_signed_it_until_it_is_old() {
        let tokens = Tokens::new(&Secret::new("one"));
        let token = tokens.issue(17, NOW).expect("it can be signed");
        assert!(matches!(tokens.read(&token, NOW), Ok(17)));
        let old = Timestamp(NOW.0 + LIFE * 1_000);
        let other = Tokens::new(&Secret::new("another"));
        for read in [
            tokens.read(&token, old),
            other.read(&token, NOW),
            tokens.read(&format!("{token}x"), NOW),
            tokens.read("", NOW),
        ] {
            assert!(matches!(read, Err(Problem::Unauthorized(_))), "{read:?}");
        }
    }

    #[test]
    fn an_unsigned_token_is_refused() {
        let tokens = Tokens::new(&Secret::new("one"));
        // {"alg":"none","typ":"JWT"} and {"sub":"17","iat":0,"exp":9999999999}
        let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiIxNyIsImlhdCI6MCwiZXhwIjo5OTk5OTk5OTk5fQ.";
        let read = tokens.read(unsigned, NOW);
        assert!(matches!(read, Err(Problem::Unauthorized(_))), "{read:?}");
    }

    #[test]
    fn a_secret_is_not_written() {
        assert_eq!(format!("{:?}", Secret::new("one")), "Secret");
    }
}
