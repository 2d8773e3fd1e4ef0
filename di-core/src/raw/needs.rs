//! What has to be built for a row, and what has to be extracted for it, in a scope that is filled at run time.

use std::collections::HashSet;

use super::{
    call::extract,
    filled::{Filled, row_of},
    maker::AsyncOp,
    turns::Builder as _,
    values::Value,
};
use crate::{Container, Failure, Scope, graph::Source};

impl<C: Container> Filled<C> {
    /// What a row needs; nothing, when a test has replaced it.
    fn sources(&self, row: u16) -> &'static [Source] {
        match self.container.handle().make(row) {
            Some(_) => &[],
            None => C::GRAPH.sources(row),
        }
    }

    fn is_there(&self, row: u16) -> bool {
        row_of::<C>(row).scope == Scope::Singleton || self.site().find(row).is_some()
    }

    /// The request-scoped rows that have to be built for this one, dependencies first, and it last.
    pub(super) fn missing(&self, row: u16) -> Vec<u16> {
        let mut order = Vec::new();
        let mut open = vec![(row, 0)];
        while let Some((row, k)) = open.pop() {
            if self.is_there(row) || order.contains(&row) {
                continue;
            }
            match self.sources(row).get(k) {
                Some(source) => {
                    open.push((row, k + 1));
                    if let Source::Row(to) = *source {
                        open.push((to, 0));
                    }
                }
                None if row_of::<C>(row).scope == Scope::Request => order.push(row),
                None => {}
            }
        }
        order
    }

    /// Runs the extractors that are needed for these sources, of rows that are not built, and of those that they may ask for later:
    /// there is a request now. No lock is held meanwhile, so that an extractor that runs for two heads at once, both of this
    /// scope, has one of its values left over.
    pub(super) async fn extract(
        &self,
        sources: &[Source],
        request: &mut C::Request,
    ) -> Result<(), Failure> {
        for row in self.replaced(sources) {
            if let Some(make) = self.container.handle().make(row) {
                self.replace(row, &make, request);
            }
        }
        let (rows, extractors) = self.extractors(sources);
        for (row, k, op) in extractors {
            let mut value = Value::new(&op.output, None);
            let place = value.place();
            extract(op, row, &self.container, Some(&mut *request), place).await?;
            value.written();
            self.keep_extracted(row, k, value);
        }
        self.set_extracted(rows);
        Ok(())
    }

    /// The rows below these sources that a test has replaced, which are made while there is a request.
    fn replaced(&self, sources: &[Source]) -> Vec<u16> {
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        let mut open: Vec<u16> = rows(sources).rev().collect();
        while let Some(row) = open.pop() {
            if self.is_there(row) || !seen.insert(row) {
                continue;
            }
            if self.container.handle().make(row).is_some() {
                found.push(row);
            }
            open.extend(rows(self.sources(row)).rev());
        }
        found
    }

    /// The extractors below these sources, in the order of a plan: row, parameter, and operation; a transient's for each place
    /// that takes it. And the shared rows that have all of them among those.
    fn extractors(&self, sources: &[Source]) -> (HashSet<u16>, Vec<Extractor>) {
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        let mut open: Vec<(u16, usize)> = rows(sources).rev().map(|row| (row, 0)).collect();
        while let Some((row, k)) = open.pop() {
            let is_shared = row_of::<C>(row).scope != Scope::Transient;
            if k == 0 && (self.is_there(row) || is_shared && self.is_done(row, &mut seen)) {
                continue;
            }
            let Some(source) = self.sources(row).get(k) else {
                continue;
            };
            open.push((row, k + 1));
            match *source {
                Source::Row(to) | Source::Lazy(to) => open.push((to, 0)),
                Source::Extract(op) if !(is_shared && self.has_extracted(row, k)) => {
                    found.push((row, k, op));
                }
                _ => {}
            }
        }
        (seen, found)
    }

    fn is_done(&self, row: u16, seen: &mut HashSet<u16>) -> bool {
        self.is_extracted(row) || !seen.insert(row)
    }
}

/// A row, its parameter, and what is extracted for that.
type Extractor = (u16, usize, &'static AsyncOp);

/// The rows among some sources.
pub(super) fn rows(sources: &[Source]) -> impl DoubleEndedIterator<Item = u16> {
    sources.iter().filter_map(|source| source.row())
}
