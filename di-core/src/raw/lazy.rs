//! Handles to values that are built when they are asked for.

use std::{
    fmt,
    marker::PhantomData,
    pin::Pin,
    sync::Weak,
    task::{Context, Poll, ready},
};

use super::block::Block;
use super::held::Slot;
use crate::{BuildError, Container, Graph, error::NotBuilt};

/// Where a lazy value comes from.
pub(super) trait Deferred: Send + Sync {
    /// The pointer to the value, if it is there.
    fn find(&self) -> Option<Slot>;
    /// Builds it, or waits for whoever does.
    fn build(&self) -> Building<'_>;
    /// What an error says of it.
    fn origin(&self) -> Origin;
    /// The app that it is a singleton of.
    fn block(&self) -> Weak<Block>;
}

/// Where a lazy value comes from, for errors.
#[derive(Clone, Copy)]
pub(crate) struct Origin {
    pub(crate) graph: Graph,
    pub(crate) container: &'static str,
    pub(crate) row: u16,
}

impl Origin {
    pub(super) fn of<C: Container>(row: u16) -> Self {
        Origin {
            graph: C::GRAPH,
            container: C::NAME,
            row,
        }
    }
}

pub(super) type Building<'r> = Pin<Box<dyn Future<Output = Result<Slot, NotBuilt>> + Send + 'r>>;

/// A value that is built when it is first asked for, and not at all if it never is: a request-scoped one, or a lazy singleton.
///
/// ```
/// # use di_core::{Lazy, BuildError, container, injectable};
/// # #[injectable(request)]
/// # pub struct Audit;
/// # impl Audit { fn note(&self, _: &str) {} }
/// #[injectable(request)]
/// pub struct Transfers<'r> {
///     audit: Lazy<'r, Audit>,
/// }
///
/// impl Transfers<'_> {
///     async fn send(&self, amount: u64) -> Result<(), BuildError> {
///         if amount > 10_000 {
///             self.audit.get().await?.note("large");
///         }
///         Ok(())
///     }
/// }
/// # #[container(Audit, Transfers<'_>)]
/// # pub struct App;
/// ```
///
/// It is held by request-scoped and transient types as a field or a parameter of their constructors, and by handlers as a parameter,
/// `audit: Lazy<'_, Audit>`. A type that borrows is written with the same lifetime, `Lazy<'r, Users<'r>>`; a trait object is asked for as
/// such, `Lazy<'r, dyn Clock>`.
///
/// # What it promises
/// - One value: what `&Audit` and every other `Lazy<'_, Audit>` of the request see is the same.
/// - What is missing, held in a wrong way, or captive below it is refused by the compiler, as below a reference. A cycle that it is a
///   part of is none: `A` may hold `Lazy<'r, B>` where `B` holds `&'r A`.
/// - It is torn down in its turn, in reverse order of construction: before what was there when it was asked for, and after the value
///   whose constructor asked.
/// - Several may ask at once. One construction runs, which all of them carry on; it goes on when one of them is given up. When it fails, one
///   of them has the error, and another asker tries again.
/// - Constructors that would wait for each other for ever get an error with their names: `A -> B -> A`.
///
/// # What it costs
/// A request whose handler needs a `Lazy` of a request-scoped value, itself or through others, is built one value at a time, each in
/// memory of its own, and not in one frame that is laid out at compile time. A `Lazy` of a lazy singleton costs such a request nothing. What
/// was asked for before is found by a lock and a look into a table.
///
/// # Extractors
/// What is extracted below it (`#[extract]`) is taken from the request before the handler runs, with everything else that is: later
/// there is no request to read. So a rejection turns the request away also where nobody asks. When a constructor fails that has an
/// extractor, what was extracted is used up, and a second attempt says so.
#[allow(
    explicit_outlives_requirements,
    reason = "it says what `dyn Trait` means in here: `dyn Trait + 'r`"
)]
pub struct Lazy<'r, T: ?Sized + 'r, E = BuildError> {
    deferred: &'r dyn Deferred,
    _value: PhantomData<fn() -> (&'r T, E)>,
}

impl<T: ?Sized, E> Clone for Lazy<'_, T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized, E> Copy for Lazy<'_, T, E> {}

impl<T: ?Sized, E> fmt::Debug for Lazy<'_, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_built = self.deferred.find().is_some();
        f.debug_struct("Lazy").field("is_built", &is_built).finish()
    }
}

impl<'r, T: ?Sized, E> Lazy<'r, T, E> {
    /// # Safety
    /// What it defers is a `T`, and is there for `'r`, which is also how long a value that is built lives.
    pub(super) unsafe fn new(deferred: &'r dyn Deferred) -> Self {
        Lazy {
            deferred,
            _value: PhantomData,
        }
    }

    /// The value: built now, with what it needs, unless it is there already.
    ///
    /// # Errors
    /// The first constructor that fails: the path of nodes to it, and its error. What was built for it stays, and the next call tries
    /// again. Also when the constructor that asks would wait for itself, and when the scope is over, which a teardown may see.
    pub fn get(&self) -> Asking<'r, T, E>
    where
        E: From<NotBuilt>,
    {
        Asking {
            state: match self.deferred.find() {
                Some(slot) => Found::Is(slot),
                None => Found::Building(self.deferred.build()),
            },
            _value: PhantomData,
        }
    }

    /// The value, if somebody has asked for it before.
    pub fn built(&self) -> Option<&'r T> {
        let slot = self.deferred.find()?;
        // SAFETY: as in `Asking::poll`.
        Some(unsafe { &*slot.read() })
    }
}

/// What [`Lazy::get`] returns: a future of `Result<&'r T, E>`.
#[must_use = "nothing is built until it is awaited"]
#[allow(explicit_outlives_requirements, reason = "as for `Lazy`")]
pub struct Asking<'r, T: ?Sized + 'r, E = BuildError> {
    state: Found<'r>,
    _value: PhantomData<fn() -> (&'r T, E)>,
}

enum Found<'r> {
    Is(Slot),
    Building(Building<'r>),
}

// Without `T: 'r`, which the type implies: the compiler could not prove it of a future that holds this one (rust#110338).
impl<'r, T: ?Sized, E: From<NotBuilt>> Future for Asking<'r, T, E> {
    type Output = Result<&'r T, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let slot = match &mut self.state {
            Found::Is(slot) => *slot,
            Found::Building(building) => match ready!(building.as_mut().poll(cx)) {
                Ok(slot) => slot,
                Err(error) => return Poll::Ready(Err(error.into())),
            },
        };
        // SAFETY: a `Lazy` is made of what defers a `T`, so the slot points to one, which lives for `'r` unless its scope is
        // over by then: then it is not found. What is borrowed here can be kept only by what is dropped before it (see the
        // module's documentation).
        Poll::Ready(Ok(unsafe { &*slot.read() }))
    }
}
