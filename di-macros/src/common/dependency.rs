//! Dependencies: a type as it stands at a parameter or field, and the key that it asks for.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{GenericArgument, Lifetime, PathArguments, Type, spanned::Spanned};

use super::{Facade, at, find_impl_trait, peel, text};

/// How a dependency is held.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    Ref,
    Shared,
    Owned,
}

/// The key of a type under a qualifier.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) ty: Type,
    pub(crate) qualifier: Option<Type>,
}

impl Key {
    /// What the compiler matches on: the type at `'static`.
    pub(crate) fn discriminator(&self) -> Type {
        at(&self.ty, &lifetime("'static"))
    }

    /// The type at every lifetime.
    pub(crate) fn family(&self, di: &Facade) -> TokenStream {
        let ty = at(&self.ty, &lifetime("'q"));
        quote!(dyn for<'q> #di::Of<'q, T = #ty>)
    }

    pub(crate) fn qualifier(&self) -> TokenStream {
        match &self.qualifier {
            Some(qualifier) => quote!(#qualifier),
            None => quote!(()),
        }
    }

    /// As users name it.
    pub(crate) fn name(&self) -> String {
        let name = name(&self.ty);
        match &self.qualifier {
            Some(qualifier) => format!("{name} ({})", text(qualifier)),
            None => name,
        }
    }
}

/// The type without lifetimes: `Users`, `Repo<User>`, `dyn Mailer`.
fn name(ty: &Type) -> String {
    let mut name = text(peel(ty));
    for noise in ["<'_>", " + '_", "'_, "] {
        name = name.replace(noise, "");
    }
    name
}

/// One dependency.
#[derive(Clone)]
pub(crate) struct Dependency {
    pub(crate) held: Held,
    pub(crate) key: Key,
}

impl Dependency {
    /// Of the type of a parameter or field.
    pub(crate) fn of(ty: &Type, qualifier: Option<Type>) -> syn::Result<Self> {
        if let Some(ty) = find_impl_trait(ty) {
            return Err(syn::Error::new_spanned(
                ty,
                "a dependency has to be a named type: bind a trait object in the container, \
                 `dyn Trait = Impl`, and ask for `&dyn Trait`",
            ));
        }
        let (held, ty) = match peel(ty) {
            Type::Reference(reference) => {
                if let Some(token) = &reference.mutability {
                    return Err(syn::Error::new(
                        token.span(),
                        "a dependency cannot be borrowed mutably: other values of the request borrow it too. \
                         Write `&T`, and use a lock or an atomic in `T` for what changes",
                    ));
                }
                (Held::Ref, peel(&reference.elem).clone())
            }
            other => match shared(other) {
                Some(inner) => (Held::Shared, peel(inner).clone()),
                None => (Held::Owned, other.clone()),
            },
        };
        Ok(Dependency {
            held,
            key: Key { ty, qualifier },
        })
    }

    /// `Use<Ref, Users<'static>, dyn for<'q> Of<'q, T = Users<'q>>, ()>`
    pub(crate) fn use_type(&self, di: &Facade) -> TokenStream {
        let mode = match self.held {
            Held::Ref => quote!(Ref),
            Held::Shared => quote!(Shared),
            Held::Owned => quote!(Owned),
        };
        let (d, f, q) = (
            self.key.discriminator(),
            self.key.family(di),
            self.key.qualifier(),
        );
        quote!(#di::Use<#di::#mode, #d, #f, #q>)
    }

    /// What a constructor receives at this lifetime.
    pub(crate) fn argument(&self, di: &Facade, at_lifetime: &Lifetime) -> TokenStream {
        match self.held {
            Held::Ref => {
                let ty = at(&self.key.ty, at_lifetime);
                match ty {
                    Type::TraitObject(_) => quote!(& #at_lifetime (#ty)),
                    _ => quote!(& #at_lifetime #ty),
                }
            }
            Held::Shared => {
                let ty = self.key.discriminator();
                quote!(#di::std::sync::Arc<#ty>)
            }
            Held::Owned => {
                let ty = at(&self.key.ty, at_lifetime);
                quote!(#ty)
            }
        }
    }

    /// `Mode::Ref`
    pub(crate) fn mode(&self, di: &Facade) -> TokenStream {
        match self.held {
            Held::Ref => quote!(#di::Mode::Ref),
            Held::Shared => quote!(#di::Mode::Shared),
            Held::Owned => quote!(#di::Mode::Owned),
        }
    }
}

/// The `T` of `Arc<T>`.
pub(crate) fn shared(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match (
        last.ident == "Arc",
        arguments.args.len(),
        arguments.args.first()?,
    ) {
        (true, 1, GenericArgument::Type(inner)) => Some(inner),
        _ => None,
    }
}

fn lifetime(name: &str) -> Lifetime {
    Lifetime::new(name, Span::call_site())
}
