//! The options of an entry: `#[qualifier(Primary)] Pool`, `#[allow(unused)] Settings`.

use proc_macro2::Span;
use syn::{Attribute, Ident, LitStr, Path, Token, Type, parse::ParseStream};

use super::{
    model::{Marks, Replace},
    names::last_span,
};

/// The options in front of an entry.
#[derive(Default)]
pub(super) struct Options {
    pub(super) qualifier: Option<Type>,
    pub(super) marks: Marks,
    /// `#[seed]`
    pub(super) seed: Option<Span>,
    first: Option<Span>,
}

impl Options {
    pub(super) fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut options = Options::default();
        for attr in input.call(Attribute::parse_outer)? {
            options.first.get_or_insert(attr.pound_token.span);
            options.add(&attr)?;
        }
        Ok(options)
    }

    fn add(&mut self, attr: &Attribute) -> syn::Result<()> {
        if self.marks.add(attr)? {
            return Ok(());
        }
        if attr.path().is_ident("seed") {
            attr.meta.require_path_only()?;
            if self.seed.replace(last_span(attr.path())).is_some() {
                let message = "`#[seed]` a second time: once is enough";
                return Err(syn::Error::new_spanned(attr, message));
            }
            return Ok(());
        }
        if !attr.path().is_ident("qualifier") {
            let message = "unknown option; an entry may have `#[qualifier(Name)]`, `#[replace]`, `#[seed]` and `#[allow(unused)]`";
            return Err(syn::Error::new_spanned(attr.path(), message));
        }
        if self.qualifier.replace(attr.parse_args()?).is_some() {
            let message = "a second qualifier: a value has one";
            return Err(syn::Error::new_spanned(attr, message));
        }
        Ok(())
    }

    pub(super) fn none_on(&self, what: &str) -> syn::Result<()> {
        match self.first {
            Some(span) => Err(syn::Error::new(span, format!("{what} takes no options"))),
            None => Ok(()),
        }
    }

    /// For an included module: whether it may be unused.
    pub(super) fn of_include(&self) -> syn::Result<bool> {
        let is_other =
            self.qualifier.is_some() || self.marks.replace.is_some() || self.seed.is_some();
        match self.first.filter(|_| is_other) {
            Some(span) => {
                let message = "an included module takes no option but `#[allow(unused)]`: the others belong to its entries";
                Err(syn::Error::new(span, message))
            }
            None => Ok(self.marks.may_be_unused),
        }
    }
}

impl Marks {
    /// The marks of a container's field.
    pub(super) fn of_field(attrs: &[Attribute]) -> syn::Result<Self> {
        let mut marks = Marks::default();
        for attr in attrs {
            if attr.path().is_ident("allow") {
                // It may allow other lints, too, which are not for us to judge.
                marks.may_be_unused |= attr.parse_args_with(allowed).is_ok();
            } else {
                marks.add(attr)?;
            }
        }
        Ok(marks)
    }

    /// Whether the attribute is one of ours.
    fn add(&mut self, attr: &Attribute) -> syn::Result<bool> {
        if attr.path().is_ident("allow") {
            attr.parse_args_with(allowed)?;
            self.may_be_unused = true;
        } else if attr.path().is_ident("replace") {
            let module = match &attr.meta {
                syn::Meta::Path(_) => None,
                _ => Some(attr.parse_args_with(Path::parse_mod_style)?),
            };
            let place = last_span(attr.path());
            if self.replace.replace(Replace { module, place }).is_some() {
                let message = "`#[replace]` a second time: once is enough";
                return Err(syn::Error::new_spanned(attr, message));
            }
        } else {
            return Ok(false);
        }
        Ok(true)
    }
}

/// `unused`, `unused, reason = ".."`
fn allowed(input: ParseStream<'_>) -> syn::Result<()> {
    let lint = input.call(Path::parse_mod_style)?;
    if !lint.is_ident("unused") {
        let message = "an entry knows the lint `unused`: write `#[allow(unused)]`";
        return Err(syn::Error::new_spanned(lint, message));
    }
    if input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
        let word = input.parse::<Ident>()?;
        if word != "reason" {
            return Err(syn::Error::new(word.span(), "expected `reason = \"..\"`"));
        }
        input.parse::<Token![=]>()?;
        input.parse::<LitStr>()?;
        input.parse::<Option<Token![,]>>()?;
    }
    Ok(())
}
