//! What a constructor's error can become: asked where a container is written, like the rows of its dependencies (`probe`), and without an error when
//! it is nothing.

use std::{any::Any, convert::Infallible, marker::PhantomData};

use crate::{
    error::{BoxError, IntoSource},
    listed::Answer,
};

/// A constructor's error, in concrete code: `|_, error| (error.answer(), error.source(), ..)`, in
/// the closure that is never called. Its own methods, of an error that cannot be, come before those of a trait; of these, those of `Fault`
/// itself before those of a reference to it.
pub struct Fault<E>(PhantomData<*const E>);

impl<E> Clone for Fault<E> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E> Copy for Fault<E> {}

impl Fault<Infallible> {
    /// There is none.
    #[must_use]
    pub const fn answer(self) -> Never {
        Never
    }

    /// There is none.
    #[must_use]
    pub const fn source(self) -> Never {
        Never
    }
}

/// That there is no error.
#[derive(Debug)]
pub struct Never;
/// That an error can be the source of another.
#[derive(Debug)]
pub struct IsSource;
/// That it cannot.
#[derive(Debug)]
pub struct NoSource;

/// What `answer` yields: how the error answers a request. Of the web facade, like the trait that asks.
pub trait AnswerOf<E> {
    /// As an answer to the request.
    const ANSWER: Option<Answer>;
}
impl AnswerOf<Infallible> for Never {
    const ANSWER: Option<Answer> = None;
}

/// What `source` yields.
pub trait SourceOf<E> {
    /// Whether there can be one.
    const FALLIBLE: bool = true;
    /// As the source of another.
    const SOURCE: Option<IntoSource>;
}
impl SourceOf<Infallible> for Never {
    const FALLIBLE: bool = false;
    const SOURCE: Option<IntoSource> = None;
}
impl<E: Into<BoxError> + 'static> SourceOf<E> for IsSource {
    const SOURCE: Option<IntoSource> = Some(into_source::<E>);
}
impl<E> SourceOf<E> for NoSource {
    const SOURCE: Option<IntoSource> = None;
}

/// Whether an error can be the source of another.
pub trait AskSource {
    /// Whether it can.
    type Found;
    /// For the type only.
    fn source(self) -> Self::Found;
}
impl<E: Into<BoxError> + 'static> AskSource for Fault<E> {
    type Found = IsSource;
    fn source(self) -> IsSource {
        IsSource
    }
}
impl<E> AskSource for &Fault<E> {
    type Found = NoSource;
    fn source(self) -> NoSource {
        NoSource
    }
}

fn into_source<E: Into<BoxError> + 'static>(
    error: Box<dyn Any + Send>,
) -> Result<BoxError, Box<dyn Any + Send>> {
    error.downcast::<E>().map(|error| (*error).into())
}
