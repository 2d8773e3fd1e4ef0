//! Scopes: how long a value lives, and therefore how it can be held.

/// How long a value lives. The scope decides how the value may be held:
///
/// | scope | held as |
/// |---|---|
/// | [`Singleton`](Scope::Singleton) | `&T` or `Arc<T>`; a lazy one `Lazy<'_, T>` or `LazyArc<T>` |
/// | [`Request`](Scope::Request) | `&T`, or `Lazy<'_, T>` |
/// | [`Transient`](Scope::Transient) | `T` |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// One value for the life of the app.
    Singleton,
    /// One value for each request that needs it.
    Request,
    /// A fresh value for every place that asks for it.
    Transient,
}

impl Scope {
    /// The scope as users write it: `singleton`, `request` or `transient`.
    pub const fn name(self) -> &'static str {
        match self {
            Scope::Singleton => "singleton",
            Scope::Request => "request",
            Scope::Transient => "transient",
        }
    }

    pub(crate) const fn is(self, other: Scope) -> bool {
        self as u8 == other as u8
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A scope as a type, for bounds that the compiler can report: `ScopeIs<{ Scope::Request as u8 }>`.
///
/// The number keeps the types that a container knows the scope from out of its public interface, where a private one
/// would be refused (E0446).
#[derive(Debug)]
pub enum ScopeIs<const SCOPE: u8> {}

/// The number of a scope that is known as a type.
pub trait ScopeNumber {
    /// The number.
    const SCOPE: u8;
    /// `N` itself; and of a scope that the compiler cannot tell, which it says elsewhere, nothing that it says anything of.
    type Of<N>;
}
impl<const SCOPE: u8> ScopeNumber for ScopeIs<SCOPE> {
    const SCOPE: u8 = SCOPE;
    type Of<N> = N;
}

const SINGLETON: u8 = Scope::Singleton as u8;
const REQUEST: u8 = Scope::Request as u8;
const TRANSIENT: u8 = Scope::Transient as u8;
/// Transient, with a teardown.
pub(crate) const LENT: u8 = TRANSIENT + 1;
/// Singleton, and built when it is first needed.
pub(crate) const LAZY: u8 = TRANSIENT + 2;

/// A scope whose values can be held as `&T`.
#[diagnostic::on_unimplemented(
    message = "[DI004] a transient value cannot be borrowed: there is nobody who owns it",
    label = "held as `&T`, but every place that asks for a transient gets a value of its own",
    note = "write `#[inject] name: T` (a handler) or `name: T` (a constructor or field)"
)]
pub trait HeldByRef {}
impl HeldByRef for ScopeIs<SINGLETON> {}
impl HeldByRef for ScopeIs<REQUEST> {}
impl HeldByRef for ScopeIs<LAZY> {}

/// A scope whose values are there before anybody asks for them.
#[diagnostic::on_unimplemented(
    message = "[DI024] a lazy singleton is built when it is first needed, so that it may not be there",
    label = "held as if it were there",
    note = "write `name: Lazy<'_, T>`, and `name.get().await?` where it is needed; or leave `lazy` out, so that it is built at start-up"
)]
pub trait Eager {}
impl Eager for ScopeIs<SINGLETON> {}
impl Eager for ScopeIs<REQUEST> {}
impl Eager for ScopeIs<TRANSIENT> {}
impl Eager for ScopeIs<LENT> {}

/// A scope whose values are held as `Lazy<'_, T>`.
#[diagnostic::on_unimplemented(
    message = "[DI024] only what is built in a request, or a lazy singleton, is held as `Lazy<'_, T>`",
    label = "held as `Lazy<'_, T>`, but there is nothing to put off",
    note = "write `&T` for a singleton, which is built at start-up (or make it lazy, `#[injectable(singleton, lazy)]`), and `T` for a transient"
)]
pub trait HeldByLazy {}
impl HeldByLazy for ScopeIs<REQUEST> {}
impl HeldByLazy for ScopeIs<LAZY> {}

/// A scope whose values are held as `LazyArc<T>`.
#[diagnostic::on_unimplemented(
    message = "[DI024] only a lazy singleton is held as `LazyArc<T>`",
    label = "held as `LazyArc<T>`",
    note = "write `Lazy<'_, T>` for a request-scoped value, and `Arc<T>` for a singleton that is built at start-up (or make it lazy, `#[injectable(singleton, lazy)]`)"
)]
pub trait HeldByLazyArc {}
impl HeldByLazyArc for ScopeIs<LAZY> {}

/// A scope whose values a test replaces by a value.
#[diagnostic::on_unimplemented(
    message = "[DI023] only a singleton is replaced by a value",
    label = "is not a singleton",
    note = "a request-scoped value is made for each request: `replace_with::<T>(|head| ..)`; a transient cannot be replaced, but its owner can"
)]
pub trait ReplacedByValue {}
impl ReplacedByValue for ScopeIs<SINGLETON> {}
impl ReplacedByValue for ScopeIs<LAZY> {}

/// A scope whose values a test replaces by what is made of each request.
#[diagnostic::on_unimplemented(
    message = "[DI023] only a request-scoped value is replaced by what is made of each request",
    label = "is not request-scoped",
    note = "a singleton is replaced by a value: `replace::<T>(value)`; a transient cannot be replaced, but its owner can"
)]
pub trait ReplacedWith {}
impl ReplacedWith for ScopeIs<REQUEST> {}

/// A scope whose values are handed in when one is opened.
#[diagnostic::on_unimplemented(
    message = "[DI027] only a request-scoped value is handed in when a scope is opened",
    label = "is not request-scoped",
    note = "list it as `#[seed] Type`, or give it a constructor with `#[injectable(request)]`; a singleton is handed in as a field of the container"
)]
pub trait HandedInScope {}
impl HandedInScope for ScopeIs<REQUEST> {}

/// A scope whose values can guard a request.
#[diagnostic::on_unimplemented(
    message = "[DI019] a guard is built for each request, and this is not request-scoped",
    label = "named in `guard(..)`",
    note = "write `#[injectable(request)]` on the type: its constructor returns a `Result`, whose error turns the request away"
)]
pub trait HeldByRequest {}
impl HeldByRequest for ScopeIs<REQUEST> {}

/// A scope whose values can be held as `Arc<T>`.
#[diagnostic::on_unimplemented(
    message = "[DI005] only a singleton can be held as `Arc<T>`",
    label = "held as `Arc<T>`, which may outlive the request",
    note = "write `&T`: a request-scoped value is borrowed for the length of the request"
)]
pub trait HeldByArc {}
impl HeldByArc for ScopeIs<SINGLETON> {}
impl HeldByArc for ScopeIs<LAZY> {}

/// A scope whose values are handed over by value.
#[diagnostic::on_unimplemented(
    message = "[DI006] a shared value cannot be taken by value: that would create it again",
    label = "taken by value",
    note = "write `&T`, or `Arc<T>` for a singleton that has to outlive the request, or `Transient<T>` for a transient with a teardown"
)]
pub trait HeldByValue {}
impl HeldByValue for ScopeIs<TRANSIENT> {}

/// A scope whose values are held as `Transient<T>`.
#[diagnostic::on_unimplemented(
    message = "[DI022] only a transient with a teardown is held as `Transient<T>`",
    label = "held as `Transient<T>`",
    note = "write `T` for a transient without a teardown, and `&T` for a singleton or request-scoped value"
)]
pub trait HeldByHandle {}
impl HeldByHandle for ScopeIs<LENT> {}
