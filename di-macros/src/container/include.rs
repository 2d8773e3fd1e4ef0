//! Modules: their lists are asked for one after the other, and then the container or module is written.
//!
//! A module is a macro that is invoked as `billing::Billing! { [resume] state }` and answers
//! `resume! { state [its entries] }`. The state goes around until no include is pending. The entries name
//! types of the module's own scope, by aliases in a Rust module of the same name (see [`super::module`]), so
//! a list may use whatever its author has in scope.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    ItemStruct, LitStr, Path, Type, braced, bracketed,
    parse::{Parse, ParseStream},
    parse_quote,
};

use super::{
    Shape, expand,
    list::List,
    model::{Entry, Include, Kind, Listing, Marks, Module, NodeType, Replace},
    module,
    names::last_span,
};
use crate::common::{Facade, Key, facade, unqualified};

/// What goes around.
pub(crate) struct State {
    shape: Shape,
    di: Facade,
    draft: Option<Ident>,
    /// Whether the list of a module could not be read.
    is_broken: bool,
    /// The own list, as written.
    own: TokenStream,
    item: ItemStruct,
    /// Modules that are still to be asked.
    pending: Vec<Include>,
    /// The modules so far, and their entries.
    included: Vec<(Include, Vec<Entry>)>,
}

/// Begins with the list as written.
pub(crate) fn begin(shape: Shape, di: Facade, list: List, item: ItemStruct) -> TokenStream {
    let List {
        entries,
        includes,
        draft,
    } = list;
    let own = entries.iter().map(Encoded);
    let state = State {
        shape,
        di,
        draft,
        is_broken: false,
        own: quote!(#(#own)*),
        item,
        pending: includes,
        included: Vec::new(),
    };
    state.go_on()
}

impl State {
    /// Asks the next module, or finishes.
    pub(crate) fn go_on(self) -> TokenStream {
        let Some(Include { path: module, .. }) = self.pending.first() else {
            return self.finish();
        };
        if self.is_broken {
            return self.finish();
        }
        let di = &self.di;
        let state = self.encode();
        quote!(#module! { [#di::__resume] #state })
    }

    fn finish(self) -> TokenStream {
        if self.is_broken {
            return write(self.shape, &self.item, Listing::broken(), &self.di);
        }
        let mut entries = match syn::parse::Parser::parse2(
            |input: ParseStream<'_>| entries(input, None),
            self.own,
        ) {
            Ok(entries) => entries,
            Err(error) => return error.to_compile_error(),
        };
        let mut seen = std::collections::HashSet::new();
        let mut modules = Vec::new();
        for (include, list) in self.included {
            let ids = list.iter().filter_map(|entry| entry.id.clone()).collect();
            modules.push(Module { include, ids });
            entries.extend(list.into_iter().filter(|entry| match &entry.id {
                Some(id) => seen.insert(id.clone()),
                None => true,
            }));
        }
        let listing = Listing {
            entries,
            modules,
            draft: self.draft,
            is_broken: false,
        };
        write(self.shape, &self.item, listing, &self.di)
    }

    fn encode(&self) -> TokenStream {
        let shape = Ident::new(
            match self.shape {
                Shape::Container => "container",
                Shape::Module => "module",
            },
            Span::call_site(),
        );
        let broken = self.is_broken.then(|| quote!(broken));
        let State {
            draft,
            own,
            item,
            pending,
            included,
            ..
        } = self;
        let included = included.iter().map(|(include, entries)| {
            let entries = entries.iter().map(Encoded);
            quote!(#include { #(#entries)* })
        });
        quote!(#shape #broken #draft { #own } { #item } { #(#pending)* } { #(#included)* })
    }
}

impl Parse for State {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let shape = match input.parse::<Ident>()?.to_string().as_str() {
            "module" => Shape::Module,
            _ => Shape::Container,
        };
        let (mut draft, mut is_broken) = (None, false);
        while let Some(word) = input.parse::<Option<Ident>>()? {
            match word == "broken" {
                true => is_broken = true,
                false => draft = Some(word),
            }
        }
        let (own, item, before, behind, answer);
        braced!(own in input);
        braced!(item in input);
        braced!(before in input);
        braced!(behind in input);
        let (mut pending, mut included) = (Vec::new(), Vec::new());
        while !before.is_empty() {
            pending.push(before.parse()?);
        }
        while !behind.is_empty() {
            let (include, content);
            include = behind.parse::<Include>()?;
            braced!(content in behind);
            included.push((include, entries(&content, None)?));
        }
        if !input.is_empty() && !pending.is_empty() {
            bracketed!(answer in input);
            let include: Include = pending.remove(0);
            match is_broken_list(&answer) {
                true => is_broken = true,
                false => {
                    let entries = entries(&answer, Some(&include.path))?;
                    included.push((include, entries));
                }
            }
        }
        Ok(State {
            shape,
            di: facade(),
            draft,
            is_broken,
            own: own.parse()?,
            item: item.parse()?,
            pending,
            included,
        })
    }
}

/// `[broken]` is the answer of a module whose list could not be read.
fn is_broken_list(answer: ParseStream<'_>) -> bool {
    let fork = answer.fork();
    let is_word = fork.parse::<Ident>().is_ok_and(|word| word == "broken");
    is_word && fork.is_empty() && answer.parse::<Ident>().is_ok()
}

/// What the list becomes.
pub(crate) fn write(shape: Shape, item: &ItemStruct, listing: Listing, di: &Facade) -> TokenStream {
    match shape {
        Shape::Container => expand::container(item, listing, di),
        Shape::Module => module::expand(item, listing, di),
    }
}

impl ToTokens for Include {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Include {
            path,
            may_be_unused,
        } = self;
        let allow = may_be_unused.then(|| quote!(allow));
        tokens.extend(quote!([#allow] [#path]));
    }
}

impl Parse for Include {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (allow, path);
        bracketed!(allow in input);
        bracketed!(path in input);
        Ok(Include {
            may_be_unused: allow.parse::<Option<Ident>>()?.is_some(),
            path: path.parse()?,
        })
    }
}

/// An entry as tokens: `node "id" "name" [marks] [key] [node] [qualifier] hash;`
pub(crate) struct Encoded<'a>(pub(crate) &'a Entry);

impl ToTokens for Encoded<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Entry {
            id,
            name,
            kind,
            marks,
            span,
        } = self.0;
        let (id, name) = (id.as_deref().unwrap_or_default(), LitStr::new(name, *span));
        tokens.extend(match kind {
            Kind::Node {
                key: Key { ty, qualifier },
                node: NodeType::Type(node),
            } => {
                quote!(node #id #name [#marks] [#ty] [#node] [#qualifier])
            }
            Kind::Node {
                key: Key { ty, qualifier },
                node: NodeType::Associated { of, hash },
            } => {
                quote!(associated #id #name [#marks] [#ty] [#of] [#qualifier] #hash)
            }
            Kind::Binding {
                key: Key { ty, qualifier },
                to,
                name: of,
            } => {
                quote!(binding #id #name [#marks] [#ty] [#to] [#qualifier] #of)
            }
            Kind::Handler { ty } => quote!(handler #id #name [#marks] [#ty]),
            Kind::Service { ty } => quote!(service #id #name [#marks] [#ty]),
            Kind::Seed {
                key: Key { ty, .. },
            } => quote!(seed #id #name [#marks] [#ty]),
            Kind::Task { key, ty, payload } => {
                let key = &key.ty;
                quote!(task #id #name [#marks] [#key] [#ty] [#payload])
            }
            // Only in the expansion of a container.
            Kind::BuiltIn { .. } => TokenStream::new(),
        });
    }
}

impl ToTokens for Marks {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Marks {
            may_be_unused,
            replace,
            replaced,
        } = self;
        let allow = may_be_unused.then(|| quote!(allow));
        let replace = replace.as_ref().map(|Replace { module, place }| {
            let replace = Ident::new("replace", *place);
            quote!(#replace [#module])
        });
        tokens.extend(quote!(#allow #replace #(#replaced)*));
    }
}

impl Parse for Marks {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut marks = Marks::default();
        while let Some(mark) = input.parse::<Option<Ident>>()? {
            if mark == "allow" {
                marks.may_be_unused = true;
                continue;
            }
            let module;
            bracketed!(module in input);
            marks.replace = Some(Replace {
                module: match module.is_empty() {
                    true => None,
                    false => Some(module.parse()?),
                },
                place: mark.span(),
            });
        }
        while !input.is_empty() {
            marks.replaced.push(input.parse::<LitStr>()?.value());
        }
        Ok(marks)
    }
}

/// The entries of an encoded list. Those of a module's answer are found behind its path, and stand for its line.
fn entries(input: ParseStream<'_>, module: Option<&Path>) -> syn::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    while !input.is_empty() {
        entries.push(entry(input, module)?);
    }
    Ok(entries)
}

fn entry(input: ParseStream<'_>, module: Option<&Path>) -> syn::Result<Entry> {
    let kind = input.parse::<Ident>()?.to_string();
    let id = input.parse::<LitStr>()?.value();
    let name = input.parse::<LitStr>()?;
    let marks;
    bracketed!(marks in input);
    let marks = marks.parse::<Marks>()?;
    let first = ty(input, module)?.ok_or_else(|| input.error("expected a type"))?;
    let span = module.map_or_else(|| name.span(), last_span);
    let kind = match kind.as_str() {
        "handler" => Kind::Handler { ty: first },
        "service" => Kind::Service { ty: first },
        "seed" => Kind::Seed {
            key: unqualified(first),
        },
        kind => {
            let second = ty(input, module)?.ok_or_else(|| input.error("expected a type"))?;
            let third = ty(input, module)?;
            let key = Key {
                ty: first,
                qualifier: third.clone(),
            };
            match kind {
                "task" => Kind::Task {
                    key: unqualified(key.ty),
                    ty: second,
                    payload: third.ok_or_else(|| input.error("expected a type"))?,
                },
                "binding" => Kind::Binding {
                    key,
                    to: second,
                    name: input.parse::<LitStr>()?.value(),
                },
                "associated" => {
                    let hash = input.parse::<syn::LitInt>()?.base10_parse()?;
                    Kind::Node {
                        key,
                        node: NodeType::Associated { of: second, hash },
                    }
                }
                _ => Kind::Node {
                    key,
                    node: NodeType::Type(second),
                },
            }
        }
    };
    Ok(Entry {
        id: (!id.is_empty()).then_some(id),
        name: name.value(),
        kind,
        marks,
        span,
    })
}

fn ty(input: ParseStream<'_>, module: Option<&Path>) -> syn::Result<Option<Type>> {
    let content;
    bracketed!(content in input);
    if content.is_empty() {
        return Ok(None);
    }
    Ok(Some(match module {
        Some(module) => {
            let mut alias = content.parse::<Path>()?;
            for segment in &mut alias.segments {
                let place = last_span(module).resolved_at(segment.ident.span());
                segment.ident.set_span(place);
            }
            let segment = &alias.segments;
            parse_quote!(#module::#segment)
        }
        None => content.parse()?,
    }))
}
