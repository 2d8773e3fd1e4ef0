//! The arguments of `#[injectable(..)]`, and the marks on fields and parameters.

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Attribute, Expr, ExprPath, Path, Token, Type, parse::ParseStream};

/// The arguments as written; none for a bare `#[injectable]`.
#[derive(Clone, Default)]
pub(crate) struct Args {
    pub(crate) scope: Option<Ident>,
    /// `teardown = close`
    pub(crate) teardown: Option<Path>,
    /// `blocking`
    pub(crate) blocking: Option<Span>,
    /// `lazy`
    pub(crate) lazy: Option<Span>,
}

const SCOPES: [&str; 3] = ["singleton", "request", "transient"];
const WRITE: &str = "write `#[injectable(singleton)]` (one for the app), `#[injectable(request)]` (one for a request) or \
                     `#[injectable(transient)]` (a fresh one for every place that asks)";

impl Args {
    pub(crate) fn parse(args: TokenStream) -> syn::Result<Self> {
        syn::parse::Parser::parse2(Self::parse_list, args)
    }

    fn parse_list(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut args = Args::default();
        while !input.is_empty() {
            let word: Ident = input.parse().map_err(|error| {
                syn::Error::new(error.span(), format!("expected a scope: {WRITE}"))
            })?;
            args.argument(&word, input)?;
            if !input.is_empty() {
                let separator = input.parse::<Token![,]>();
                separator.map_err(|error| {
                    syn::Error::new(error.span(), format!("expected `,` after `{word}`"))
                })?;
            }
        }
        Ok(args)
    }

    fn argument(&mut self, word: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        if word == "teardown" {
            let teardown = teardown(word, input)?;
            return match self.teardown.replace(teardown) {
                Some(_) => Err(syn::Error::new(
                    word.span(),
                    "`teardown` is given twice: keep one of them",
                )),
                None => Ok(()),
            };
        }
        let flag = match word.to_string().as_str() {
            "blocking" => Some(&mut self.blocking),
            "lazy" => Some(&mut self.lazy),
            _ => None,
        };
        if let Some(flag) = flag {
            return match flag.replace(word.span()) {
                Some(_) => Err(syn::Error::new(
                    word.span(),
                    format!("`{word}` is given twice: keep one of them"),
                )),
                None => Ok(()),
            };
        }
        if !SCOPES.iter().any(|known| word == known) {
            let word_text = word.to_string();
            let message = if distance("teardown", &word_text) <= 3 {
                format!("unknown option `{word}`; did you mean `teardown = close`?")
            } else if input.peek(Token![=]) {
                format!("expected a scope: {WRITE}")
            } else if self.scope.is_some() {
                format!(
                    "unknown option `{word}`: beside the scope, `teardown = close`, `blocking` and `lazy` can be said here"
                )
            } else {
                unknown(&word_text)
            };
            return Err(syn::Error::new(word.span(), message));
        }
        match self.scope.replace(word.clone()) {
            Some(first) => Err(syn::Error::new(
                word.span(),
                format!("the scope is given twice, as `{first}` and as `{word}`: keep one of them"),
            )),
            None => Ok(()),
        }
    }

    /// From the `#[injectable(..)]` among an item's attributes, for the derive form and for associated fns.
    pub(crate) fn of_attributes(attrs: &[Attribute], owner: &Ident) -> syn::Result<Self> {
        let mut found: Option<Self> = None;
        for attr in attrs.iter().filter(|attr| is_injectable(attr)) {
            let scope = match &attr.meta {
                syn::Meta::List(list) => Self::parse(list.tokens.clone())?,
                _ => Args::default(),
            };
            if found.replace(scope).is_some() {
                let message = "`#[injectable(..)]` is given twice: keep one of them";
                return Err(syn::Error::new_spanned(attr, message));
            }
        }
        found.ok_or_else(|| {
            syn::Error::new(
                owner.span(),
                format!("the scope of `{owner}` is missing: {WRITE}"),
            )
        })
    }

    /// The scope, or an error at the item that lacks one.
    pub(crate) fn required(&self, owner: Span) -> syn::Result<Ident> {
        self.scope
            .clone()
            .ok_or_else(|| syn::Error::new(owner, format!("the scope is missing: {WRITE}")))
    }

    /// `#[injectable(request, lazy)]`: only a singleton is built before anybody asks for it.
    pub(crate) fn check_lazy(&self) -> syn::Result<()> {
        match (&self.scope, self.lazy) {
            (Some(scope), Some(span)) if scope == "request" => Err(syn::Error::new(
                span,
                "`lazy` is for singletons, which are else built at start-up; whoever needs a request-scoped value only at times holds \
                 it as `Lazy<'_, T>`",
            )),
            (Some(scope), Some(span)) if scope == "transient" => Err(syn::Error::new(
                span,
                "`lazy` is for singletons, which are else built at start-up; a transient is made with its owner",
            )),
            _ => Ok(()),
        }
    }

    /// The teardown's path, as an expression.
    pub(crate) fn teardown(&self) -> Option<ExprPath> {
        self.teardown.clone().map(|path| ExprPath {
            attrs: Vec::new(),
            qself: None,
            path,
        })
    }
}

/// What stands behind `teardown`.
fn teardown(word: &Ident, input: ParseStream<'_>) -> syn::Result<Path> {
    const EXPECTED: &str = "write `teardown = close`: the async fn of the value that closes it";
    if !input.peek(Token![=]) {
        return Err(syn::Error::new(word.span(), EXPECTED));
    }
    input.parse::<Token![=]>()?;
    let path = input
        .call(Path::parse_mod_style)
        .map_err(|error| syn::Error::new(error.span(), EXPECTED))?;
    if input.peek(syn::token::Paren) {
        return Err(syn::Error::new_spanned(
            &path,
            "the fn is named here, and not called: write `teardown = close`",
        ));
    }
    Ok(path)
}

fn unknown(word: &str) -> String {
    let known = match word {
        "scoped" | "per_request" | "scope" => Some("request"),
        "single" | "app" | "global" | "shared" => Some("singleton"),
        "prototype" | "factory" | "new" => Some("transient"),
        _ => SCOPES.into_iter().find(|known| distance(known, word) <= 3),
    };
    match known {
        Some(known) => format!("`{word}` is no scope; did you mean `{known}`?"),
        None => format!("`{word}` is no scope: {WRITE}"),
    }
}

/// The number of edits between two words (Wagner and Fischer 1974). O(a * b).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// A second `#[injectable(..)]` below the one that is expanded; both would make a node of the item.
pub(crate) fn only_once(attrs: &mut Vec<Attribute>) -> syn::Result<()> {
    let second = attrs
        .iter()
        .position(is_injectable)
        .map(|i| attrs.remove(i));
    match second {
        Some(attr) => Err(syn::Error::new_spanned(
            attr,
            "`#[injectable(..)]` is given twice: keep one of them",
        )),
        None => Ok(()),
    }
}

pub(crate) fn is_injectable(attr: &Attribute) -> bool {
    attr.path()
        .segments
        .last()
        .is_some_and(|last| last.ident == "injectable")
}

/// A mark on a field or parameter.
pub(crate) enum Mark {
    /// None: a dependency.
    Inject,
    /// `#[inject(Primary)]`
    Qualified(Type),
    /// `#[inject(default)]`
    Default(Span),
    /// `#[inject(value = EXPR)]`
    Value(Box<Expr>),
    /// `#[extract]`
    Extract(Span),
}

/// The mark among these attributes.
pub(crate) fn mark(attrs: &[Attribute]) -> syn::Result<Mark> {
    let mut found: Option<Mark> = None;
    for attr in attrs.iter().filter(|attr| is_mark(attr)) {
        let mark = if attr.path().is_ident("extract") {
            attr.meta.require_path_only().map_err(|error| {
                syn::Error::new(
                    error.span(),
                    "`#[extract]` takes nothing: the parameter's type says what is extracted",
                )
            })?;
            Mark::Extract(attr.pound_token.span)
        } else if matches!(attr.meta, syn::Meta::Path(_)) {
            Mark::Inject
        } else {
            attr.parse_args_with(argument)?
        };
        if found.replace(mark).is_some() {
            return Err(syn::Error::new_spanned(
                attr,
                "marked twice: keep one of the marks",
            ));
        }
    }
    Ok(found.unwrap_or(Mark::Inject))
}

fn argument(input: ParseStream<'_>) -> syn::Result<Mark> {
    let word = input.fork().parse::<Ident>();
    match word {
        Ok(word) if word == "default" => {
            input.parse::<Ident>()?;
            finished(input)?;
            Ok(Mark::Default(word.span()))
        }
        Ok(word) if word == "value" && input.peek2(Token![=]) => {
            input.parse::<Ident>()?;
            input.parse::<Token![=]>()?;
            let value = input.parse()?;
            finished(input)?;
            Ok(Mark::Value(Box::new(value)))
        }
        Ok(word) if word == "value" && !input.peek2(Token![::]) => Err(syn::Error::new(
            word.span(),
            "`value` needs the value: write `value = EXPR`",
        )),
        Ok(word) if is_no_mark(&word) || input.peek2(Token![=]) => Err(syn::Error::new(
            word.span(),
            unknown_mark(&word.to_string()),
        )),
        _ => {
            let qualifier = input.parse::<Type>().map_err(|error| {
                let message =
                    "expected `default`, `value = EXPR`, or a qualifier such as `Primary`";
                syn::Error::new(error.span(), message)
            })?;
            finished(input)?;
            Ok(Mark::Qualified(qualifier))
        }
    }
}

/// Whether the word is meant to be a mark of ours, as types are written with a capital.
fn is_no_mark(word: &Ident) -> bool {
    let word = word.to_string();
    word.starts_with(char::is_lowercase) && !["crate", "self", "super"].contains(&word.as_str())
}

fn unknown_mark(word: &str) -> String {
    match ["default", "value"]
        .into_iter()
        .find(|known| distance(known, word) <= 2)
    {
        Some("value") => format!("`{word}` is no mark; did you mean `value = EXPR`?"),
        Some(known) => format!("`{word}` is no mark; did you mean `{known}`?"),
        None => format!(
            "`{word}` is no mark: expected `default`, `value = EXPR`, or a qualifier such as `Primary`"
        ),
    }
}

fn finished(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() {
        Ok(())
    } else {
        Err(input.error("one mark is enough: `default`, `value = EXPR`, or a qualifier"))
    }
}

pub(crate) fn is_mark(attr: &Attribute) -> bool {
    attr.path().is_ident("inject") || attr.path().is_ident("extract")
}
