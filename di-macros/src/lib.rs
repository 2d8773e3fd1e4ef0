//! The attribute and derive macros of `di-axum`. Use them through that crate (or through `di-core`).
//!
//! Every macro is parsed into a model, validated, and expanded; `common` holds what they share. A macro that fails still
//! writes the user's item, and a stub of the node or handler that it should have been, so that no second error
//! follows from the first.

#![allow(
    clippy::large_enum_variant,
    reason = "a model holds a few syn nodes for the time of one expansion"
)]

mod common;
mod container;
mod handler;
mod injectable;
#[cfg(test)]
mod soup;
mod task;

use proc_macro::TokenStream;

/// Makes a type, or what a fn returns, injectable: `#[injectable(singleton)]`, `request` or `transient`.
///
/// - On a **struct**, the fields are the dependencies: `&'r T`, `Arc<T>`, or `T` for a transient.
///   `#[inject(default)]` and `#[inject(value = EXPR)]` mark plain fields, `#[inject(Primary)]` asks for a value
///   under the qualifier `Primary`. `PhantomData` needs no mark.
/// - On an **`impl` block**, the constructor is `new`, or the fn marked `#[constructor]`; its parameters are the
///   dependencies.
/// - On a **fn**, the fn is a provider of the type that it returns, for types that you do not own. It is listed as
///   `PgPool = connect`.
/// - For **associated fns** as providers, the `impl` block has a bare `#[injectable]`, and each provider in it its
///   own `#[injectable(singleton)]`. They are listed as `PgPool = Pools::primary`.
///
/// Constructors may be async and may return a `Result`. By-value parameters marked `#[extract]` are axum
/// extractors (request-scoped constructors only).
///
/// # Blocking
///
/// `#[injectable(singleton, blocking)]`, on a constructor or provider that is no async fn, runs it on a thread that may be blocked. During a request that
/// takes one of a limited number of places (`App::builder(..).blocking_limit(n)`), and where none is free the answer is 503. Nothing can stop a
/// thread: when the request is given up meanwhile, what the constructor borrows stays until it is through. A `build()` or
/// `scope.get()` that is dropped meanwhile waits for it.
///
/// # Teardown
///
/// `#[injectable(request, teardown = close)]`, on any of these forms, names an async fn that closes the value when its scope ends. A mere
/// name is an associated fn of the type that is built by a struct or an `impl` block, and a fn in scope for a provider; a path is what it says.
/// The fn takes `self` or `&self` (a singleton or transient `&self` only, since a handle to it may live on), and the `Outcome` if it has a second
/// parameter; it returns nothing, or a `Result` whose error implements `std::error::Error`. Its future is `Send`.
///
/// Teardowns run in reverse order of construction, each exactly once and awaited while everything that its value borrows is alive; those of a
/// request before its response leaves. One that fails or panics does not stop the others; those after it are told of a failure, and a request that
/// would have been a success answers 500. When the client goes away, the teardown runs on a task of the app. Singletons are torn
/// down by `shutdown()` of the container, and by a start-up that fails. A transient
/// that has one is held as `Transient<T>`, and closed with the request or app that it was made for.
#[proc_macro_attribute]
pub fn injectable(args: TokenStream, item: TokenStream) -> TokenStream {
    injectable::attribute(args.into(), item.into()).into()
}

/// The derive form of [`macro@injectable`] on a struct; the scope stands in `#[injectable(singleton)]`.
#[proc_macro_derive(Injectable, attributes(injectable, inject))]
pub fn derive_injectable(item: TokenStream) -> TokenStream {
    injectable::derive(item.into()).into()
}

/// Makes a container of a list of nodes: `#[container(..)] pub struct App { handed_in: Fields }`.
///
/// An entry is a `Type`, a `Type = provider`, a `dyn Trait = Type`, a task, `Tasks<Payload> = name`, a `..path::Module`, `services(a, b)`, or
/// `handlers(a, b)`, which names the handlers. Fields are values handed in from outside; a field of type `Arc<T>` provides `T`. The
/// struct gets `App::build(fields..).await`, and is `Clone`.
///
/// In front of an entry may stand
///
/// - `#[qualifier(Name)]`: it is asked for as `#[inject(Name)] pool: &Pool`.
/// - `#[replace]`: it takes the place of the entry of an included module, or of this list, that provides the same. In front of a field,
///   too. `#[replace(path::Module)]` says whose is meant, when modules list several types of one name.
/// - `#[seed]`: a request-scoped type without a constructor, of which a value is handed in when a scope is opened, `app.scope().with(value)`.
/// - `#[allow(unused)]`: no warning when `handlers(..)` do not need it. In front of a field and of a module, too; on the struct,
///   `#[allow(unused)]` and `#[deny(unused)]` hold for all of them.
///
/// The word `draft` in the list lets the container compile although its graph is refused: `App::build(..)` then returns what is wrong, and
/// `App::graph()` can be printed.
#[proc_macro_attribute]
pub fn container(args: TokenStream, item: TokenStream) -> TokenStream {
    container::attribute(args.into(), item.into(), container::Shape::Container).into()
}

/// Makes a module of a list of nodes: `#[module(..)] pub struct Billing;`. The list has the grammar of
/// [`macro@container`]; a container, or another module, includes it as `..billing::Billing`.
#[proc_macro_attribute]
pub fn module(args: TokenStream, item: TokenStream) -> TokenStream {
    container::attribute(args.into(), item.into(), container::Shape::Module).into()
}

/// Makes an axum handler of an async fn: `&T` and `Arc<T>` are injected, `#[inject] x: T` is a transient, and every
/// other parameter is an axum extractor, a body extractor last.
///
/// The fn becomes a unit struct of its name, which is mounted as any handler, `get(name)`, on a router whose
/// state is or holds a container. `name::call(..)` is the fn itself.
///
/// # Options
/// - `#[handler(guard(RequireLogin, RequireAdmin))]`: request-scoped types that are built first, as written, before the
///   extractors and the body are read. The error of one that fails is the answer, and nothing after it is built.
/// - `#[handler(blocking)]`, on a fn without `async`: extractors, constructors, the fn and the teardown run on a thread
///   that may be blocked. Their number is limited (`App::builder(..).blocking_limit(n)`), and beyond the limit the
///   answer is 503. When the client goes away it goes on to its end.
///
/// # What a handler returns
/// The request's values are torn down and dropped before the response leaves, so nothing that it returns can go on borrowing
/// from them: `` `users` escapes .. argument requires that `'request` must outlive `'static` ``. A stream, or a task, takes a
/// scope of its own with `app.scope()`. An `impl Stream` in the return type captures no lifetime, as if `+ use<>` stood
/// there.
#[proc_macro_attribute]
pub fn handler(args: TokenStream, item: TokenStream) -> TokenStream {
    handler::attribute(args.into(), item.into()).into()
}

/// Makes a task of an async fn: what a request leaves to be done when it is over.
///
/// The first parameter is the payload, which is pushed; everything else is injected, in a scope of the task's own: `&T`, `Arc<T>`, or `T` for
/// a transient. It returns nothing, or a `Result` whose error implements `std::error::Error`. It is listed as
/// `Tasks<Payload> = name`, and pushed by whoever takes `tasks: &Tasks<Payload>`. The fn stays as it is, for a test to call.
///
/// # Options
/// - `concurrency = 16`: how many run at once.
/// - `queue = 1024`: how many wait beyond those. A push beyond that is refused, and the job given back.
/// - `timeout = Duration::from_secs(30)`: how long one may run. None unless it is given.
/// - `on_failure = stop`: one that fails or panics ends the app, and `serve` returns its error. Otherwise that is logged.
#[proc_macro_attribute]
pub fn task(args: TokenStream, item: TokenStream) -> TokenStream {
    task::attribute(args.into(), item.into(), task::Shape::Task).into()
}

/// Makes a service of an async fn: what runs as long as the app, such as the consumer of a queue.
///
/// Its parameters are injected: singletons and transients, since what belongs to a request would be kept for as long as the app; for each piece of work
/// it opens a scope, with `scopes: &Opener<App>`. A parameter `shutdown: &Shutdown` says when to end. It is listed in `services(name, ..)`, started by
/// `serve` in the order of the list, and told to end in reverse. It returns nothing, or a `Result` whose error implements
/// `std::error::Error`.
///
/// # Options
/// - `on_failure = log`: a failure is logged. Otherwise it ends the app, and `serve` returns that error.
#[proc_macro_attribute]
pub fn service(args: TokenStream, item: TokenStream) -> TokenStream {
    task::attribute(args.into(), item.into(), task::Shape::Service).into()
}

/// Goes on with a container or module when the list of an included module is known. Written by the macros.
#[doc(hidden)]
#[proc_macro]
pub fn __resume(input: TokenStream) -> TokenStream {
    container::resume(input.into()).into()
}
