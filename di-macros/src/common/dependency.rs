//! Dependencies: a type as it stands at a parameter or field, and the key that it asks for.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    GenericArgument, Lifetime, PathArguments, PathSegment, Type, TypeParamBound, TypeReference,
    TypeTraitObject,
    spanned::Spanned,
    visit_mut::{self, VisitMut},
};

use super::{Facade, at, depends_on_lifetime, find_impl_trait, peel, text};

/// How a dependency is held.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    Ref,
    Shared,
    Owned,
    /// `Transient<T>`
    Lent,
    /// `Lazy<'_, T>`
    Lazy,
    /// `LazyArc<T>`
    LazyShared,
    /// As `Ref`, and built before everything else.
    Guard,
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
        family(&self.ty, di, |lifetime| {
            at(&self.ty, lifetime).into_token_stream()
        })
    }

    pub(crate) fn qualifier(&self) -> TokenStream {
        match &self.qualifier {
            Some(qualifier) => quote!(#qualifier),
            None => quote!(()),
        }
    }

    /// The type as users name it, with `'static` where they wrote it: it is another type then.
    pub(crate) fn type_name(&self) -> String {
        name_where(&self.ty, |lifetime| lifetime.ident == "static")
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

/// The key of a type alone.
pub(crate) fn unqualified(ty: Type) -> Key {
    Key {
        ty,
        qualifier: None,
    }
}

/// The family of a type: what it is at a lifetime, unless it is the same at all.
pub(crate) fn family(
    ty: &Type,
    di: &Facade,
    at: impl FnOnce(&Lifetime) -> TokenStream,
) -> TokenStream {
    let now = at(&lifetime("'q"));
    if depends_on_lifetime(ty) {
        quote!(dyn for<'q> #di::Of<'q, T = #now>)
    } else {
        quote!(#di::Always<#now>)
    }
}

/// The type without lifetimes: `Users`, `Repo<User>`, `dyn Mailer`.
fn name(ty: &Type) -> String {
    name_where(ty, |_| false)
}

/// The type with these lifetimes alone.
fn name_where(ty: &Type, stays: fn(&Lifetime) -> bool) -> String {
    let mut ty = peel(ty).clone();
    Lifetimes { stays }.visit_type_mut(&mut ty);
    text(ty)
}

struct Lifetimes {
    stays: fn(&Lifetime) -> bool,
}

impl VisitMut for Lifetimes {
    fn visit_path_segment_mut(&mut self, segment: &mut PathSegment) {
        if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
            arguments.args = std::mem::take(&mut arguments.args)
                .into_iter()
                .filter(|argument| match argument {
                    GenericArgument::Lifetime(lifetime) => (self.stays)(lifetime),
                    _ => true,
                })
                .collect();
            if arguments.args.is_empty() {
                segment.arguments = PathArguments::None;
            }
        }
        visit_mut::visit_path_segment_mut(self, segment);
    }

    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime = reference
            .lifetime
            .take()
            .filter(|lifetime| (self.stays)(lifetime));
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_type_trait_object_mut(&mut self, object: &mut TypeTraitObject) {
        object.bounds = std::mem::take(&mut object.bounds)
            .into_iter()
            .filter(|bound| match bound {
                TypeParamBound::Lifetime(lifetime) => (self.stays)(lifetime),
                _ => true,
            })
            .collect();
        visit_mut::visit_type_trait_object_mut(self, object);
    }
}

/// One dependency.
#[derive(Clone)]
pub(crate) struct Dependency {
    pub(crate) held: Held,
    pub(crate) key: Key,
    /// The alias by which an expansion spells the key's type.
    pub(crate) alias: Option<Type>,
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
        let (held, of) = match peel(ty) {
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
            other => match handle(other) {
                Some((held, inner)) => (held, peel(inner).clone()),
                None => (Held::Owned, other.clone()),
            },
        };
        if let Some((lifetime, inner)) = borrowed_forever(ty) {
            let inner = name(inner);
            let (short, shared) = match held {
                Held::Lazy => (format!("Lazy<'_, {inner}>"), "LazyArc"),
                _ => (format!("&{inner}"), "Arc"),
            };
            let message = format!(
                "what is injected is borrowed for less than `'static`: write `{short}`; what has to live longer is held as \
                 `{shared}<{inner}>`"
            );
            return Err(syn::Error::new_spanned(lifetime, message));
        }
        Ok(Dependency {
            held,
            key: Key { ty: of, qualifier },
            alias: None,
        })
    }

    /// `Use<Ref, Users<'static>, dyn for<'q> Of<'q, T = Users<'q>>, ()>`
    pub(crate) fn use_type(&self, di: &Facade) -> TokenStream {
        let mode = match self.held {
            Held::Ref => quote!(Ref),
            Held::Shared => quote!(Shared),
            Held::Owned => quote!(Owned),
            Held::Guard => quote!(Guard),
            Held::Lent => quote!(Lent),
            Held::Lazy => quote!(Lazily),
            Held::LazyShared => quote!(LazilyShared),
        };
        let key = self.spelt();
        let (d, f, q) = (key.discriminator(), key.family(di), key.qualifier());
        quote!(#di::Use<#di::#mode, #d, #f, #q>)
    }

    /// The key, as the expansion spells it.
    fn spelt(&self) -> Key {
        Key {
            ty: self.alias.as_ref().unwrap_or(&self.key.ty).clone(),
            qualifier: self.key.qualifier.clone(),
        }
    }

    /// What a constructor receives at this lifetime.
    pub(crate) fn argument(&self, di: &Facade, at_lifetime: &Lifetime) -> TokenStream {
        let key = self.spelt();
        match self.held {
            Held::Ref | Held::Guard => {
                let ty = at(&key.ty, at_lifetime);
                match ty {
                    Type::TraitObject(_) => quote!(& #at_lifetime (#ty)),
                    _ => quote!(& #at_lifetime #ty),
                }
            }
            Held::Shared => {
                let ty = key.discriminator();
                quote!(#di::std::sync::Arc<#ty>)
            }
            Held::Owned => {
                let ty = at(&key.ty, at_lifetime);
                quote!(#ty)
            }
            Held::Lent => {
                let ty = at(&key.ty, at_lifetime);
                quote!(#di::Transient<#ty>)
            }
            Held::Lazy => {
                let ty = at(&key.ty, at_lifetime);
                quote!(#di::Lazy<#at_lifetime, #ty>)
            }
            Held::LazyShared => {
                let ty = key.discriminator();
                quote!(#di::LazyArc<#ty>)
            }
        }
    }

    /// What is known about the parameter of this name that asks for it.
    pub(crate) fn asked(&self, name: &str) -> Asked {
        let mode = match self.held {
            Held::Ref => 'r',
            Held::Shared => 's',
            Held::Owned => 'o',
            Held::Guard => 'g',
            Held::Lent => 't',
            Held::Lazy => 'l',
            Held::LazyShared => 'L',
        };
        let qualifier = self.key.qualifier.as_ref().map(text);
        Asked::new(
            mode,
            [
                Some(name.to_string()),
                Some(self.key.type_name()),
                qualifier,
            ],
        )
    }
}

/// A parameter, as `Meta::params` has it: the letter of its mode, and its line.
pub(crate) struct Asked {
    mode: char,
    line: String,
}

impl Asked {
    fn new(mode: char, fields: [Option<String>; 3]) -> Self {
        let fields = fields.into_iter().flatten();
        // What parts fields and lines is in none of them.
        let fields = fields.map(|field| field.replace(char::is_control, " "));
        Asked {
            mode,
            line: fields.collect::<Vec<_>>().join("\t"),
        }
    }

    /// `#[extract] name: Type`
    pub(crate) fn extracted(name: &str, ty: &Type) -> Self {
        Self::new('x', [Some(name.to_string()), Some(text(ty)), None])
    }

    /// The text of all of them.
    pub(crate) fn all(asked: impl Iterator<Item = Self>) -> String {
        let mut lines = Vec::new();
        let modes = asked.map(|asked| {
            lines.push(asked.line);
            asked.mode
        });
        let modes: String = modes.collect();
        lines.insert(0, modes);
        lines.join("\n")
    }
}

/// The lifetime and the `T` of `&'static T` and `Lazy<'static, T>`: nothing that is injected lives so long.
pub(crate) fn borrowed_forever(ty: &Type) -> Option<(&Lifetime, &Type)> {
    let (lifetime, inner) = match peel(ty) {
        Type::Reference(reference) => (reference.lifetime.as_ref()?, &*reference.elem),
        other => wrapped_for_a_lifetime(other, "Lazy")?,
    };
    (lifetime.ident == "static").then_some((lifetime, peel(inner)))
}

/// The `T` of `Arc<T>`.
pub(crate) fn shared(ty: &Type) -> Option<&Type> {
    wrapped(ty, "Arc")
}

/// The `T` of a handle to one: `Arc<T>`, `Transient<T>`, `Lazy<'_, T>`, `LazyArc<T>`.
fn handle(ty: &Type) -> Option<(Held, &Type)> {
    let lazy = || match wrapped_for_a_lifetime(ty, "Lazy") {
        Some((_, inner)) => Some(inner),
        None => wrapped(ty, "Lazy"),
    };
    shared(ty)
        .map(|inner| (Held::Shared, inner))
        .or_else(|| Some((Held::Lent, wrapped(ty, "Transient")?)))
        .or_else(|| Some((Held::Lazy, lazy()?)))
        .or_else(|| Some((Held::LazyShared, wrapped(ty, "LazyArc")?)))
}

/// The lifetime and the `T` of a type of this name with a lifetime and one argument.
fn wrapped_for_a_lifetime<'t>(ty: &'t Type, name: &str) -> Option<(&'t Lifetime, &'t Type)> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    let mut arguments = arguments.args.iter();
    match (arguments.next()?, arguments.next()?, arguments.next()) {
        (GenericArgument::Lifetime(lifetime), GenericArgument::Type(inner), None)
            if last.ident == name =>
        {
            Some((lifetime, inner))
        }
        _ => None,
    }
}

/// The `T` of a type of this name with one argument.
fn wrapped<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match (
        last.ident == name,
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
