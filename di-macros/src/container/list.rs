//! The grammar of a list.
//!
//! ```text
//! list    = (entry | "draft") ("," list)?
//! entry   = option* (type | type "=" provider | "dyn" bounds "=" type) | allow? ".." path | roots "(" path,* ")"
//! roots   = "handlers" | "services"
//! option  = "#[qualifier(" type ")]" | "#[replace]" | "#[replace(" path ")]" | "#[seed]" | allow
//! allow   = "#[allow(unused)]"
//! ```

use proc_macro2::Span;
use syn::{
    GenericArgument, Ident, Path, PathArguments, Token, Type, parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

use super::{
    model::{Entry, Include, Kind, Marks, NodeType},
    names::{check_bound, check_key, last_span, provider_node, type_span},
    options::Options,
};
use crate::common::{Key, find_self, has_lifetimes, peel, text, unqualified};

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
        check_word(input)?;
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

/// `include(Billing)`, as others write what is written in another way here.
fn check_word(input: ParseStream<'_>) -> syn::Result<()> {
    let fork = input.fork();
    let Ok(word) = fork.parse::<Ident>() else {
        return Ok(());
    };
    if !fork.peek(syn::token::Paren) {
        return Ok(());
    }
    let instead = match word.to_string().as_str() {
        "handler" | "route" | "routes" => "handlers are listed as `handlers(invite, ..)`",
        "service" => "services are listed as `services(consumer, ..)`",
        "task" | "tasks" => {
            "a task is listed with the queue that takes its jobs, `Tasks<Job> = task`"
        }
        "import" | "imports" | "include" | "includes" | "module" | "modules" => {
            "a module is included by its name, `..Billing`"
        }
        "seed" | "seeds" => "a seed is listed as `#[seed] Type`",
        _ => return Ok(()),
    };
    Err(syn::Error::new(
        word.span(),
        format!("there is no `{word}(..)` in a list: {instead}"),
    ))
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
