//! What a test puts in the place of listed values.
//!
//! The types are there in every build, empty; only with the feature `testing` can something be put in, and only then does a
//! request look.

use std::{collections::HashMap, sync::Arc};

use super::held::Kept;
use crate::{
    Container,
    graph::{Graph, Kind, Source},
    scope::Scope,
};
#[cfg(feature = "testing")]
use crate::{
    Provides,
    key::Of,
    scope::{ReplacedByValue, ReplacedWith},
};

/// Makes a request-scoped value of a request.
pub(super) type Make<C> = Arc<dyn Fn(&<C as Container>::Request) -> Kept + Send + Sync>;

/// The replacements of an app.
pub struct Replacements<C: Container> {
    /// Singletons, by row.
    pub(super) values: HashMap<u16, Kept>,
    /// Request-scoped values, by row.
    pub(super) makes: HashMap<u16, Make<C>>,
}

impl<C: Container> Default for Replacements<C> {
    fn default() -> Self {
        Replacements {
            values: HashMap::new(),
            makes: HashMap::new(),
        }
    }
}

impl<C: Container> Replacements<C> {
    /// Puts a value in the place of a singleton.
    #[cfg(feature = "testing")]
    pub fn value<T: ?Sized, Q, V>(&mut self, value: Arc<V>)
    where
        C: Provides<T, Q, Scope: ReplacedByValue, Family: Of<'static, T = V>>,
        V: ?Sized + Send + Sync + 'static,
    {
        self.values
            .insert(<C as Provides<T, Q>>::INDEX, Kept::new(value));
    }

    /// Puts what is made of each request in the place of a request-scoped value. One that lives for ever may stand where a
    /// shorter life is asked for, since nodes are covariant (see `Injectable`).
    #[cfg(feature = "testing")]
    pub fn made<T: ?Sized, Q, V>(
        &mut self,
        make: impl Fn(&C::Request) -> Box<V> + Send + Sync + 'static,
    ) where
        C: Provides<T, Q, Scope: ReplacedWith, Family: Of<'static, T = V>>,
        V: ?Sized + Send + Sync + 'static,
    {
        let make = move |request: &C::Request| Kept::new(Arc::<V>::from(make(request)));
        self.makes
            .insert(<C as Provides<T, Q>>::INDEX, Arc::new(make));
    }

    /// The rows of singletons that nobody needs any more.
    pub(super) fn idle(&self) -> Vec<u16> {
        let replaced = self.values.keys().chain(self.makes.keys());
        idle(C::GRAPH, &replaced.copied().collect::<Vec<_>>())
    }
}

/// The singletons that nobody needs any more. With listed roots, those that the roots reached only through what is replaced;
/// without, every node counts as needed, except the implementation of a replaced trait object that no other node asks for.
fn idle(graph: Graph, replaced: &[u16]) -> Vec<u16> {
    let rows = 0..graph.rows.len() as u16;
    let is_singleton = |row: &u16| {
        let row = &graph.rows[usize::from(*row)];
        row.scope == Scope::Singleton && row.kind != Kind::Given
    };
    if !graph.rows.iter().any(|row| row.kind == Kind::Handler) {
        let bound = replaced.iter().filter_map(|row| {
            let is_binding = graph.rows[usize::from(*row)].kind == Kind::Binding;
            match graph.sources(*row) {
                [Source::Row(to)] if is_binding => Some((*row, *to)),
                _ => None,
            }
        });
        return bound
            .filter(|(binding, to)| {
                let mut others = rows.clone().filter(|row| row != binding);
                is_singleton(to) && !others.any(|row| asks(graph, row, *to))
            })
            .map(|(_, to)| to)
            .collect();
    }
    let roots: Vec<u16> = rows
        .clone()
        .filter(|row| graph.rows[usize::from(*row)].kind.is_root())
        .collect();
    let before = reached(graph, roots.clone(), &[]);
    // What no root reaches is constructed all the same, with what it needs.
    let others = rows.clone().filter(|row| !before[usize::from(*row)]);
    let after = reached(graph, roots.into_iter().chain(others).collect(), replaced);
    rows.filter(|row| is_singleton(row) && !replaced.contains(row))
        .filter(|row| before[usize::from(*row)] && !after[usize::from(*row)])
        .collect()
}

fn asks(graph: Graph, row: u16, to: u16) -> bool {
    let mut sources = graph.sources(row).iter();
    sources.any(|source| source.row() == Some(to))
}

/// What is reached from some rows without going through the replaced ones.
fn reached(graph: Graph, mut open: Vec<u16>, replaced: &[u16]) -> Vec<bool> {
    let mut reached = vec![false; graph.rows.len()];
    while let Some(row) = open.pop() {
        if std::mem::replace(&mut reached[usize::from(row)], true) || replaced.contains(&row) {
            continue;
        }
        open.extend(graph.sources(row).iter().filter_map(|source| source.row()));
    }
    reached
}
