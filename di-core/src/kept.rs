//! What is kept of a constructor's error when the error itself is used up: it becomes the answer to the request, and logs still
//! want to know.
//!
//! How much can be kept depends on the error's type. Macros call [`kept`](KeepValue::kept) on four references to a [`Keep`], where the
//! type is known; of the traits that apply, method resolution takes the one that is implemented for the most references.

use std::{
    error::Error,
    fmt::{self, Display},
};

use crate::BoxError;

/// A constructor's error, about to be used up.
pub struct Keep<'e, E>(pub &'e E);

/// The error can be cloned: its clone is kept.
pub trait KeepValue {
    /// What is kept.
    fn kept(&self) -> BoxError;
}

/// It is an error: its text, and those of its sources.
pub trait KeepChain {
    /// What is kept.
    fn kept(&self) -> BoxError;
}

/// It can be written: its text.
pub trait KeepText {
    /// What is kept.
    fn kept(&self) -> BoxError;
}

/// Nothing is known of it: the name of its type.
pub trait KeepName {
    /// What is kept.
    fn kept(&self) -> BoxError;
}

impl<E: Error + Clone + Send + Sync + 'static> KeepValue for &&&Keep<'_, E> {
    fn kept(&self) -> BoxError {
        Box::new(self.0.clone())
    }
}

impl<E: Error> KeepChain for &&Keep<'_, E> {
    fn kept(&self) -> BoxError {
        Box::new(Text::of(self.0))
    }
}

impl<E: Display> KeepText for &Keep<'_, E> {
    /// In the alternate form, in which `anyhow` and the like write their sources too.
    fn kept(&self) -> BoxError {
        Box::new(Text {
            text: format!("{:#}", self.0),
            source: None,
        })
    }
}

impl<E> KeepName for Keep<'_, E> {
    fn kept(&self) -> BoxError {
        name::<E>()
    }
}

/// The name of an error's type, as an error.
pub(crate) fn name<E>() -> BoxError {
    let text = format!("an error of type `{}`", std::any::type_name::<E>());
    Box::new(Text { text, source: None })
}

/// The text of an error that is gone.
struct Text {
    text: String,
    source: Option<Box<Text>>,
}

impl Text {
    fn of(error: &dyn Error) -> Self {
        Text {
            text: error.to_string(),
            source: error.source().map(|source| Box::new(Text::of(source))),
        }
    }
}

impl Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for Text {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}
