//! What can be said about an app before it is built.

use std::{sync::Arc, time::Duration};

use di_core::{
    __private::{Late, Replacements, start},
    BuildError, Container,
};

use crate::{
    TaskEnd,
    blocking::{LIMIT, Places},
    runtime::AppRuntime,
    work::{Background, DEADLINE, Hook},
};

/// An app that is not built yet: `App::builder(fields..)`.
pub struct Builder<C: Container> {
    given: C::Given,
    replacements: Replacements<C>,
    blocking_limit: usize,
    deadline: Duration,
    hook: Option<Hook>,
    #[cfg(feature = "observe")]
    thresholds: crate::observe::Thresholds,
    late: Late<C>,
}

impl<C: Container> Builder<C> {
    /// Of the values handed in.
    #[doc(hidden)]
    pub fn new(given: C::Given, late: Late<C>) -> Self {
        Builder {
            given,
            replacements: Replacements::default(),
            blocking_limit: LIMIT,
            deadline: DEADLINE,
            hook: None,
            #[cfg(feature = "observe")]
            thresholds: crate::observe::Thresholds::default(),
            late,
        }
    }

    /// How many `#[handler(blocking)]`s run at once, 256 unless this is called; a request beyond that is answered with 503. The
    /// runtime's own limit of blocking threads has to be above (`max_blocking_threads`, 512 unless it is set).
    #[must_use]
    pub fn blocking_limit(mut self, limit: usize) -> Self {
        self.blocking_limit = limit;
        self
    }

    /// How long `shutdown()` and [`serve`](crate::serve()) wait for requests, tasks, services and open scopes to end, 30 seconds unless this is
    /// called. What is not through by then is cut off, and named in the log.
    #[must_use]
    pub fn shutdown_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Calls something for every task that ends, well or not, in the task that ran it; see [`TaskEnd`]. Failures are logged whether or not this
    /// is called. Of several, the last one counts.
    #[must_use]
    pub fn on_task_end(mut self, hook: impl Fn(&TaskEnd<'_>) + Send + Sync + 'static) -> Self {
        self.hook = Some(Arc::new(hook));
        self
    }

    /// From how long on a poll counts as slow, 10 milliseconds unless this is called; see [`observe`](crate::observe::observe).
    #[cfg(feature = "observe")]
    #[must_use]
    pub fn slow_poll(mut self, threshold: Duration) -> Self {
        self.thresholds.slow_poll = threshold;
        self
    }

    /// From how long on a singleton that is built at the start is a [`Finding`](crate::observe::Finding), 500 milliseconds unless this is called.
    #[cfg(feature = "observe")]
    #[must_use]
    pub fn slow_start(mut self, threshold: Duration) -> Self {
        self.thresholds.slow_start = threshold;
        self
    }

    /// From which age on a job, or an open scope, is a [`Finding`](crate::observe::Finding), a minute unless this is called.
    #[cfg(feature = "observe")]
    #[must_use]
    pub fn overdue(mut self, threshold: Duration) -> Self {
        self.thresholds.overdue = threshold;
        self
    }

    /// Constructs the singletons, what each needs first, and independent ones concurrently.
    ///
    /// # Errors
    /// The first constructor that fails or panics: the path of nodes to it, and its error. What was built until then is torn
    /// down, in reverse order.
    pub async fn build(self) -> Result<C, BuildError> {
        #[cfg(feature = "observe")]
        let observed = crate::observe::Observed::new(C::GRAPH, self.thresholds);
        let runtime = AppRuntime {
            background: Arc::new(Background::new(self.deadline, self.hook)),
            blocking: Places::new(self.blocking_limit),
            #[cfg(feature = "observe")]
            observed: Arc::clone(&observed),
        };
        let start = start::<C>(self.given, runtime, self.replacements);
        #[cfg(all(feature = "observe", feature = "_sql"))]
        let start = crate::observe::building(&observed, start);
        let handle = start.await?;
        #[cfg(feature = "observe")]
        observed.watched();
        let app = C::from_handle(handle);
        self.late.set(&app);
        Ok(app)
    }
}

/// Replacements, for tests; with the feature `testing`. The rest of the app is as it is in production.
///
/// ```
/// # use std::sync::Arc;
/// # use di_axum::{container, injectable};
/// # pub trait Mailer: Send + Sync { fn send(&self); }
/// # pub struct SmtpMailer;
/// # #[injectable(singleton)]
/// # impl SmtpMailer { fn new() -> Self { panic!("no server here") } }
/// # impl Mailer for SmtpMailer { fn send(&self) {} }
/// # pub struct CurrentUser(String);
/// # #[injectable(request)]
/// # impl CurrentUser { fn new() -> Self { panic!("no token here") } }
/// # #[container(SmtpMailer, dyn Mailer = SmtpMailer, CurrentUser)]
/// # pub struct App;
/// # struct FakeMailer;
/// # impl Mailer for FakeMailer { fn send(&self) {} }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), di_axum::BuildError> {
/// let app = App::builder()
///     .replace::<dyn Mailer>(Arc::new(FakeMailer))
///     .replace_with::<CurrentUser>(|head| Box::new(CurrentUser(head.uri.path().to_string())))
///     .build()
///     .await?;
/// # app.get::<dyn Mailer>().send();
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "testing")]
mod testing {
    use std::sync::Arc;

    use di_core::{
        __private::{Of, ReplacedByValue, ReplacedWith},
        Container, Provides,
    };

    use super::Builder;

    impl<C: Container> Builder<C> {
        /// Puts a value in the place of the singleton `T`, whose constructor is not run. What only it needed is not constructed
        /// either, where handlers are listed; of a replaced trait object, neither is its implementation.
        #[must_use]
        pub fn replace<T>(self, value: Arc<T>) -> Self
        where
            T: ?Sized + Send + Sync + 'static,
            C: Provides<T, (), Scope: ReplacedByValue, Family: Of<'static, T = T>>,
        {
            self.replace_qualified::<T, ()>(value)
        }

        /// The same, of the value under the qualifier `Q`.
        #[must_use]
        pub fn replace_qualified<T, Q>(mut self, value: Arc<T>) -> Self
        where
            T: ?Sized + Send + Sync + 'static,
            C: Provides<T, Q, Scope: ReplacedByValue, Family: Of<'static, T = T>>,
        {
            self.replacements.value::<T, Q, T>(value);
            self
        }

        /// Puts what is made of each request in the place of the request-scoped value `T`, whose constructor is not run. It is
        /// made once for a request, before its body is read; in a scope outside of requests, of an empty head.
        #[must_use]
        pub fn replace_with<T>(
            mut self,
            make: impl Fn(&C::Request) -> Box<T> + Send + Sync + 'static,
        ) -> Self
        where
            T: ?Sized + Send + Sync + 'static,
            C: Provides<T, (), Scope: ReplacedWith, Family: Of<'static, T = T>>,
        {
            self.replacements.made::<T, (), T>(make);
            self
        }
    }
}
