//! Writes a module: aliases of what it lists, in a Rust module of its name, and a macro of its name that answers with
//! the list.
//!
//! ```ignore
//! // #[module(Ledger<'_>, PgPool = connect)] pub struct Billing;
//! pub mod Billing {
//!     use super::*;
//!     pub type K0<'r> = Ledger<'r>;
//!     pub type N0<'r> = Ledger<'r>;
//!     pub type K1<'r> = PgPool;
//!     pub type N1<'r> = connect;
//! }
//! #[macro_export]
//! macro_rules! __di_module_Billing_1f.. {
//!     ([$($resume:tt)*] $($state:tt)*) => {
//!         $($resume)*! { $($state)* [node "1f..:0" "Ledger" [] [K0<'_>] [N0<'_>] [] ..] }
//!     };
//! }
//! pub use __di_module_Billing_1f.. as Billing;
//! ```

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{
    ItemStruct, Lifetime, Path, Type, Visibility, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::{
    expand::without_duplicates,
    include::Encoded,
    model::{Entry, Kind, Listing, NodeType},
    replace::Replaced,
};
use crate::{
    common::{Facade, Key, at, depends_on_lifetime},
    injectable::hash,
};

pub(crate) fn expand(item: &ItemStruct, listing: Listing, di: &Facade) -> TokenStream {
    let (ident, vis, attrs) = (&item.ident, &item.vis, &item.attrs);
    let replaced = Replaced::of(&listing, Vec::new());
    let same = replaced.same.iter().map(|same| same.check(di));
    let same: Vec<TokenStream> = same.collect();
    let mut report = replaced.report;
    let mut entries = without_duplicates(replaced.entries, &mut report);
    let errors = report.check().err().map(|error| error.to_compile_error());
    let place = place(item, &entries);
    let mut listed = Vec::new();
    let mut aliases = Aliases {
        tokens: TokenStream::new(),
        next: 0,
        di,
    };
    for (i, entry) in entries.iter_mut().enumerate() {
        let is_own = entry.id.is_none();
        entry.id.get_or_insert_with(|| format!("{place:x}:{i}"));
        entry.marks.replace = None;
        aliases.replace(&mut entry.kind);
        listed.extend(key(&entry.kind).filter(|_| is_own).cloned());
        aliases.next += 1;
    }
    let lists = lists(item, &listed, di);
    let aliases = aliases.tokens;
    let list = entries.iter().map(Encoded);
    let list = match listing.is_broken {
        true => quote!(broken),
        false => quote!(#(#list)*),
    };
    let name = format_ident!("__di_module_{}_{place:x}", ident);
    let export = matches!(vis, Visibility::Public(_)).then(|| quote!(#[macro_export]));
    quote! {
        #(#attrs)*
        #[allow(non_snake_case)]
        #vis mod #ident {
            #[allow(unused_imports)]
            use super::*;
            #aliases
        }

        #[doc(hidden)]
        #export
        macro_rules! #name {
            ([$($resume:tt)*] $($state:tt)*) => {
                $($resume)*! { $($state)* [#list] }
            };
        }
        #[doc(hidden)]
        #[allow(unused_imports)]
        #vis use #name as #ident;
        #lists
        #(#same)*
        #errors
    }
}

/// The key of an entry, by its aliases.
fn key(kind: &Kind) -> Option<&Key> {
    match kind {
        Kind::Node { key, .. }
        | Kind::Binding { key, .. }
        | Kind::Seed { key }
        | Kind::Task { key, .. } => Some(key),
        Kind::Handler { .. } | Kind::Service { .. } | Kind::BuiltIn { .. } => None,
    }
}

/// What is said of each key, for containers that miss it and do not include the module. Not of those that it has from another module, which
/// says so itself.
fn lists(item: &ItemStruct, keys: &[Key], di: &Facade) -> TokenStream {
    let (import, di) = (di.import(), di.imported());
    let (name, span) = (item.ident.to_string(), item.ident.span());
    let (file, line) = (
        quote_spanned!(span=> ::core::file!()),
        quote_spanned!(span=> ::core::line!()),
    );
    let module = &item.ident;
    let (keys, qualifiers): (Vec<_>, Vec<_>) = keys
        .iter()
        .map(|key| {
            let (ty, qualifier) = (key.discriminator(), key.qualifier.as_ref());
            let qualifier = match qualifier {
                Some(qualifier) => quote!(#module::#qualifier),
                None => quote!(()),
            };
            (quote!(#module::#ty), qualifier)
        })
        .unzip();
    quote! {
        const _: () = {
            #import
            struct __Module;
            impl __Module {
                const HERE: &'static #di::Module = &#di::Module { name: #name, file: #file, line: #line };
            }
            #(
                #[automatically_derived]
                impl #di::ListedIn<__Module, #qualifiers> for #keys {
                    const MODULE: &'static #di::Module = __Module::HERE;
                }
            )*
        };
    }
}

/// A number for this definition, the same in every build: crate, file, line, and content.
fn place(item: &ItemStruct, entries: &[Entry]) -> u64 {
    // Outside of the compiler, as in a unit test, there are no places.
    let line = proc_macro::is_available().then(|| {
        let span = item.ident.span().unwrap();
        format!("{}:{}:{}", span.file(), span.line(), span.column())
    });
    let list = entries.iter().map(Encoded);
    hash(&format!(
        "{}|{}|{}|{}|{}",
        std::env::var("CARGO_PKG_NAME").unwrap_or_default(),
        std::env::var("CARGO_CRATE_NAME").unwrap_or_default(),
        line.unwrap_or_default(),
        item.ident,
        quote!(#(#list)*),
    ))
}

struct Aliases<'a> {
    tokens: TokenStream,
    next: usize,
    di: &'a Facade,
}

impl Aliases<'_> {
    fn replace(&mut self, kind: &mut Kind) {
        match kind {
            Kind::Node { key, node } => {
                let is_key = node.is(key);
                self.key(key);
                let ty = match &*node {
                    _ if is_key => key.ty.clone(),
                    NodeType::Type(ty) => self.alias("N", ty),
                    associated => {
                        let ty = associated.tokens(self.di);
                        self.alias("N", &parse_quote!(#ty))
                    }
                };
                *node = NodeType::Type(ty);
            }
            Kind::Binding { key, to, .. } => {
                self.key(key);
                *to = self.alias("N", to);
            }
            Kind::Seed { key } => self.key(key),
            Kind::Task { key, ty, payload } => {
                self.key(key);
                *ty = self.alias("N", ty);
                *payload = self.alias("P", payload);
            }
            Kind::Handler { ty } | Kind::Service { ty } => *ty = self.alias("H", ty),
            Kind::BuiltIn { .. } => {}
        }
    }

    fn key(&mut self, key: &mut Key) {
        key.ty = self.alias("K", &key.ty);
        key.qualifier = key
            .qualifier
            .as_ref()
            .map(|qualifier| self.alias("Q", qualifier));
    }

    /// An alias of the type, and its name as a type.
    fn alias(&mut self, prefix: &str, ty: &Type) -> Type {
        let name = format_ident!("{prefix}{}", self.next);
        let mut ty = ty.clone();
        Inward.visit_type_mut(&mut ty);
        // One that the type does not bind.
        let is_bound = quote!(#ty).to_string().contains("'r");
        let name_of = if is_bound { "'__r" } else { "'r" };
        let lifetime = Lifetime::new(name_of, Span::call_site());
        // All have a lifetime: the compiler names it where one is left out.
        let argument = match depends_on_lifetime(&ty) {
            true => quote!('_),
            false => quote!('static),
        };
        let ty = at(&ty, &lifetime);
        self.tokens
            .extend(quote!(#[doc(hidden)] pub type #name<#lifetime> = #ty;));
        parse_quote!(#name<#argument>)
    }
}

/// Paths that begin with `self` or `super`, one level further in.
struct Inward;

impl VisitMut for Inward {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        let Some(first) = path.segments.first_mut() else {
            return;
        };
        if first.ident == "self" {
            first.ident = syn::Ident::new("super", first.ident.span());
        } else if first.ident == "super" {
            let segments = &path.segments;
            *path = parse_quote!(super::#segments);
        }
    }
}
