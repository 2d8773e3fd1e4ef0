//! What all macros share.

mod dependency;
mod facade;
mod report;
mod rewrite;
mod text;
mod unnamed;

pub(crate) use self::{
    dependency::{Dependency, Held, Key, shared},
    facade::{Facade, facade},
    report::{Report, name_span, with_errors},
    rewrite::{at, has_lifetimes, name_elided, peel, replace_self},
    text::text,
    unnamed::{find_impl_trait, refuse_placeholders, types_of},
};
