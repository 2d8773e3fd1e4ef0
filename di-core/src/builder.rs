//! What can be said about an app before it is built.

use crate::{
    BuildError, Container,
    raw::{Replacements, start},
    runtime::NoRuntime,
};

/// An app that is not built yet: `App::builder(fields..)`.
pub struct Builder<C: Container> {
    given: C::Given,
    replacements: Replacements<C>,
}

impl<C: Container> Builder<C> {
    /// Of the values handed in.
    #[doc(hidden)]
    pub fn new(given: C::Given) -> Self {
        Builder {
            given,
            replacements: Replacements::default(),
        }
    }

    /// Constructs the singletons, what each needs first, and independent ones concurrently.
    ///
    /// # Errors
    /// The first constructor that fails or panics: the path of nodes to it, and its error. What was built until then is torn
    /// down, in reverse order.
    pub async fn build(self) -> Result<C, BuildError> {
        let handle = start::<C>(self.given, NoRuntime, self.replacements).await?;
        Ok(C::from_handle(handle))
    }
}
