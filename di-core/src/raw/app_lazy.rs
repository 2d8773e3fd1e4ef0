//! Lazy singletons: each is built when it is first needed, in the turns of its app ([`turns`](super::turns)).
//!
//! Their slots in the app's block do not point to a value but to an [`AppLazy`], which is what handles to them refer to. Where the
//! values are is in the table of the site, and so is where those of start-up are: one that asks while that is not over looks there, and
//! not at slots that are still being written.

use std::{
    marker::PhantomData,
    pin::Pin,
    sync::{
        Arc, Weak,
        atomic::{
            AtomicBool,
            Ordering::{Acquire, Release},
        },
    },
};

use super::{
    block::Block,
    construct::{Base, unit},
    held::{Keep, Kept, Slot},
    lazy::{Building, Deferred, Origin},
    maker::Op,
    turns::{Ask, Builder, Constructing, Site},
};
use crate::{
    Container, Failure, Outcome, Scope,
    error::NotBuilt,
    graph::{Graph, Source},
    observe::Act,
    runtime::Runtime,
};

/// What lazy singletons are built with.
pub(super) struct AppSite<C> {
    this: Weak<AppSite<C>>,
    site: Arc<Site>,
    base: Base,
    runtime: Arc<dyn Runtime>,
    kept: Keep,
    /// Whether start-up is over.
    is_started: AtomicBool,
    _container: PhantomData<fn() -> C>,
}

impl<C: Container> AppSite<C> {
    /// For the lazy singletons of an app that is about to be built; none, when there are none.
    pub(super) fn open(block: &Arc<Block>) -> Option<Arc<Self>> {
        let graph = C::GRAPH;
        let lazy: Vec<u16> = lazy_rows(graph).collect();
        if lazy.is_empty() {
            return None;
        }
        let app = Arc::new_cyclic(|this| AppSite {
            this: Weak::clone(this),
            site: block.site(),
            base: Base(block.base()),
            runtime: block.runtime(),
            kept: block.kept(),
            is_started: AtomicBool::new(false),
            _container: PhantomData,
        });
        let cells = lazy.into_iter().map(|row| {
            let cell: Arc<dyn Deferred> = Arc::new(AppLazy {
                app: Arc::clone(&app),
                block: Arc::downgrade(block),
                row,
            });
            (graph.slot(row), cell)
        });
        block.set_lazy(cells.collect());
        Some(app)
    }

    /// Start-up is over.
    pub(super) fn started(&self) {
        self.is_started.store(true, Release);
    }

    async fn constructed(self: Arc<Self>, row: u16) -> Result<Slot, Failure> {
        self.check_filled(row)?;
        let this = &C::GRAPH.rows[usize::from(row)];
        if let Some(Op::Alias(_, coerce)) = this.maker.as_ref().map(|maker| maker.op) {
            let [Source::Row(to)] = *C::GRAPH.sources(row) else {
                return Err(Failure::not_constructed(row));
            };
            let slot = Ask::new(&*self, to, to).await?;
            // SAFETY: the slot is that of the implementation.
            return Ok(unsafe { coerce(&slot) });
        }
        let runtime = Arc::clone(&self.runtime);
        let (_, built) = unit::<C>(row, self.base, runtime, self.kept.clone()).await;
        let Some(kept) = built?.into_kept(C::GRAPH) else {
            return Err(Failure::not_constructed(row));
        };
        let slot = kept.slot;
        self.keep(row, kept).await?;
        Ok(slot)
    }

    /// Gives the value to the app; where that is being shut down, it is torn down at once.
    async fn keep(&self, row: u16, kept: Kept) -> Result<(), Failure> {
        let Err(late) = self.site.while_open(kept, |kept| self.kept.push(kept)) else {
            return Ok(());
        };
        // SAFETY: the value is kept until the teardown is dropped.
        if let Some((closing, owner)) = unsafe { late.close(Outcome::Cancelled) }
            && let Err(error) = self
                .runtime
                .observed()
                .told(Act::Teardown, owner.row, closing)
                .await
        {
            self.runtime
                .teardown_failed(&[crate::TeardownFailure::new(owner.name, error)]);
        }
        Err(Failure::over(row))
    }

    /// Looks whether the singletons are there that this one, or a transient in it, needs.
    fn check_filled(&self, row: u16) -> Result<(), Failure> {
        for source in C::GRAPH.sources(row) {
            let Source::Row(to) = *source else { continue };
            let this = &C::GRAPH.rows[usize::from(to)];
            match this.scope {
                Scope::Transient => self.check_filled(to)?,
                _ if this.is_lazy || self.site.find(to).is_some() => {}
                _ if self.is_started.load(Acquire) => return Err(Failure::not_constructed(to)),
                _ => return Err(Failure::early(to)),
            }
        }
        Ok(())
    }
}

impl<C: Container> Builder for AppSite<C> {
    fn site(&self) -> &Site {
        &self.site
    }

    fn construct(&self, row: u16) -> Constructing {
        let this = self.this.upgrade();
        Box::pin(async move {
            match this {
                Some(this) => this.constructed(row).await,
                None => Err(Failure::over(row)),
            }
        })
    }
}

/// The rows that are built when they are first needed.
pub(super) fn lazy_rows(graph: Graph) -> impl Iterator<Item = u16> {
    let rows = 0..graph.rows.len() as u16;
    rows.filter(move |row| graph.rows[usize::from(*row)].is_lazy)
}

/// A lazy singleton, as handles refer to it.
struct AppLazy<C> {
    app: Arc<AppSite<C>>,
    block: Weak<Block>,
    row: u16,
}

impl<C: Container> Deferred for AppLazy<C> {
    fn find(&self) -> Option<Slot> {
        self.app.site.find(self.row)
    }

    fn build(&self) -> Building<'_> {
        let building: Pin<Box<dyn Future<Output = _> + Send + '_>> = Box::pin(async move {
            let asked = Ask::new(&*self.app, self.row, self.row).await;
            asked.map_err(|failure| NotBuilt::new(failure, self.origin()))
        });
        building
    }

    fn origin(&self) -> Origin {
        Origin::of::<C>(self.row)
    }

    fn block(&self) -> Weak<Block> {
        Weak::clone(&self.block)
    }
}
