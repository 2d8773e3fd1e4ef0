//! Nodes: what `#[injectable]` makes of a type or a provider fn.
//!
//! ```
//! # use di_core::__private as di;
//! # use std::convert::Infallible;
//! # pub struct Pool;
//! pub struct Users<'r> {
//!     pool: &'r Pool,
//! }
//!
//! // What `#[injectable(request)]` on `Users` writes. The parameters of `Recipe` are the types that it takes and, of a provider, returns:
//! // the impl is then as visible as the least visible of them, and a `pub` node may have private dependencies (E0446 otherwise).
//! const _: () = {
//!     unsafe impl di::Injectable for Users<'static> {
//!         const META: &'static di::Meta = &di::Meta {
//!             name: "Users",
//!             scope: di::Scope::Request,
//!             params: "r\npool\tPool",
//!             file: file!(),
//!             line: line!(),
//!             is_async: false,
//!             has_teardown: false,
//!             is_lazy: false,
//!             is_assembled: true,
//!         };
//!         type Family = dyn for<'q> di::Of<'q, T = Users<'q>>;
//!     }
//!     unsafe impl di::Recipe<(di::Use<di::Ref, Pool, di::Always<Pool>>,), di::Seen> for Users<'static> {
//!         type Output<'r> = Users<'r>;
//!         type Error = Infallible;
//!         fn construct<'r>(_: di::At<'r>, (pool,): (&'r Pool,)) -> Users<'r> {
//!             Users { pool }
//!         }
//!     }
//! };
//! ```

use std::marker::PhantomData;

use crate::{
    BoxError, Scope, kept,
    key::{Deps, Mode},
    raw::Maker,
};

/// What is known about a node wherever it is listed.
#[derive(Debug)]
pub struct Meta {
    /// The name as written at the definition.
    pub name: &'static str,
    /// How long its values live.
    pub scope: Scope,
    /// What its constructor asks for, in order, as [`param`](Self::param) reads it: a line with a letter for each mode, and for each
    /// parameter a line of its name, its type and its qualifier, if it has one, parted by tabs. A text, since a list of structs is
    /// half of what there is to check about a node.
    pub params: &'static str,
    /// The file of the definition.
    pub file: &'static str,
    /// The line of the definition, from 1.
    pub line: u32,
    /// Whether the constructor is an async fn.
    pub is_async: bool,
    /// Whether its values are torn down.
    pub has_teardown: bool,
    /// Whether it is a singleton that is built when it is first needed.
    pub is_lazy: bool,
    /// Whether to construct it is to put its dependencies together, and nothing else runs.
    pub is_assembled: bool,
}

impl Meta {
    /// Whether it stands for one whose macro has failed, so that what that asks for is not known: it has no name.
    pub(crate) const fn is_stub(&self) -> bool {
        self.name.is_empty()
    }

    /// How parameter `k` is held. O(1).
    ///
    /// # Panics
    /// If there is none.
    pub(crate) const fn mode(&self, k: usize) -> Mode {
        Mode::of_letter(self.params.as_bytes()[k])
    }

    /// Parameter `k`. O(length of the text).
    ///
    /// # Panics
    /// If there is none.
    pub const fn param(&self, k: usize) -> Param {
        let (mut rest, mut line) = (line(self.params).1, 0);
        while line < k {
            rest = self::line(rest).1;
            line += 1;
        }
        let (name, rest) = field(self::line(rest).0);
        let (ty, qualifier) = field(rest);
        Param {
            name,
            ty,
            qualifier: match qualifier.is_empty() {
                true => None,
                false => Some(qualifier),
            },
            mode: self.mode(k),
        }
    }

    /// All of them.
    pub fn params(&self) -> impl Iterator<Item = Param> {
        (0..line(self.params).0.len()).map(|k| self.param(k))
    }

    /// Whether it is a transient that the container tears down, held as [`Transient`](crate::Transient).
    pub const fn is_lent(&self) -> bool {
        self.has_teardown && self.scope.is(Scope::Transient)
    }
}

/// The first line of a text, and the others.
const fn line(text: &'static str) -> (&'static str, &'static str) {
    cut(text, b'\n')
}

/// The first field of a line, and the others.
const fn field(text: &'static str) -> (&'static str, &'static str) {
    cut(text, b'\t')
}

/// What stands before a character, and after.
const fn cut(text: &'static str, at: u8) -> (&'static str, &'static str) {
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i] == at {
            let (before, after) = text.split_at(i);
            return (before, after.split_at(1).1);
        }
        i += 1;
    }
    (text, "")
}

/// One parameter or field of a constructor.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// The name of the field or parameter.
    pub name: &'static str,
    /// The type that it asks for, without `&` and `Arc`.
    pub ty: &'static str,
    /// The qualifier that it asks for.
    pub qualifier: Option<&'static str>,
    /// How it is held.
    pub mode: Mode,
}

impl Param {
    /// What a binding is bound to.
    pub const fn bound_to(ty: &'static str) -> Self {
        Param {
            name: "",
            ty,
            qualifier: None,
            mode: Mode::Ref,
        }
    }
}

/// A type or provider that a container can list. Implemented by `#[injectable]`.
///
/// # Safety
/// The `MAKER` of the node's `Recipe` builds its `Output` from its `Deps`, and `META` tells the truth about both. Its `Output` is `Send`, and `Sync` unless it is transient; one that
/// borrows is covariant in that lifetime, or its drop touches nothing that it borrows. If what it builds is the type itself, `Family` is that type at every lifetime.
#[diagnostic::on_unimplemented(
    message = "[DI010] `{Self}` is not injectable",
    label = "listed here, but nothing says how to construct it",
    note = "write `#[injectable(singleton)]` (or `request`, `transient`) on the type or on the fn that constructs it, or list it as `Type = provider`"
)]
pub unsafe trait Injectable: 'static {
    /// Name, scope, parameters, place.
    const META: &'static Meta;
    /// The family of its values, if it is their type; of a fn, `()`. The container's entry takes it from here, whatever the lifetimes with which
    /// it is listed.
    type Family: ?Sized;
}

/// A type with an injectable associated fn, whose name is `NAME`, hashed.
#[diagnostic::on_unimplemented(
    message = "[DI010] `{Self}` has no injectable fn of this name",
    label = "listed here as a provider",
    note = "write a bare `#[injectable]` on the `impl` block of `{Self}`, and `#[injectable(singleton)]` (or `request`, `transient`) on the fn"
)]
pub trait Provider<const NAME: u64> {
    /// The node.
    type Node: Injectable;
}

/// The typed part of a node: what its constructor asks for (`D`), and what it builds (`B`: [`Seen`] or [`Moved`]). Parameters, for the
/// reason in the module's documentation.
///
/// # Safety
/// As for [`Injectable`]: if `Output` is the node's own type, its `Family` is that of `Output`.
#[diagnostic::on_unimplemented(
    message = "[DI010] `{Self}` is not injectable",
    label = "listed here, but nothing says how to construct it",
    note = "write `#[injectable(singleton)]` (or `request`, `transient`) on the type or on the fn that constructs it, or list it as `Type = provider`"
)]
pub unsafe trait Recipe<D: Deps, B>: Injectable + Sized {
    /// The erased constructor. One that is not plain has another.
    const MAKER: Maker = Maker::new::<Self, D, B>();
    /// What it returns; `'r` is the lifetime of the request.
    type Output<'r>: 'r + Crosses<B>;
    /// Its error; `Infallible` when it cannot fail.
    type Error: Send + 'static;
    /// Builds the value, plainly: at once, and without an error. Of others see [`ConstructSync`] and [`ConstructAsync`].
    fn construct<'r>(_at: At<'r>, _args: D::Args<'r>) -> Self::Output<'r> {
        unreachable!("`MAKER` is of another constructor")
    }
    /// What is kept of an error that becomes an answer. Macros write it where there can be one; see [`Maker::failing`].
    fn kept(_error: &Self::Error) -> BoxError {
        kept::name::<Self::Error>()
    }
}

/// Pins the lifetime of a constructor's arguments, so that it is late-bound in trait and impl alike.
pub type At<'r> = PhantomData<&'r ()>;

/// A constructor that is not async, and not plain: it can fail, or blocks its thread, or what it builds is lent.
pub trait ConstructSync<D: Deps, B>: Recipe<D, B> {
    /// Builds the value.
    ///
    /// # Errors
    /// The constructor's own.
    fn construct<'r>(at: At<'r>, args: D::Args<'r>) -> Result<Self::Output<'r>, Self::Error>;
}

/// An async constructor.
pub trait ConstructAsync<D: Deps, B>: Recipe<D, B> {
    /// Builds the value.
    fn construct<'r>(
        at: At<'r>,
        args: D::Args<'r>,
    ) -> impl Future<Output = Result<Self::Output<'r>, Self::Error>> + Send;
}

/// A return type that can fail. Macros use its projections, so that an alias such as `anyhow::Result<T>`
/// needs no parsing.
#[diagnostic::on_unimplemented(
    message = "a constructor returns its value or a `Result`, and `{Self}` is neither",
    label = "ends in `Result`, but is no `std::result::Result`"
)]
pub trait Fallible {
    /// What is built.
    type Value;
    /// What goes wrong.
    type Error;
    /// The same as a `Result`.
    ///
    /// # Errors
    /// The constructor's own.
    fn into_result(self) -> Result<Self::Value, Self::Error>;
}

impl<T, E> Fallible for Result<T, E> {
    type Value = T;
    type Error = E;
    #[inline(always)]
    fn into_result(self) -> Result<T, E> {
        self
    }
}

/// The type of a fn. `<fn(&'r ()) -> User as Signature>::Returned` is `User`, or `User<'r>` if that lacks a lifetime, and no error: macros write
/// it where the compiler says so elsewhere.
pub trait Signature {
    /// What it returns.
    type Returned;
}
impl<A, T> Signature for fn(A) -> T {
    type Returned = T;
}

/// A type. Macros write it for an argument of a type: in some of its errors the compiler tells them apart.
pub type Argument<T> = T;

/// A binding `dyn Trait = Impl`, as a type of the container's expansion.
pub trait Bind: 'static {
    /// The implementation.
    type From<'r>: 'r;
    /// The trait object.
    type To<'r>: ?Sized + 'r;
    /// The unsizing coercion.
    fn coerce<'r>(at: At<'r>, from: *const Self::From<'r>) -> *const Self::To<'r>;
}

/// A value that may be where its recipe brings it, of which `B` says what is built.
pub trait Crosses<B> {}
impl<T, B> Crosses<Seen<B>> for T where Threads: MaySee<T> {}
impl<T, B> Crosses<Moved<B>> for T where Threads: MayTake<T> {}

/// Builds a `B`, which several threads may see. Of a node that is its own type, nothing more is to be said.
pub struct Seen<B = ()>(PhantomData<B>);
/// Builds a `B`, a transient that is its owner's alone.
pub struct Moved<B = ()>(PhantomData<B>);
/// The node's own type, by the fn whose name is `NAME`, hashed. Of a type that is made a node twice, the compiler thus says that there are two
/// [`Injectable`]s and not that there are two recipes as well.
pub struct Own<const NAME: u64>;

/// Of these something is said, and not of the value itself: the compiler would then say it of `Crosses`.
#[derive(Debug)]
pub enum Threads {}

/// Several tasks, and threads, may see the value.
#[diagnostic::on_unimplemented(
    message = "[DI014] `{T}` cannot be shared between threads",
    label = "a singleton or request-scoped value has to be `Send` and `Sync`",
    note = "something in it is not: instead of `Rc` take `Arc`, instead of `Cell` or `RefCell` an atomic or a `Mutex`, and `Send + Sync` in a `dyn Trait`"
)]
pub trait MaySee<T> {}
#[diagnostic::do_not_recommend]
impl<T: Send + Sync> MaySee<T> for Threads {}

/// The value may move to the task, and thread, that asks for it.
#[diagnostic::on_unimplemented(
    message = "[DI014] `{T}` cannot be sent between threads",
    label = "a transient value has to be `Send`",
    note = "something in it is not: instead of `Rc` take `Arc`, and `Send` in a `dyn Trait`"
)]
pub trait MayTake<T> {}
#[diagnostic::do_not_recommend]
impl<T: Send> MayTake<T> for Threads {}

/// The type that is listed, of the value that is constructed for it: they are the same.
#[diagnostic::on_unimplemented(
    message = "[DI017] `{K}` is listed, but what is constructed for it is a `{Self}`",
    label = "listed here",
    note = "list it as the type that its provider returns, `{Self} = provider`"
)]
pub trait ListedAs<K: ?Sized> {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized> ListedAs<T> for T {}
/// Of a key that nobody can name. With one impl alone, the compiler would take the two types for the same and say
/// "mismatched types" instead of the text above.
#[diagnostic::do_not_recommend]
impl<T: ?Sized> ListedAs<(NoKey, PhantomData<T>)> for T {}
enum NoKey {}

/// Asserts that a value is of the type that it is listed as. `PhantomData` allows no coercion.
pub const fn listed_as<V: ?Sized + ListedAs<K>, K: ?Sized>(_: PhantomData<V>) -> PhantomData<K> {
    PhantomData
}
