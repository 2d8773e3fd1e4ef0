//! Teardown: what `#[injectable(.., teardown = close)]` makes of a fn that closes a value.
//!
//! The fn takes the value or a reference to it, the [`Outcome`] if it wants to know, and returns nothing or a `Result`. Which of
//! these it does is found out by inference: [`Close`] has an impl for each, told apart by a marker, and a fn item
//! fits exactly one.

use std::{error::Error, fmt, panic::AssertUnwindSafe};

use crate::{
    BoxError, Outcome,
    key::Deps,
    node::{At, Recipe},
    raw::Last,
    runtime::Runtime,
};

/// What a teardown comes to: something that is left to be done, or nothing; or its error.
pub type Torn = Result<Option<Deferred>, BoxError>;

/// The teardown of a request-scoped or transient value, which is then gone.
pub trait Teardown<D: Deps, B>: Recipe<D, B> {
    /// Closes it.
    fn teardown<'r>(
        at: At<'r>,
        value: Last<'r, Self::Output<'r>>,
        outcome: Outcome,
    ) -> impl Future<Output = Torn> + Send;
}

/// The teardown of a singleton or transient, of which there may be handles left.
pub trait TeardownShared<D: Deps, B>: Recipe<D, B> {
    /// Closes it.
    fn teardown<'r>(
        at: At<'r>,
        value: &'r Self::Output<'r>,
        outcome: Outcome,
    ) -> impl Future<Output = Torn> + Send;
}

/// A fn that closes a `V`. `K` is inferred. Whether its future is `Send`, and what it returns, is asked where it is called, so
/// that each has a message of its own.
#[diagnostic::on_unimplemented(
    message = "[DI018] this fn cannot close a `{V}`",
    label = "named as the teardown of `{V}`",
    note = "expected `async fn close(self)` or `async fn close(&self)`, with a second parameter `outcome: Outcome` if it wants to know how the request ended"
)]
pub trait Close<'r, V, K> {
    /// What it returns.
    type Returned;
    /// Closes the value. What is returned may borrow it, so `closed` is called while the value is still there.
    fn close(
        self,
        value: Last<'r, V>,
        outcome: Outcome,
        closed: fn(Self::Returned) -> Torn,
    ) -> impl Future<Output = Torn>;
}

/// A fn that closes a shared `V`. `K` is inferred.
#[diagnostic::on_unimplemented(
    message = "[DI018] this fn cannot close a `{V}`, of which there may be other handles",
    label = "named as the teardown of `{V}`",
    note = "expected `async fn close(&self)`, since handles to a singleton or transient may live on, with a second parameter `outcome: Outcome` if it wants to know how its scope ended"
)]
pub trait CloseShared<'r, V, K> {
    /// What it returns.
    type Returned;
    /// Closes the value.
    fn close(
        self,
        value: &'r V,
        outcome: Outcome,
        closed: fn(Self::Returned) -> Torn,
    ) -> impl Future<Output = Torn>;
}

/// Takes the value.
#[derive(Debug)]
pub enum ByValue {}
/// Takes the value and the outcome.
#[derive(Debug)]
pub enum ByValueTold {}
/// Takes a reference.
#[derive(Debug)]
pub enum ByRef {}
/// Takes a reference and the outcome.
#[derive(Debug)]
pub enum ByRefTold {}

macro_rules! closes {
    ($($of:ident $kind:ident ($($arg:ty),*), $value:ident: $held:ty, $outcome:pat, $closed:ident => $fn:ident $call:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<'r, V: 'r, F: FnOnce($($arg),*) -> R, R: Future> $of<'r, V, $kind> for F {
            type Returned = R::Output;
            async fn close(
                self,
                $value: $held,
                $outcome: Outcome,
                $closed: fn(R::Output) -> Torn,
            ) -> Torn {
                let $fn = self;
                $call
            }
        }
    )*};
}
closes! {
    Close ByValue (V), value: Last<'r, V>, _, closed => close closed(close(value.into_inner()).await);
    Close ByValueTold (V, Outcome), value: Last<'r, V>, outcome, closed => close closed(close(value.into_inner(), outcome).await);
    Close ByRef (&'r V), value: Last<'r, V>, _, closed => close value.close_with(close, closed).await;
    Close ByRefTold (&'r V, Outcome), value: Last<'r, V>, outcome, closed => close {
        value.close_with(|value| close(value, outcome), closed).await
    };
    CloseShared ByRef (&'r V), value: &'r V, _, closed => close closed(close(value).await);
    CloseShared ByRefTold (&'r V, Outcome), value: &'r V, outcome, closed => close closed(close(value, outcome).await);
}

/// What a teardown returns: nothing, or a `Result`.
#[diagnostic::on_unimplemented(
    message = "[DI018] a teardown returns nothing, or a `Result` whose error implements `std::error::Error`",
    label = "this one returns `{Self}`"
)]
pub trait Closed {
    /// The same for all.
    ///
    /// # Errors
    /// The teardown's own.
    fn closed(self) -> Torn;
}

#[diagnostic::do_not_recommend]
impl Closed for () {
    fn closed(self) -> Torn {
        Ok(None)
    }
}

#[diagnostic::do_not_recommend]
impl<T, E: Into<BoxError>> Closed for Result<T, E> {
    fn closed(self) -> Torn {
        self.map(|_| None).map_err(Into::into)
    }
}

#[diagnostic::do_not_recommend]
impl Closed for Deferred {
    fn closed(self) -> Torn {
        Ok(Some(self))
    }
}

/// What a teardown leaves to be done when its scope is over and answered for, whatever else failed on the way. It is told how
/// the scope ended; dropped uncalled, where nobody is left to call it.
pub struct Deferred(Box<dyn FnOnce(Outcome) + Send>);

impl Deferred {
    /// Of something that neither waits nor blocks.
    pub fn new(run: impl FnOnce(Outcome) + Send + 'static) -> Self {
        Deferred(Box::new(run))
    }

    /// Does it.
    pub fn run(self, outcome: Outcome) {
        (self.0)(outcome);
    }
}

/// How a scope ended.
pub struct Ended {
    /// A failed teardown makes a failure of a success.
    pub outcome: Outcome,
    /// The values that could not be torn down.
    pub failures: Vec<TeardownFailure>,
    /// What is left to be done, in the order in which the values were torn down.
    pub deferred: Vec<Deferred>,
}

impl Ended {
    /// Nothing yet.
    pub(crate) const fn new(outcome: Outcome) -> Self {
        Ended {
            outcome,
            failures: Vec::new(),
            deferred: Vec::new(),
        }
    }

    /// Notes what came of the teardown, or the drop, of a node's value.
    pub(crate) fn note(&mut self, node: &'static str, ended: Result<Torn, Panic>) {
        let error = match ended {
            Ok(Ok(deferred)) => return self.deferred.extend(deferred),
            Ok(Err(error)) => error,
            Err(panic) => panic.into(),
        };
        self.failures.push(TeardownFailure::new(node, error));
        if self.outcome.is_success() {
            self.outcome = Outcome::of_status(500);
        }
    }

    /// Does what is left to be done. One that panics does not stop the others.
    pub fn settle(self) -> Vec<TeardownFailure> {
        for deferred in self.deferred {
            let _ = caught(|| deferred.run(self.outcome));
        }
        self.failures
    }

    /// The same, where nobody else hears of it.
    pub(crate) fn settle_beside(self, runtime: &dyn Runtime) {
        let failures = self.settle();
        if !failures.is_empty() {
            runtime.teardown_failed(&failures);
        }
    }
}

/// Values that could not be torn down: one, or several of the same scope. All others were torn down nevertheless.
///
/// Of one failure this is the error itself, with its text and source; several are listed.
pub struct TeardownError {
    failures: Vec<TeardownFailure>,
}

/// One value that could not be torn down.
pub struct TeardownFailure {
    node: &'static str,
    error: BoxError,
}

impl TeardownFailure {
    pub(crate) fn new(node: &'static str, error: BoxError) -> Self {
        TeardownFailure { node, error }
    }

    /// The node, by the name that it is listed under.
    pub fn node(&self) -> &'static str {
        self.node
    }

    /// What its teardown returned, or a [`Panic`].
    pub fn error(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.error
    }
}

impl TeardownError {
    /// None when there is no failure.
    #[doc(hidden)]
    pub fn of(failures: Vec<TeardownFailure>) -> Option<Self> {
        (!failures.is_empty()).then_some(TeardownError { failures })
    }

    /// The failures, in the order in which they happened; there is at least one.
    pub fn failures(&self) -> &[TeardownFailure] {
        &self.failures
    }
}

impl fmt::Display for TeardownFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` could not be torn down: {}", self.node, self.error)
    }
}

impl fmt::Debug for TeardownFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.node, self.error)
    }
}

impl fmt::Display for TeardownError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, failure) in self.failures.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            failure.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Debug for TeardownError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TeardownError")
            .field(&self.failures)
            .finish()
    }
}

impl Error for TeardownError {
    /// The error itself of a single failure; none of several, which are listed in the text.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.failures[..] {
            [one] => Some(&*one.error),
            _ => None,
        }
    }
}

/// Something panicked; the text is that of the panic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panic(String);

impl Panic {
    /// Of what a panic was caught with.
    pub fn of(payload: &(dyn std::any::Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_string())
            .or_else(|| payload.downcast_ref::<String>().cloned());
        Panic(text.unwrap_or_else(|| "no text".to_string()))
    }

    /// Of a payload that nobody wants. One that panics when it is dropped is leaked.
    #[doc(hidden)]
    pub fn caught(payload: Box<dyn std::any::Any + Send>) -> Self {
        let panic = Panic::of(&*payload);
        let dropped = std::panic::catch_unwind(AssertUnwindSafe(|| drop(payload)));
        dropped.unwrap_or_else(std::mem::forget);
        panic
    }

    /// What was said.
    pub fn message(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "panicked: {}", self.0)
    }
}

impl Error for Panic {}

/// Runs what a user wrote; a panic in it is a value.
#[inline(always)]
pub(crate) fn caught<T>(run: impl FnOnce() -> T) -> Result<T, Panic> {
    #[cold]
    fn panic(payload: Box<dyn std::any::Any + Send>) -> Panic {
        Panic::caught(payload)
    }
    // What was touched by a panic is only dropped.
    std::panic::catch_unwind(AssertUnwindSafe(run)).map_err(panic)
}
