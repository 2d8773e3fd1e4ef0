//! A node whose types are spelt once: as aliases, which the rest of the expansion names.
//!
//! A type that cannot be found, or that lacks an argument, is then one error, and not one for each place of the expansion. The compiler
//! reports an error once if it is the same word for word, so that an alias is written as the user's own item is:
//!
//! ```ignore
//! // #[injectable(request)] struct Users<'r> { pool: &'r Pool, clock: Arc<Clock> }
//! type __Dep0<'r> = Pool;
//! type __Dep1<'r> = Argument<Clock>; // An argument of a type there, and here.
//! ```
//!
//! and its name is at the place of that of the item, after which the compiler would suggest a parameter. What it says of a lifetime that is
//! left out, `User` for `User<'_>`, depends on where that stands: in a struct it is an error of the struct, and so it is in an alias. A fn
//! may leave it out. That is an error all the same, since without its lifetimes a type cannot be told from others: of the header of our impl, or of
//! an alias.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Lifetime, Type, parse_quote, spanned::Spanned};

use super::{
    expand::lifetime,
    model::{Node, Param, Source},
};
use crate::common::{Facade, Held, at, has_arguments, has_lifetimes, peel, text};

/// The aliases, and the node that is written with them.
pub(super) fn spelt(node: &Node, di: &Facade) -> (TokenStream, Node) {
    let mut node = node.clone();
    // An alias would need the parameters, and all of them.
    if !node.generics.params.is_empty() {
        return (TokenStream::new(), node);
    }
    let mut aliases = Aliases {
        items: TokenStream::new(),
        lifetimes: node.lifetimes.clone(),
        is_struct: node.is_struct(),
        anchor: node.anchor,
        di,
    };
    output(&mut node, &mut aliases);
    aliases.params(&mut node.params);
    (aliases.items, node)
}

/// The same of the parameters of another fn, which has no parameters but these.
pub(crate) fn spelt_params(params: &mut [Param], ident: &Ident, di: &Facade) -> TokenStream {
    let mut aliases = Aliases {
        items: TokenStream::new(),
        lifetimes: Vec::new(),
        is_struct: false,
        anchor: ident.span(),
        di,
    };
    aliases.params(params);
    aliases.items
}

/// What a constructor returns, unless that is the node itself.
fn output(node: &mut Node, aliases: &mut Aliases<'_>) {
    let ty = node.output.clone();
    if aliases.is_struct
        || node
            .value
            .as_ref()
            .is_some_and(|own| text(own) == text(&ty))
    {
        return;
    }
    if has_lifetimes(&ty) {
        if has_arguments(&ty) {
            node.output = aliases.alias("__Returned", &ty, false);
        }
        return;
    }
    // A lifetime that is left out is no error in the type of a fn.
    let di = aliases.di;
    let silent = quote!(fn(&'static ()) -> #ty);
    let returned = if node.is_async || has_arguments(&ty) && node.params.iter().any(borrows) {
        // But here it is.
        ty.to_token_stream()
    } else if node.params.iter().any(borrows) {
        // In the header of our impl, with what helps more.
        node.built = Some(ty);
        quote!(<#silent as #di::Signature>::Returned)
    } else {
        // In the user's fn: there is nothing that it could be the lifetime of.
        aliases.item("__Signature", &[], &silent);
        node.built = Some(parse_quote!(__Signature));
        quote!(<__Signature as #di::Signature>::Returned)
    };
    aliases.item("__Returned", &[], &returned);
    node.output = aliases.name("__Returned", &node.output, [].iter());
}

/// Whether it has a lifetime that what is returned may have.
fn borrows(param: &Param) -> bool {
    match &param.source {
        Source::Inject(dependency) => {
            matches!(dependency.held, Held::Ref | Held::Guard | Held::Lazy)
                || has_lifetimes(&dependency.key.ty)
        }
        Source::Extract(ty) => has_lifetimes(ty),
    }
}

struct Aliases<'a> {
    items: TokenStream,
    /// Those of the user's item.
    lifetimes: Vec<Lifetime>,
    is_struct: bool,
    anchor: proc_macro2::Span,
    di: &'a Facade,
}

impl Aliases<'_> {
    fn params(&mut self, params: &mut [Param]) {
        for (i, param) in params.iter_mut().enumerate() {
            let Some((ty, is_argument)) = named(param) else {
                continue;
            };
            if self.is_struct || is_argument || has_arguments(ty) {
                let name = format!("__Dep{i}");
                *ty = self.alias(&name, ty, is_argument);
            }
        }
    }

    /// An alias of the type, and its name as a type of the same lifetimes. `is_argument`: the user writes it as the argument of another.
    fn alias(&mut self, name: &str, ty: &Type, is_argument: bool) -> Type {
        let (mut lifetimes, mut spelt) = (self.lifetimes.clone(), ty.clone());
        let depends = has_lifetimes(ty);
        if depends && !self.is_struct {
            if lifetimes.is_empty() {
                lifetimes.push(lifetime("'q"));
            }
            spelt = at(ty, &lifetimes[0]);
        }
        let di = self.di;
        let spelt = match is_argument {
            true => quote!(#di::Argument<#spelt>),
            false => quote!(#spelt),
        };
        self.item(name, &lifetimes, &spelt);
        // At another lifetime it is another type only if its lifetimes are the user's.
        let at = match depends {
            true => lifetime("'_"),
            false => lifetime("'static"),
        };
        self.name(name, ty, lifetimes.iter().map(|_| &at))
    }

    fn item(&mut self, name: &str, lifetimes: &[Lifetime], ty: &TokenStream) {
        let name = Ident::new(name, self.anchor);
        let parameters = (!lifetimes.is_empty()).then(|| quote!(<#(#lifetimes),*>));
        let allowed = parameters
            .is_some()
            .then(|| quote!(#[allow(single_use_lifetimes, unused_lifetimes)]));
        self.items
            .extend(quote!(#allowed type #name #parameters = #ty;));
    }

    /// Its name, at the place of the type.
    fn name<'l>(
        &self,
        name: &str,
        ty: &Type,
        arguments: impl ExactSizeIterator<Item = &'l Lifetime>,
    ) -> Type {
        let place = ty.span();
        let name = Ident::new(name, place);
        match arguments.len() {
            0 => parse_quote!(#name),
            _ => {
                let arguments = quote_spanned!(place=> <#(#arguments),*>);
                parse_quote!(#name #arguments)
            }
        }
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
