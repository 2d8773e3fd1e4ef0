//! The entries of a list, own and included ones alike.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{Lifetime, Path, Type, spanned::Spanned};

use crate::common::{Facade, Key, at, text, written_at};

/// One entry.
#[derive(Clone)]
pub(crate) struct Entry {
    /// For an entry of a module: which one it is. The same one counts once, however it was reached.
    pub(crate) id: Option<String>,
    /// As users name it.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) marks: Marks,
    /// The user's line that it comes from.
    pub(crate) span: Span,
}

/// What stands in front of an entry, beside its qualifier.
#[derive(Clone, Default)]
pub(crate) struct Marks {
    /// `#[allow(unused)]`
    pub(crate) may_be_unused: bool,
    pub(crate) replace: Option<Replace>,
    /// The entries of modules that it has replaced, by their ids.
    pub(crate) replaced: Vec<String>,
}

/// `#[replace]`, `#[replace(billing::Billing)]`
#[derive(Clone)]
pub(crate) struct Replace {
    /// Whose entry is meant.
    pub(crate) module: Option<Path>,
    pub(crate) place: Span,
}

/// `..billing::Billing`
#[derive(Clone)]
pub(crate) struct Include {
    pub(crate) path: Path,
    /// `#[allow(unused)]`
    pub(crate) may_be_unused: bool,
}

/// A list with those of its modules.
pub(crate) struct Listing {
    /// The own ones, then those of the modules.
    pub(crate) entries: Vec<Entry>,
    pub(crate) modules: Vec<Module>,
    /// The word `draft`.
    pub(crate) draft: Option<Ident>,
    /// Whether a list could not be read. What follows from what it lacks is then not said.
    pub(crate) is_broken: bool,
}

impl Listing {
    /// Of a list that could not be read.
    pub(crate) fn broken() -> Self {
        Listing {
            entries: Vec::new(),
            modules: Vec::new(),
            draft: None,
            is_broken: true,
        }
    }
}

/// An included module, and the ids of the entries that it brings.
pub(crate) struct Module {
    pub(crate) include: Include,
    pub(crate) ids: Vec<String>,
}

impl Entry {
    /// The place of the entry for written code. It counts as the macro's code, so that lints which a user forbids
    /// (`unsafe_code`) do not see it.
    pub(crate) fn place(&self) -> Span {
        written_at(self.span)
    }

    /// The entry with its types as the macro's code.
    pub(crate) fn adopted(&self) -> Self {
        let key = |key: &Key| Key {
            ty: adopted(&key.ty),
            qualifier: key.qualifier.as_ref().map(adopted),
        };
        let kind = match &self.kind {
            Kind::Node { key: of, node } => Kind::Node {
                key: key(of),
                node: match node {
                    NodeType::Type(ty) => NodeType::Type(adopted(ty)),
                    NodeType::Associated { of, hash } => NodeType::Associated {
                        of: adopted(of),
                        hash: *hash,
                    },
                },
            },
            Kind::Binding {
                key: from,
                to,
                name,
            } => Kind::Binding {
                key: key(from),
                to: adopted(to),
                name: name.clone(),
            },
            Kind::Seed { key: of } => Kind::Seed { key: key(of) },
            Kind::Handler { ty } => Kind::Handler { ty: adopted(ty) },
            Kind::Service { ty } => Kind::Service { ty: adopted(ty) },
            Kind::Task {
                key: of,
                ty,
                payload,
            } => Kind::Task {
                key: key(of),
                ty: adopted(ty),
                payload: adopted(payload),
            },
            Kind::BuiltIn { .. } => self.kind.clone(),
        };
        Entry {
            kind,
            ..self.clone()
        }
    }
}

#[derive(Clone)]
pub(crate) enum Kind {
    /// `Type`, `Type = provider`
    Node { key: Key, node: NodeType },
    /// `dyn Trait = Type`
    Binding {
        key: Key,
        to: Type,
        /// That of the type, as it is written: a module calls it otherwise.
        name: String,
    },
    /// `#[seed] Type`
    Seed { key: Key },
    /// `Tasks<Payload> = name`. In the expansion it is the root alone; see [`super::expand::with_parts`].
    Task { key: Key, ty: Type, payload: Type },
    /// One of `handlers(..)`
    Handler { ty: Type },
    /// One of `services(..)`
    Service { ty: Type },
    /// In the expansion: what the facade hands in.
    BuiltIn {
        key: Key,
        value: TokenStream,
        is_hidden: bool,
    },
}

impl Kind {
    /// What it provides.
    pub(crate) fn key(&self) -> Option<&Key> {
        match self {
            Kind::Node { key, .. }
            | Kind::Binding { key, .. }
            | Kind::Seed { key }
            | Kind::Task { key, .. }
            | Kind::BuiltIn { key, .. } => Some(key),
            Kind::Handler { .. } | Kind::Service { .. } => None,
        }
    }

    /// What it is, in a sentence.
    pub(crate) fn what(&self) -> String {
        match self {
            Kind::Node { key, node } if node.is(key) => format!("the type `{}`", text(&key.ty)),
            Kind::Node {
                node: NodeType::Type(node),
                ..
            } => format!("the provider `{}`", text(node)),
            Kind::Node {
                node: NodeType::Associated { of, .. },
                ..
            } => {
                format!("a provider of `{}`", text(of))
            }
            Kind::Binding { name, .. } => format!("the binding to `{name}`"),
            Kind::Seed { key } => format!("the seed `{}`", text(&key.ty)),
            Kind::Task { ty, .. } => format!("the task `{}`", text(ty)),
            Kind::Handler { ty } => format!("the handler `{}`", text(ty)),
            Kind::Service { ty } => format!("the service `{}`", text(ty)),
            Kind::BuiltIn { key, .. } => format!("the app's own `{}`", text(&key.ty)),
        }
    }
}

/// The type that stands for a node.
#[derive(Clone)]
pub(crate) enum NodeType {
    /// A type, or the marker of a provider fn.
    Type(Type),
    /// The marker of an associated fn.
    Associated { of: Type, hash: u64 },
}

impl NodeType {
    /// Whether it is the type of the key, as written, and no provider of it.
    pub(crate) fn is(&self, key: &Key) -> bool {
        matches!(self, NodeType::Type(ty) if text(ty) == text(&key.ty))
    }

    pub(crate) fn tokens(&self, di: &Facade) -> TokenStream {
        match self {
            NodeType::Type(ty) => at(ty, &forever()).into_token_stream(),
            NodeType::Associated { of, hash } => {
                let place = written_at(of.span());
                let (of, di) = (at(of, &forever()), di.at(place));
                quote_spanned!(place=> <#of as #di::Provider<#hash>>::Node)
            }
        }
    }
}

pub(crate) fn forever() -> Lifetime {
    Lifetime::new("'static", Span::call_site())
}

/// The user's tokens as the macro's code, at their places. One error about them then never comes twice, once as the
/// user's and once as the macro's. `$crate` stays what it is.
fn adopted(ty: &Type) -> Type {
    syn::parse2(tokens_adopted(ty.to_token_stream())).unwrap_or_else(|_| ty.clone())
}

fn tokens_adopted(tokens: TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Group(group) => {
                let mut adopted = Group::new(group.delimiter(), tokens_adopted(group.stream()));
                adopted.set_span(written_at(group.span()));
                TokenTree::Group(adopted)
            }
            TokenTree::Ident(ident) if ident == "$crate" => TokenTree::Ident(ident),
            mut other => {
                other.set_span(written_at(other.span()));
                other
            }
        })
        .collect()
}
