//! What is known about a node once its item is parsed.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::{Attribute, Block, ExprPath, Generics, Lifetime, Type, parse_quote};

use super::expand::elided;
use crate::common::{Dependency, warn_of_blocking_calls, written_at};

/// A node.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) scope: Ident,
    pub(crate) target: Target,
    /// Type and const parameters, and where clauses; no lifetimes.
    pub(crate) generics: Generics,
    /// The lifetimes of the user's item.
    pub(crate) lifetimes: Vec<Lifetime>,
    /// After which the compiler would suggest a parameter of that item: its name, or `impl`.
    pub(crate) anchor: Span,
    /// As the definition names it.
    pub(crate) name: String,
    pub(crate) params: Vec<Param>,
    /// What the constructor returns, as written.
    pub(crate) output: Type,
    /// Whether the compiler knows which lifetime it has, should that be left out of what is returned: the only one that the parameters have.
    pub(crate) elides: bool,
    /// As the header of the recipe names that, if in another way.
    pub(crate) built: Option<Type>,
    /// What it has to be, apart from a `Result`: for a constructor, the type of its block.
    pub(crate) value: Option<Type>,
    /// The fn of its own that constructs it.
    pub(crate) constructor: Option<String>,
    pub(crate) is_fallible: bool,
    pub(crate) is_async: bool,
    /// Runs on a thread that may be blocked.
    pub(crate) is_blocking: bool,
    /// A singleton that is built when it is first needed.
    pub(crate) is_lazy: bool,
    /// A struct of nothing but what is injected.
    pub(crate) is_assembled: bool,
    /// The call, or struct expression, over the parameters' locals.
    pub(crate) construct: TokenStream,
    /// Where the node is defined.
    pub(crate) span: Span,
    /// The fn that closes the value.
    pub(crate) teardown: Option<ExprPath>,
    /// About what its constructor calls.
    pub(crate) warnings: TokenStream,
}

impl Node {
    /// With what its constructor does, where that runs on a thread that others need.
    pub(crate) fn with_body(mut self, body: &Block, attrs: &[Attribute]) -> Self {
        // A singleton's sync constructor runs before there are requests.
        let is_waited_for = self.is_async || self.scope == "request" && !self.is_blocking;
        if is_waited_for {
            self.warnings = warn_of_blocking_calls(body, attrs);
        }
        self
    }

    /// Whether its dependencies are the fields of a struct.
    pub(crate) fn is_struct(&self) -> bool {
        self.is_own() && self.constructor.is_none()
    }

    /// Whether it is a type of the user's, and no fn.
    pub(crate) fn is_own(&self) -> bool {
        matches!(self.target, Target::Own(_))
    }

    /// Whether it is a transient that the container tears down.
    pub(crate) fn is_lent(&self) -> bool {
        self.scope == "transient" && self.teardown.is_some()
    }

    /// For a node that is a type of the user's: a teardown that is a mere name is an associated fn of it.
    pub(crate) fn torn_down_by_own_fn(mut self, ty: &Type) -> Self {
        self.teardown = self.teardown.map(|path| match path.path.get_ident() {
            Some(ident) => {
                let (ty, place) = (elided(ty), written_at(ident.span()));
                // An error about the fn stands at its name.
                let path = quote_spanned!(place=> <#ty>::#ident);
                parse_quote!(#path)
            }
            None => path,
        });
        self
    }
}

/// The type that stands for the node in lists.
#[derive(Clone)]
pub(crate) enum Target {
    /// The user's type.
    Own(Type),
    /// A marker that shares the provider fn's name.
    Marker { ident: Ident },
    /// A marker that is found by the type that has the associated fn, and its name.
    Associated { ident: Ident, of: Type },
}

/// A parameter of the constructor.
#[derive(Clone)]
pub(crate) struct Param {
    pub(crate) name: String,
    pub(crate) local: Ident,
    pub(crate) source: Source,
}

/// Where a parameter's value comes from.
#[derive(Clone)]
pub(crate) enum Source {
    Inject(Dependency),
    /// An extractor of the request.
    Extract(Type),
}
