//! Keys: what a dependency is asked for by.
//!
//! A key is a type, never a name, so type aliases, re-exports and `use .. as ..` need no thought.
//! One form serves every type, those that borrow and trait objects included:
//!
//! ```ignore
//! Use<Ref, Users<'static>, dyn for<'q> Of<'q, T = Users<'q>>, Primary>
//! //  how  discriminator   the family: the type at each lifetime  qualifier
//! ```
//!
//! The discriminator is what the compiler matches on (rustc rejects quickly on it, and a message can
//! name it); the family says what the value is at the lifetime of one request. `Provides` maps a
//! discriminator and a qualifier to a family and an index, and whoever asks must name the same family:
//! an alias that pins a lifetime (`type Pinned<'a> = Users<'static>`) is then not found instead of
//! being wrong. The family of a type that is written without a lifetime is [`Always`] that type.

use std::marker::PhantomData;

/// A type at the lifetime `'q`; always used as `dyn for<'q> Of<'q, T = Users<'q>>`.
pub trait Of<'q> {
    /// The type at that lifetime.
    type T: ?Sized + 'q;
}

/// The family of a type that is the same at every lifetime. A shorter name of what `dyn for<'q> Of<'q, T = T>` says: the
/// compiler handles these types so often that their size shows.
#[derive(Debug)]
pub struct Always<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized + 'static> Of<'_> for Always<T> {
    type T = T;
}

/// How a dependency is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// `&T`
    Ref,
    /// `Arc<T>`
    Shared,
    /// `T`, a transient
    Owned,
    /// `Transient<T>`, a transient that the container tears down
    Lent,
    /// `#[extract] x: T`, taken from the request
    Extract,
    /// `#[handler(guard(T))]`, built before everything else
    Guard,
    /// `Lazy<'_, T>`, built when it is asked for
    Lazy,
    /// `LazyArc<T>`, the same of a lazy singleton, which may be kept
    LazyShared,
}

/// How a macro writes the modes of most parameters.
pub(crate) const REF: u8 = b'r';
pub(crate) const SHARED: u8 = b's';

impl Mode {
    /// That which a macro writes as this letter, in the text of a node's parameters.
    ///
    /// # Panics
    /// For another.
    pub(crate) const fn of_letter(letter: u8) -> Self {
        match letter {
            REF => Mode::Ref,
            SHARED => Mode::Shared,
            b'o' => Mode::Owned,
            b't' => Mode::Lent,
            b'x' => Mode::Extract,
            b'g' => Mode::Guard,
            b'l' => Mode::Lazy,
            b'L' => Mode::LazyShared,
            _ => panic!("macros write no other letter"),
        }
    }
}

/// Held as `&T`.
#[derive(Debug)]
pub enum Ref {}
/// Built before everything else; else as `&T`.
#[derive(Debug)]
pub enum Guard {}
/// Held as `Arc<T>`.
#[derive(Debug)]
pub enum Shared {}
/// Held as `T`, a value of one's own.
#[derive(Debug)]
pub enum Owned {}

/// Held as `Transient<T>`, a handle of one's own to a value that the container tears down.
#[derive(Debug)]
pub enum Lent {}

/// Held as `Lazy<'_, T>`, which says with an `E` that there is none.
pub struct Lazily<E>(PhantomData<E>);

/// Held as `LazyArc<T>`.
pub struct LazilyShared<E>(PhantomData<E>);

/// Taken from the request: the discriminator is the extractor.
#[derive(Debug)]
pub enum Extracted {}

/// One dependency: how it is held (`M`), its discriminator, its family, and its qualifier.
pub struct Use<M, D: ?Sized, F: ?Sized, Q = ()>(PhantomData<dyn Names<M, D, F, Q>>);

/// What debuggers are told of a trait object is its name alone. Of a tuple it would be each part, for each dependency.
trait Names<M, D: ?Sized, F: ?Sized, Q> {}

pub use crate::raw::{Dep, Deps};

/// What an extractor yields. A web facade implements this for a type of its own.
pub trait Extractor: 'static {
    /// The value that the constructor receives.
    type Value: Send + 'static;
}

/// How an extractor reads the request of the container `C`.
pub trait Extract<C: crate::Container>: Extractor {
    /// What is returned instead of a value, as an answer to the request.
    type Rejection: Send + 'static;
    /// Takes the value from the request.
    fn extract(
        request: &mut C::Request,
        container: &C,
    ) -> impl Future<Output = Result<Self::Value, Self::Rejection>> + Send;
}
