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
/// An entry is a `Type`, a `Type = provider`, a `dyn Trait = Type`, a `..path::Module`, or `handlers(a, b)`, which
/// names the roots. Fields are values handed in from outside; a field of type `Arc<T>` provides `T`. The
/// struct gets `App::build(fields..).await`, and is `Clone`.
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
#[proc_macro_attribute]
pub fn handler(args: TokenStream, item: TokenStream) -> TokenStream {
    handler::attribute(args.into(), item.into()).into()
}

/// Goes on with a container or module when the list of an included module is known. Written by the macros.
#[doc(hidden)]
#[proc_macro]
pub fn __resume(input: TokenStream) -> TokenStream {
    container::resume(input.into()).into()
}
