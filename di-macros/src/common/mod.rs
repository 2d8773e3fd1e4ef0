//! What all macros share.

mod blocking_calls;
mod dependency;
mod facade;
mod levels;
mod report;
mod rewrite;
mod text;
mod unnamed;

pub(crate) use self::{
    blocking_calls::warn_of_blocking_calls,
    dependency::{Asked, Dependency, Held, Key, borrowed_forever, family, shared, unqualified},
    facade::{Facade, facade},
    levels::lint_levels,
    report::{Report, name_span, with_errors, written_at},
    rewrite::{
        at, depends_on_lifetime, elides, has_arguments, has_left_out, has_lifetimes, name_elided,
        peel, replace_self,
    },
    text::text,
    unnamed::{find_impl_trait, find_self, find_type, refuse_placeholders, types_of},
};
