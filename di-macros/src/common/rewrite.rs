//! Types at another lifetime, and without `Self`.

use syn::{
    Lifetime, Type, TypeParamBound, TypePath, TypeReference, TypeTraitObject,
    visit::{self, Visit},
    visit_mut::{self, VisitMut},
};

/// The type without the invisible groups that a `macro_rules!` puts around a `$ty`, and without parentheses.
pub(crate) fn peel(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => peel(&group.elem),
        Type::Paren(paren) => peel(&paren.elem),
        other => other,
    }
}

/// The type with every lifetime of the user's replaced: `Users<'_>` at `'q` is `Users<'q>`. Lifetimes that the type
/// binds itself (`for<'a> fn(&'a T)`) stay, and so does `'static`. A bare `dyn Trait` is bounded by the lifetime too.
pub(crate) fn at(ty: &Type, lifetime: &Lifetime) -> Type {
    let mut ty = peel(ty).clone();
    At::new(lifetime).visit_type_mut(&mut ty);
    if let Type::TraitObject(object) = &mut ty {
        bound_by(object, lifetime);
    }
    ty
}

fn bound_by(object: &mut TypeTraitObject, lifetime: &Lifetime) {
    let has_lifetime = object
        .bounds
        .iter()
        .any(|bound| matches!(bound, TypeParamBound::Lifetime(_)));
    if !has_lifetime {
        object
            .bounds
            .push(TypeParamBound::Lifetime(lifetime.clone()));
    }
}

/// Gives the lifetimes that are left out, `&T` and `Users<'_>`, this name; says how many they were.
pub(crate) fn name_elided(ty: &mut Type, lifetime: &Lifetime) -> usize {
    let mut visitor = At {
        is_elided_only: true,
        ..At::new(lifetime)
    };
    visitor.visit_type_mut(ty);
    visitor.replaced
}

/// Whether a lifetime is left out of the type: `&T`, `Users<'_>`.
pub(crate) fn has_left_out(ty: &Type) -> bool {
    name_elided(&mut ty.clone(), &marker()) > 0
}

fn has_lifetime(arguments: &syn::PathArguments) -> bool {
    let syn::PathArguments::AngleBracketed(arguments) = arguments else {
        return false;
    };
    let first = arguments.args.first();
    matches!(first, Some(syn::GenericArgument::Lifetime(_)))
}

/// Whether the compiler knows which lifetime a return type lacks: the parameters have one, and no more.
pub(crate) fn elides(sig: &syn::Signature) -> bool {
    #[derive(Default)]
    struct Find {
        named: std::collections::HashSet<String>,
        hidden: usize,
        has_bound: bool,
    }
    impl<'ast> Visit<'ast> for Find {
        fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
            self.named.insert(lifetime.ident.to_string());
        }
        fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
            // `Lazy<Page>` is `Lazy<'_, Page>`. What else is written without its lifetime is an error by itself.
            self.hidden +=
                usize::from(segment.ident == "Lazy" && !has_lifetime(&segment.arguments));
            visit::visit_path_segment(self, segment);
        }
        fn visit_bound_lifetimes(&mut self, _: &'ast syn::BoundLifetimes) {
            self.has_bound = true;
        }
    }
    let (mut count, mut has_bound) = (0, false);
    for input in &sig.inputs {
        if let syn::FnArg::Typed(typed) = input {
            let mut find = Find::default();
            find.visit_type(&typed.ty);
            find.named.remove("_");
            count += find.named.len() + find.hidden + name_elided(&mut typed.ty.clone(), &marker());
            has_bound |= find.has_bound;
        }
    }
    // Of bound ones it is not found out here.
    has_bound || count == 1
}

struct At<'a> {
    lifetime: &'a Lifetime,
    bound: Vec<String>,
    /// Whether named lifetimes stay.
    is_elided_only: bool,
    replaced: usize,
}

impl<'a> At<'a> {
    fn new(lifetime: &'a Lifetime) -> Self {
        At {
            lifetime,
            bound: Vec::new(),
            is_elided_only: false,
            replaced: 0,
        }
    }

    fn within(&mut self, lifetimes: Option<&syn::BoundLifetimes>, visit: impl FnOnce(&mut Self)) {
        let outer = self.bound.len();
        if let Some(lifetimes) = lifetimes {
            self.bound.extend(names(lifetimes));
        }
        visit(self);
        self.bound.truncate(outer);
    }
}

fn names(lifetimes: &syn::BoundLifetimes) -> Vec<String> {
    lifetimes
        .lifetimes
        .iter()
        .filter_map(|param| match param {
            syn::GenericParam::Lifetime(param) => Some(param.lifetime.ident.to_string()),
            _ => None,
        })
        .collect()
}

impl VisitMut for At<'_> {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        let name = lifetime.ident.to_string();
        let stays = name == "static" || self.is_elided_only && name != "_";
        if !stays && !self.bound.contains(&name) {
            self.replaced += 1;
            let span = lifetime.span();
            *lifetime = self.lifetime.clone();
            lifetime.set_span(span);
        }
    }

    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() {
            self.replaced += 1;
            let mut lifetime = self.lifetime.clone();
            lifetime.set_span(reference.and_token.span);
            reference.lifetime = Some(lifetime);
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_type_fn_ptr_mut(&mut self, pointer: &mut syn::TypeFnPtr) {
        // References without a lifetime belong to the pointer's own signature.
        let lifetimes = pointer.lifetimes.clone();
        self.within(lifetimes.as_ref(), |visitor| {
            Named(visitor).visit_type_fn_ptr_mut(pointer);
        });
    }

    fn visit_trait_bound_mut(&mut self, bound: &mut syn::TraitBound) {
        let lifetimes = bound.lifetimes.clone();
        self.within(lifetimes.as_ref(), |visitor| {
            visit_mut::visit_trait_bound_mut(visitor, bound)
        });
    }

    fn visit_parenthesized_generic_arguments_mut(
        &mut self,
        arguments: &mut syn::ParenthesizedGenericArguments,
    ) {
        Named(self).visit_parenthesized_generic_arguments_mut(arguments);
    }
}

/// Replaces named lifetimes only: in `fn(&T) -> &T` the references have lifetimes of their own.
struct Named<'a, 'b>(&'a mut At<'b>);

impl VisitMut for Named<'_, '_> {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident != "_" {
            self.0.visit_lifetime_mut(lifetime);
        }
    }
}

/// Whether the type has a lifetime that a request could give it.
pub(crate) fn has_lifetimes(ty: &Type) -> bool {
    let marker = marker();
    let mut ty = peel(ty).clone();
    At::new(&marker).visit_type_mut(&mut ty);
    mentions(&ty, &marker)
}

/// Whether it is another type at another lifetime: one with lifetimes, or a bare `dyn Trait`.
pub(crate) fn depends_on_lifetime(ty: &Type) -> bool {
    let marker = marker();
    mentions(&at(ty, &marker), &marker)
}

/// Whether another type is an argument of it: `Json<Page>`.
pub(crate) fn has_arguments(ty: &Type) -> bool {
    struct Find(bool);
    impl<'ast> Visit<'ast> for Find {
        fn visit_generic_argument(&mut self, argument: &'ast syn::GenericArgument) {
            self.0 |= !matches!(argument, syn::GenericArgument::Lifetime(_));
        }
    }
    let mut find = Find(false);
    find.visit_type(ty);
    find.0
}

fn marker() -> Lifetime {
    Lifetime::new("'di_probe", proc_macro2::Span::call_site())
}

fn mentions(ty: &Type, lifetime: &Lifetime) -> bool {
    struct Find<'a>(&'a Lifetime, bool);
    impl<'ast> Visit<'ast> for Find<'_> {
        fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
            self.1 |= lifetime.ident == self.0.ident;
            visit::visit_lifetime(self, lifetime);
        }
    }
    let mut find = Find(lifetime, false);
    find.visit_type(ty);
    find.1
}

/// The type with `Self` written out.
pub(crate) fn replace_self(ty: &Type, self_ty: &Type) -> Type {
    struct Replace<'a>(&'a Type);
    impl VisitMut for Replace<'_> {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            visit_mut::visit_type_mut(self, ty);
            let Type::Path(TypePath {
                qself: None, path, ..
            }) = &*ty
            else {
                return;
            };
            let Some(first) = path.segments.first() else {
                return;
            };
            if first.ident != "Self" || path.leading_colon.is_some() {
                return;
            }
            let self_ty = self.0;
            let rest = path.segments.iter().skip(1);
            *ty = if path.segments.len() == 1 {
                self_ty.clone()
            } else {
                syn::parse_quote!(<#self_ty> #(:: #rest)*)
            };
        }
    }
    let mut ty = ty.clone();
    Replace(self_ty).visit_type_mut(&mut ty);
    ty
}
