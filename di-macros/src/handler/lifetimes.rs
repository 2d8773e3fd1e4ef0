//! The lifetimes in a handler's signature: those of its request get a name, and streams that it returns have none of them.

use syn::{
    FnArg, ItemFn, Lifetime, Pat, ReturnType, TypeImplTrait, TypeParamBound,
    ext::IdentExt as _,
    parse_quote,
    visit::Visit,
    visit_mut::{self, VisitMut},
};

use super::model::{Handler, Source};
use crate::common::{name_elided, written_at};

/// Gives the lifetimes of what is injected a name, so that the compiler can say `'request` of a value that leaves its request, and
/// says it once for `&Users<'_>`. Of several parameters each has its own name, else the first one would be blamed.
///
/// Not where only one lifetime is left out: a return type could mean that one, and hide it.
pub(super) fn name_request(handler: &Handler, mut item: ItemFn) -> ItemFn {
    let original = item.clone();
    let place = written_at(item.sig.ident.span());
    let is_alone = handler.injected().count() == 1;
    let (mut names, mut elided) = (Vec::new(), 0);
    for (i, (input, param)) in item.sig.inputs.iter_mut().zip(&handler.params).enumerate() {
        let (FnArg::Typed(typed), Source::Inject(_)) = (input, &param.source) else {
            continue;
        };
        let name = match &*typed.pat {
            _ if is_alone => "'request".to_string(),
            Pat::Ident(pat) => format!("'request_{}", pat.ident.unraw()),
            _ => format!("'request_{i}"),
        };
        let name = Lifetime::new(&name, place);
        match name_elided(&mut typed.ty, &name) {
            0 => {}
            count => {
                elided += count;
                names.push(name);
            }
        }
    }
    match &mut item.sig.output {
        // Of several parameters it cannot mean one.
        ReturnType::Type(_, output) if elided > 1 && is_alone => {
            name_elided(output, &names[0]);
        }
        ReturnType::Type(..) if elided > 1 => {}
        ReturnType::Default if elided > 0 => {}
        _ => return original,
    }
    let is_taken = |param: &syn::LifetimeParam| names.contains(&param.lifetime);
    if item.sig.generics.lifetimes().any(is_taken) {
        return original;
    }
    for name in names.into_iter().rev() {
        item.sig.generics.params.insert(0, parse_quote!(#name));
    }
    item
}

/// `async fn events(user: &User) -> Sse<impl Stream<..>>`: an `impl Trait` captures the lifetimes of all parameters, and `Sse` refuses a
/// stream that could borrow from them, at a place that the user did not write. A stream outlives the request, so it captures nothing:
/// `impl Stream<..> + use<>`. One that does borrow is then refused where it is made.
pub(super) fn free_streams(output: &mut ReturnType) {
    struct Free;
    impl VisitMut for Free {
        fn visit_type_impl_trait_mut(&mut self, opaque: &mut TypeImplTrait) {
            if opaque.bounds.iter().any(is_stream) && !says_what_it_borrows(opaque) {
                opaque.bounds.push(parse_quote!(use<>));
            }
            visit_mut::visit_type_impl_trait_mut(self, opaque);
        }
    }
    Free.visit_return_type_mut(output);
}

fn is_stream(bound: &TypeParamBound) -> bool {
    let TypeParamBound::Trait(bound) = bound else {
        return false;
    };
    let last = bound.path.segments.last();
    last.is_some_and(|last| last.ident == "Stream" || last.ident == "TryStream")
}

fn says_what_it_borrows(opaque: &TypeImplTrait) -> bool {
    struct Find(bool);
    impl<'ast> Visit<'ast> for Find {
        fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
            self.0 |= lifetime.ident != "static";
        }
        fn visit_type_reference(&mut self, reference: &'ast syn::TypeReference) {
            self.0 |= reference.lifetime.is_none();
            syn::visit::visit_type_reference(self, reference);
        }
    }
    let mut find = Find(false);
    find.visit_type_impl_trait(opaque);
    let captures = |bound| matches!(bound, &TypeParamBound::PreciseCapture(_));
    find.0 || opaque.bounds.iter().any(captures)
}
