//! What the API offers about articles. None of it knows the container that it runs in.

pub mod articles;
pub mod comments;
