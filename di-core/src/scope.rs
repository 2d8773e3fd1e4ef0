//! Scopes: how long a value lives, and therefore how it can be held.

/// How long a value lives. The scope decides how the value may be held:
///
/// | scope | held as |
/// |---|---|
/// | [`Singleton`](Scope::Singleton) | `&T` or `Arc<T>` |
/// | [`Request`](Scope::Request) | `&T` |
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

/// A scope as a type, for bounds that the compiler can report.
pub trait ScopeType: 'static {
    /// The scope that this type stands for.
    const SCOPE: Scope;
}

/// The scope [`Scope::Singleton`] as a type.
#[derive(Debug)]
pub enum Singleton {}
/// The scope [`Scope::Request`] as a type.
#[derive(Debug)]
pub enum Request {}
/// The scope [`Scope::Transient`] as a type.
#[derive(Debug)]
pub enum Transient {}

impl ScopeType for Singleton {
    const SCOPE: Scope = Scope::Singleton;
}
impl ScopeType for Request {
    const SCOPE: Scope = Scope::Request;
}
impl ScopeType for Transient {
    const SCOPE: Scope = Scope::Transient;
}

/// A scope whose values can be held as `&T`.
#[diagnostic::on_unimplemented(
    message = "[DI004] a transient value cannot be borrowed: there is nobody who owns it",
    label = "held as `&T`, but every place that asks for a transient gets a value of its own",
    note = "write `#[inject] name: T` (a handler) or `name: T` (a constructor or field)"
)]
pub trait HeldByRef: ScopeType {}
impl HeldByRef for Singleton {}
impl HeldByRef for Request {}

/// A scope whose values can be held as `Arc<T>`.
#[diagnostic::on_unimplemented(
    message = "[DI005] only a singleton can be held as `Arc<T>`, and this value is of the scope `{Self}`",
    label = "held as `Arc<T>`, which may outlive the request",
    note = "write `&T`: a request-scoped value is borrowed for the length of the request"
)]
pub trait HeldByArc: ScopeType {}
impl HeldByArc for Singleton {}

/// A scope whose values are handed over by value.
#[diagnostic::on_unimplemented(
    message = "[DI006] a shared value cannot be taken by value: that would create it again (its scope is `{Self}`)",
    label = "taken by value",
    note = "write `&T`, or `Arc<T>` for a singleton that has to outlive the request"
)]
pub trait HeldByValue: ScopeType {}
impl HeldByValue for Transient {}
