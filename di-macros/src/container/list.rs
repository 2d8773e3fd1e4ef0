//! The grammar of a list.
//!
//! ```text
//! list    = (entry | "draft") ("," list)?
//! entry   = option* (type | type "=" provider | "dyn" bounds "=" type) | allow? ".." path | roots "(" path,* ")"
//! roots   = "handlers" | "services"
//! option  = "#[qualifier(" type ")]" | "#[replace]" | "#[replace(" path ")]" | "#[seed]" | allow
//! allow   = "#[allow(unused)]"
//! ```

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{
    GenericArgument, Ident, Path, PathArguments, Token, Type, parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
    spanned::Spanned,
    visit::{self, Visit},
};

use super::{
    model::{Entry, Include, Kind, Marks, NodeType},
    options::Options,
};
use crate::{
    common::{Key, has_lifetimes, peel, shared, text, unqualified},
    injectable::hash,
};

/// A parsed list: entries, and the modules that it includes, in order.
pub(crate) struct List {
    pub(crate) entries: Vec<Entry>,
    pub(crate) includes: Vec<Include>,
    /// The word `draft`.
    pub(crate) draft: Option<Ident>,
}

impl Parse for List {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        // Written out in several impls, `Self` would be another type in each.
        if let Some(this) = find_self(input.fork().parse()?) {
            return Err(syn::Error::new(
                this.span(),
                "write the type's name: in a list there is no `Self`",
            ));
        }
        let mut list = List {
            entries: Vec::new(),
            includes: Vec::new(),
            draft: None,
        };
        while !input.is_empty() {
            list.entry(input)?;
            if !input.is_empty() {
                comma(input)?;
            }
        }
        Ok(list)
    }
}

impl List {
    fn entry(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let options = Options::parse(input)?;
        if input.peek(Token![..]) {
            let may_be_unused = options.of_include()?;
            input.parse::<Token![..]>()?;
            self.includes.push(Include {
                path: input.call(Path::parse_mod_style)?,
                may_be_unused,
            });
            return Ok(());
        }
        if is_word(input, "handlers") {
            options.none_on("`handlers(..)`")?;
            return self.roots(input, "handlers(invite, ..)", |ty| Kind::Handler { ty });
        }
        if is_word(input, "services") {
            options.none_on("`services(..)`")?;
            return self.roots(input, "services(consumer, ..)", |ty| Kind::Service { ty });
        }
        if is_draft(input) {
            options.none_on("`draft`")?;
            self.draft = Some(input.parse()?);
            return Ok(());
        }
        self.entries.push(node(input, options)?);
        Ok(())
    }
}

impl List {
    /// `handlers(invite, a::b)`, `services(consumer)`
    fn roots(
        &mut self,
        input: ParseStream<'_>,
        example: &str,
        kind: fn(Type) -> Kind,
    ) -> syn::Result<()> {
        let word = input.parse::<Ident>()?;
        if !input.peek(syn::token::Paren) {
            let message = format!("the roots are listed in parentheses: write `{example}`");
            return Err(syn::Error::new(word.span(), message));
        }
        let content;
        parenthesized!(content in input);
        let roots =
            Punctuated::<Path, Token![,]>::parse_terminated_with(&content, Path::parse_mod_style)?;
        self.entries.extend(roots.into_iter().map(|path| Entry {
            id: None,
            name: text(&path),
            span: last_span(&path),
            kind: kind(syn::parse_quote!(#path)),
            marks: Marks::default(),
        }));
        Ok(())
    }
}

fn comma(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(Token![,]) {
        input.parse::<Token![,]>()?;
        return Ok(());
    }
    let is_other = input.peek(Token![:]) || input.peek(Token![=>]) || input.peek(Token![->]);
    Err(input.error(if input.peek(syn::token::Paren) {
        "a provider is named here, and not called: write `Type = provider`"
    } else if is_other {
        "expected `=` between a type and its provider, `Type = provider`"
    } else {
        "expected `,` between two entries"
    }))
}

pub(super) fn find_self(tokens: TokenStream) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if ident == "Self" => Some(ident),
        TokenTree::Group(group) => find_self(group.stream()),
        _ => None,
    })
}

/// The word, and not the first segment of a path.
fn is_word(input: ParseStream<'_>, expected: &str) -> bool {
    let fork = input.fork();
    fork.parse::<Ident>().is_ok_and(|word| word == expected) && !fork.peek(Token![::])
}

/// The word alone; `Type = draft` is a provider, and `self::draft` a type.
fn is_draft(input: ParseStream<'_>) -> bool {
    let fork = input.fork();
    let is_word = fork.parse::<Ident>().is_ok_and(|word| word == "draft");
    is_word && (fork.is_empty() || fork.peek(Token![,]))
}

fn node(input: ParseStream<'_>, options: Options) -> syn::Result<Entry> {
    let ty: Type = input.parse()?;
    let span = type_span(&ty);
    check_key(&ty)?;
    let key = Key {
        ty,
        qualifier: options.qualifier,
    };
    let name = key.name();
    let is_object = matches!(peel(&key.ty), Type::TraitObject(_));
    let to = match input.parse::<Option<Token![=]>>()? {
        Some(_) => Some(provider(input)?),
        None => None,
    };
    if let (true, Some(to)) = (is_object, &to) {
        check_bound(to, &name)?;
    }
    if let Some(span) = options.seed {
        check_seed(span, &key, to.as_ref())?;
        return Ok(Entry {
            id: None,
            name,
            kind: Kind::Seed { key },
            marks: options.marks,
            span,
        });
    }
    let kind = match (is_object, to) {
        (false, Some(task)) if payload(&key.ty).is_some() => task_of(key, task)?,
        (false, None) if payload(&key.ty).is_some() => {
            let name = key.name();
            let message = format!(
                "a queue is listed with the task that takes its jobs: write `{name} = task`"
            );
            return Err(syn::Error::new(span, message));
        }
        (true, Some(to)) => {
            let name = unqualified(to.clone()).type_name();
            Kind::Binding { key, to, name }
        }
        (true, None) => {
            let name = key.name();
            let message =
                format!("a trait is bound to the type that implements it: write `{name} = Type`");
            return Err(syn::Error::new(span, message));
        }
        (false, Some(provider)) => {
            let node = provider_node(&provider)?;
            Kind::Node { key, node }
        }
        (false, None) => {
            let node = NodeType::Type(key.ty.clone());
            Kind::Node { key, node }
        }
    };
    Ok(Entry {
        id: None,
        name,
        kind,
        marks: options.marks,
        span,
    })
}

/// The payload of `Tasks<Payload>`.
fn payload(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = peel(ty) else {
        return None;
    };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match (
        last.ident == "Tasks",
        arguments.args.len(),
        arguments.args.first()?,
    ) {
        (true, 1, GenericArgument::Type(payload)) => Some(payload),
        _ => None,
    }
}

/// `Tasks<Welcome> = welcome`
fn task_of(key: Key, task: Type) -> syn::Result<Kind> {
    if let Some(qualifier) = &key.qualifier {
        let message = "a task is found by its payload, without a qualifier: give each task a payload of its own, `struct Slow(Export)`";
        return Err(syn::Error::new_spanned(qualifier, message));
    }
    let Some(payload) = payload(&key.ty).cloned() else {
        return Err(syn::Error::new_spanned(
            &key.ty,
            "expected `Tasks<Payload>`",
        ));
    };
    if !matches!(peel(&task), Type::Path(_)) {
        let message = "expected the path of a task: an async fn with `#[task]`";
        return Err(syn::Error::new_spanned(task, message));
    }
    Ok(Kind::Task {
        key,
        ty: task,
        payload,
    })
}

/// `#[seed] Tenant`, and not `#[seed] Tenant = provider`.
fn check_seed(span: Span, key: &Key, to: Option<&Type>) -> syn::Result<()> {
    if let Some(to) = to {
        let message =
            "a seed is handed in when a scope is opened, and has no provider: remove one of them";
        return Err(syn::Error::new_spanned(to, message));
    }
    if key.qualifier.is_some() {
        let message =
            "a seed is handed in by its type, without a qualifier: give it a type of its own";
        return Err(syn::Error::new(span, message));
    }
    if has_lifetimes(&key.ty) {
        let message = "a seed is handed in from outside and cannot borrow: hand in an owned value";
        return Err(syn::Error::new_spanned(&key.ty, message));
    }
    Ok(())
}

/// What stands behind `=`.
fn provider(input: ParseStream<'_>) -> syn::Result<Type> {
    input.parse::<Type>().map_err(|error| {
        let message = "expected a name: of a fn with `#[injectable(..)]` that returns the type, `Type = provider`, or of \
                       a listed type that implements the trait, `dyn Trait = Type`";
        syn::Error::new(error.span(), message)
    })
}

/// A trait object is bound to a type; a provider's name begins in lower case.
fn check_bound(to: &Type, trait_name: &str) -> syn::Result<()> {
    check_key(to)?;
    if let Type::TraitObject(_) = peel(to) {
        let of = unqualified(to.clone()).name();
        let message = match of == trait_name {
            true => format!(
                "[DI002] a cycle: `{of}` -> `{of}`\n  help: bind it to the type that implements it, `{of} = Type`"
            ),
            false => format!(
                "`{trait_name}` is bound to a type, and `{of}` is a trait object: bind it to the type that `{of}` is bound to"
            ),
        };
        return Err(syn::Error::new_spanned(to, message));
    }
    let Type::Path(path) = peel(to) else {
        return Ok(());
    };
    let Some(last) = path.path.segments.last() else {
        return Ok(());
    };
    let word = last.ident.to_string();
    if !word.starts_with(char::is_lowercase) || PRIMITIVES.contains(&word.as_str()) {
        return Ok(());
    }
    let message = format!(
        "`{word}` is named as a provider is, but a trait is bound to a type: list `Type = {word}`, and bind \
         `{trait_name} = Type`"
    );
    Err(syn::Error::new_spanned(to, message))
}

const PRIMITIVES: [&str; 17] = [
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16",
    "u32", "u64", "u128", "usize",
];

/// `connect` is a provider fn, `Pools::primary` an associated one.
fn provider_node(provider: &Type) -> syn::Result<NodeType> {
    let Type::Path(path) = peel(provider) else {
        return Err(syn::Error::new_spanned(
            provider,
            "expected the path of a provider: a fn with `#[injectable(..)]` that returns the type on the left",
        ));
    };
    let segments = &path.path.segments;
    let Some(last) = segments.last() else {
        return Err(syn::Error::new_spanned(
            provider,
            "expected the path of a provider",
        ));
    };
    let hash = hash(&text(&last.ident));
    if let (Some(qself), 0) = (&path.qself, segments.len() - 1) {
        return Ok(NodeType::Associated {
            of: (*qself.ty).clone(),
            hash,
        });
    }
    let owner = segments
        .iter()
        .rev()
        .nth(1)
        .map(|owner| owner.ident.to_string());
    if owner.is_some_and(|owner| owner.starts_with(char::is_uppercase)) {
        let mut of = path.path.clone();
        of.segments.pop();
        of.segments.pop_punct();
        return Ok(NodeType::Associated {
            of: syn::parse_quote!(#of),
            hash,
        });
    }
    Ok(NodeType::Type(provider.clone()))
}

fn check_key(ty: &Type) -> syn::Result<()> {
    if let Some(hidden) = find_macro(ty) {
        let message = "a type is listed by its name, and a macro hides it: whether it borrows is not known here";
        return Err(syn::Error::new_spanned(hidden, message));
    }
    match peel(ty) {
        Type::Reference(reference) => {
            let inner = text(&reference.elem);
            let message = format!("list the type itself, `{inner}`; who asks for it writes `&`");
            Err(syn::Error::new_spanned(ty, message))
        }
        Type::ImplTrait(_) | Type::Infer(_) | Type::Never(_) => Err(syn::Error::new_spanned(
            ty,
            "expected the name of a type, or `dyn Trait = Type`",
        )),
        other => match shared(other) {
            Some(inner) => {
                let inner = text(inner);
                let message =
                    format!("list the type itself, `{inner}`; who asks for it writes `Arc`");
                Err(syn::Error::new_spanned(ty, message))
            }
            None => Ok(()),
        },
    }
}

/// The first macro in a type.
fn find_macro(ty: &Type) -> Option<&syn::TypeMacro> {
    struct Find<'ast>(Option<&'ast syn::TypeMacro>);
    impl<'ast> Visit<'ast> for Find<'ast> {
        fn visit_type_macro(&mut self, ty: &'ast syn::TypeMacro) {
            self.0.get_or_insert(ty);
        }
        // In `[T; EXPR]`, what is in the expression is no part of the type.
        fn visit_expr(&mut self, _: &'ast syn::Expr) {}
    }
    let mut find = Find(None);
    visit::visit_type(&mut find, ty);
    find.0
}

/// Where the type's own name stands.
pub(super) fn type_span(ty: &Type) -> Span {
    match peel(ty) {
        Type::Path(path) => last_span(&path.path),
        Type::TraitObject(object) => object
            .bounds
            .iter()
            .find_map(|bound| match bound {
                syn::TypeParamBound::Trait(bound) => Some(last_span(&bound.path)),
                _ => None,
            })
            .unwrap_or_else(|| ty.span()),
        other => other.span(),
    }
}

pub(super) fn last_span(path: &Path) -> Span {
    path.segments
        .last()
        .map_or_else(|| path.span(), |last| last.ident.span())
}
