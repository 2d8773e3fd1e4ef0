//! Articles and comments in the database. All SQL is fixed; what comes from outside is bound.

mod articles;
mod comments;
mod rows;

pub use self::{articles::SqlArticles, comments::SqlComments};
