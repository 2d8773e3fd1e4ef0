//! What all macros share.

mod dependency;
mod facade;
mod report;
mod rewrite;
mod text;

pub(crate) use self::{
    dependency::{Dependency, Held, Key, shared},
    facade::{Facade, facade},
    report::{Report, with_errors},
    rewrite::{at, has_lifetimes, peel, replace_self},
    text::text,
};
