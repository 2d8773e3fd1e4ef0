//! A container that is not kept alive, for what lives in it.

use std::sync::{Arc, OnceLock};

use super::block::WeakHandle;
use crate::{Container, NotRunning};

/// The container that something is part of, once it is built. A singleton that held the container itself would keep it for ever.
pub struct Late<C>(Arc<OnceLock<WeakHandle<C>>>);

impl<C> Clone for Late<C> {
    fn clone(&self) -> Self {
        Late(Arc::clone(&self.0))
    }
}

impl<C: Container> Late<C> {
    /// Of an app that is not built yet.
    pub fn new() -> Self {
        Late(Arc::default())
    }

    /// It is built. Only the first call counts.
    pub fn set(&self, container: &C) {
        let _ = self.0.set(container.handle().downgrade());
    }

    /// The container.
    ///
    /// # Errors
    /// It is being built, or shut down, or all handles to it are gone.
    pub fn get(&self) -> Result<C, NotRunning> {
        let weak = self.0.get().ok_or(NotRunning::EARLY)?;
        let container = C::from_handle(weak.upgrade().ok_or(NotRunning::OVER)?);
        if container.handle().runtime().is_over() {
            return Err(NotRunning::OVER);
        }
        Ok(container)
    }
}

impl<C: Container> Default for Late<C> {
    fn default() -> Self {
        Self::new()
    }
}
