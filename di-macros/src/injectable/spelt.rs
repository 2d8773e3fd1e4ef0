//! A node whose types are spelt once: as aliases, which the rest of the expansion names.
//!
//! A type that cannot be found, or that lacks an argument, is then one error, and not one for each place of the expansion. The compiler
//! reports an error once if it is the same word for word, so that an alias is written as the user's own item is:
//!
//! ```ignore
//! // #[injectable(request)] struct Users<'r> { pool: &'r Pool, clock: Arc<Clock> }
//! type __Type0<'r> = Pool;
//! type __Type1<'r> = Argument<Clock>; // An argument of a type there, and here.
//! ```
//!
//! and its name is at the place of that of the item, after which the compiler would suggest a parameter. What it says of a lifetime that is
//! left out, `User` for `User<'_>`, depends on where that stands: in a struct it is an error of the struct, and so it is in an alias. A fn
//! may leave it out. That is an error all the same, since without its lifetimes a type cannot be told from others: of the header of our impl, or of
//! an alias.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    GenericArgument, Lifetime, Type, parse_quote,
    spanned::Spanned,
    visit::Visit,
    visit_mut::{self, VisitMut},
};

use super::{
    expand::lifetime,
    model::{Node, Param, Source},
};
use crate::common::{Facade, Held, find_self, has_arguments, has_lifetimes, peel};

/// The aliases, and the node that is written with them.
pub(super) fn spelt(node: &Node, di: &Facade) -> (TokenStream, Node) {
    let mut node = node.clone();
    // An alias would need the parameters, and all of them.
    if !node.generics.params.is_empty() {
        return (TokenStream::new(), node);
    }
    let mut aliases = Aliases {
        lifetimes: node.lifetimes.clone(),
        is_struct: node.is_struct(),
        ..Aliases::new(node.anchor, di)
    };
    output(&mut node, &mut aliases);
    aliases.params(&mut node.params);
    (aliases.items, node)
}

/// The same of the parameters of another fn, which has no parameters but these.
pub(crate) fn spelt_params(params: &mut [Param], ident: &Ident, di: &Facade) -> TokenStream {
    let mut aliases = Aliases::new(ident.span(), di);
    aliases.params(params);
    aliases.items
}

/// What a constructor returns, apart from the node itself.
fn output(node: &mut Node, aliases: &mut Aliases<'_>) {
    let is_itself = node.is_own() && !node.is_fallible;
    if is_itself || mentions_self(&node.output) {
        return;
    }
    if has_lifetimes(&node.output) {
        aliases.arguments(&mut node.output);
        return;
    }
    let (ty, di) = (node.output.clone(), aliases.di);
    let returned = if node.is_async || node.elides && (node.is_own() || has_arguments(&ty)) {
        // A lifetime that is left out is an error here,
        ty.to_token_stream()
    } else if node.elides {
        // in the header of our impl, with what helps more,
        node.built = (!node.is_own()).then(|| ty.clone());
        quote!(<fn(&'static ()) -> #ty as #di::Signature>::Returned)
    } else {
        // or in the user's fn.
        aliases.item("__Signature", &[], &quote!(fn(&'static ()) -> #ty));
        node.built = Some(parse_quote!(__Signature));
        quote!(<__Signature as #di::Signature>::Returned)
    };
    aliases.item("__Returned", &[], &returned);
    node.output = aliases.name("__Returned", &ty, &[]);
}

struct Aliases<'a> {
    items: TokenStream,
    next: usize,
    /// Those of the user's item.
    lifetimes: Vec<Lifetime>,
    is_struct: bool,
    anchor: proc_macro2::Span,
    di: &'a Facade,
}

impl<'a> Aliases<'a> {
    fn new(anchor: proc_macro2::Span, di: &'a Facade) -> Self {
        Aliases {
            items: TokenStream::new(),
            next: 0,
            lifetimes: Vec::new(),
            is_struct: false,
            anchor,
            di,
        }
    }

    fn params(&mut self, params: &mut [Param]) {
        for param in params {
            let Some((ty, is_argument)) = named(param) else {
                continue;
            };
            if mentions_self(ty) || self.is_struct && !self.knows(ty) {
                continue;
            }
            if self.is_struct || !has_lifetimes(ty) && (is_argument || has_arguments(ty)) {
                *ty = self.alias(ty, is_argument);
            } else {
                self.arguments(ty);
            }
        }
    }

    /// Whether the type's lifetimes are all the item's. One that is not declared is an error of the struct alone.
    fn knows(&self, ty: &Type) -> bool {
        struct Find<'a>(&'a [Lifetime], bool);
        impl<'ast> Visit<'ast> for Find<'_> {
            fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
                self.1 &= lifetime.ident == "static" || self.0.contains(lifetime);
            }
        }
        let mut find = Find(&self.lifetimes, true);
        find.visit_type(ty);
        find.1
    }

    /// An alias of the type, and its name as a type of the same lifetimes. `is_argument`: the user writes it as the argument of another.
    fn alias(&mut self, ty: &Type, is_argument: bool) -> Type {
        let name = format!("__Type{}", self.next);
        self.next += 1;
        let (lifetimes, di) = (self.lifetimes.clone(), self.di);
        let spelt = match is_argument {
            true => quote!(#di::Argument<#ty>),
            false => quote!(#ty),
        };
        self.item(&name, &lifetimes, &spelt);
        // At another lifetime it is another type only if its lifetimes are the user's.
        let at = match has_lifetimes(ty) {
            true => lifetime("'_"),
            false => lifetime("'static"),
        };
        self.name(&name, ty, &vec![at; lifetimes.len()])
    }

    /// Aliases of what has no lifetimes among the arguments of a type that has some.
    fn arguments(&mut self, ty: &mut Type) {
        struct Arguments<'a, 'b>(&'a mut Aliases<'b>);
        impl VisitMut for Arguments<'_, '_> {
            fn visit_generic_argument_mut(&mut self, argument: &mut GenericArgument) {
                match argument {
                    GenericArgument::Type(ty) if is_plain(ty) && !may_be_const(ty) => {
                        *ty = self.0.alias(ty, true);
                    }
                    _ => visit_mut::visit_generic_argument_mut(self, argument),
                }
            }
        }
        Arguments(self).visit_type_mut(ty);
    }

    fn item(&mut self, name: &str, lifetimes: &[Lifetime], ty: &TokenStream) {
        let name = Ident::new(name, self.anchor);
        let parameters = (!lifetimes.is_empty()).then(|| quote!(<#(#lifetimes),*>));
        self.items.extend(quote!(type #name #parameters = #ty;));
    }

    /// Its name, at the place of the type.
    fn name(&self, name: &str, ty: &Type, arguments: &[Lifetime]) -> Type {
        let place = ty.span();
        let name = Ident::new(name, place);
        if arguments.is_empty() {
            return parse_quote!(#name);
        }
        let arguments = quote_spanned!(place=> <#(#arguments),*>);
        parse_quote!(#name #arguments)
    }
}

/// The type that a parameter names, and whether that is the argument of another, as in `Arc<Clock>`. A trait object is bounded by a lifetime,
/// and no alias.
fn named(param: &mut Param) -> Option<(&mut Type, bool)> {
    match &mut param.source {
        Source::Inject(dependency) => {
            let is_argument = !matches!(dependency.held, Held::Ref | Held::Guard | Held::Owned);
            let is_object = matches!(peel(&dependency.key.ty), Type::TraitObject(_));
            let ty = dependency
                .alias
                .get_or_insert_with(|| dependency.key.ty.clone());
            (!is_object).then_some((ty, is_argument))
        }
        Source::Extract(ty) => Some((ty, false)),
    }
}

/// In an alias there is no `Self`.
fn mentions_self(ty: &Type) -> bool {
    find_self(ty.to_token_stream()).is_some()
}

/// Whether the type is the same wherever it is written: it has no lifetimes, also none that it is within.
fn is_plain(ty: &Type) -> bool {
    let is_named = matches!(peel(ty), Type::Path(_) | Type::Tuple(_));
    is_named && !mentions_self(ty) && !has_lifetime(ty.to_token_stream())
}

/// `'r`, or a `&`, which has one.
fn has_lifetime(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Punct(punct) => matches!(punct.as_char(), '\'' | '&'),
        TokenTree::Group(group) => has_lifetime(group.stream()),
        _ => false,
    })
}

/// `N` in `Buffer<'_, N>`. Until names are known, it is read as a type.
fn may_be_const(ty: &Type) -> bool {
    let Type::Path(path) = peel(ty) else {
        return false;
    };
    path.path.get_ident().is_some_and(|ident| {
        let name = ident.to_string();
        let is_camel = name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase);
        !is_camel
    })
}
