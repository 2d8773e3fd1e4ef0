//! `#[container(..)]` and `#[module(..)]`: one grammar, parsed by [`list`], joined with the lists of included modules by
//! [`include`], and written by [`expand`] (a container) or [`module`].

mod expand;
mod include;
mod list;
mod model;
mod module;
mod names;
mod options;
mod replace;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Fields, Item, ItemStruct};

use crate::{
    common::{facade, find_self, has_lifetimes, name_span, refuse_placeholders, with_errors},
    injectable::is_mark,
};

/// What the list becomes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Container,
    Module,
}

impl Shape {
    fn attribute(self) -> &'static str {
        match self {
            Shape::Container => "#[container(..)]",
            Shape::Module => "#[module(..)]",
        }
    }

    fn example(self) -> &'static str {
        match self {
            Shape::Container => "App",
            Shape::Module => "Billing",
        }
    }
}

/// The attribute on its struct.
pub(crate) fn attribute(args: TokenStream, item: TokenStream, shape: Shape) -> TokenStream {
    let mut item = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Struct(item)) => item,
        Ok(other) => {
            let message = format!(
                "`{}` belongs on a struct: `pub struct {};`",
                shape.attribute(),
                shape.example(),
            );
            let error = syn::Error::new(name_span(&other), message);
            return with_errors(other.to_token_stream(), &error);
        }
        Err(error) => return with_errors(item, &error),
    };
    if refuse_placeholders(item.fields.iter_mut().map(|field| &mut field.ty)) {
        return item.into_token_stream();
    }
    let struct_checked = check_struct(&item, shape);
    let is_readable = struct_checked.is_ok();
    let checked = struct_checked.and_then(|()| syn::parse2::<list::List>(args));
    let checked = checked.and_then(|list| match (&list.draft, shape) {
        (Some(word), Shape::Module) => Err(syn::Error::new(
            word.span(),
            "a module is judged where it is included: write `draft` in the list of the container",
        )),
        _ => Ok(list),
    });
    match checked {
        Ok(list) => include::begin(shape, facade(), list, item),
        Err(error) if is_readable => {
            // Who builds it, mounts a handler or asks it for something gets no second error.
            let broken = include::write(shape, &item, model::Listing::broken(), &facade());
            with_errors(broken, &error)
        }
        Err(error) => {
            // What the compiler would say about fields and parameters is said.
            let (vis, ident) = (&item.vis, &item.ident);
            with_errors(quote!(#vis struct #ident;), &error)
        }
    }
}

/// Goes on where the list of an included module is known.
pub(crate) fn resume(input: TokenStream) -> TokenStream {
    syn::parse2::<include::State>(input)
        .map_or_else(|error| error.to_compile_error(), include::State::go_on)
}

fn check_struct(item: &ItemStruct, shape: Shape) -> syn::Result<()> {
    if let Some(param) = item.generics.params.first() {
        return Err(syn::Error::new_spanned(
            param,
            format!(
                "`{}` needs a concrete struct: its graph is checked once, for all uses",
                shape.attribute()
            ),
        ));
    }
    if let Some(this) = item
        .fields
        .iter()
        .find_map(|field| find_self(field.ty.to_token_stream()))
    {
        return Err(syn::Error::new(
            this.span(),
            "write the type's name: a container cannot be handed to itself",
        ));
    }
    let marks = item.fields.iter().flat_map(|field| &field.attrs);
    if let (Shape::Container, Some(mark)) = (shape, marks.clone().find(|attr| is_mark(attr))) {
        return Err(syn::Error::new_spanned(
            mark,
            "a field of a container is handed in, as a parameter of `build(..)`: it takes no mark",
        ));
    }
    for field in &item.fields {
        model::Marks::of_field(&field.attrs)?;
    }
    let mut borrowed = item.fields.iter().filter(|field| has_lifetimes(&field.ty));
    if let (Shape::Container, Some(field)) = (shape, borrowed.next()) {
        return Err(syn::Error::new_spanned(
            &field.ty,
            "what is handed in lives as long as the app and cannot borrow: hand in the value itself, or an `Arc`",
        ));
    }
    match (&item.fields, shape) {
        (Fields::Unit, _) | (Fields::Named(_), Shape::Container) => Ok(()),
        (Fields::Unnamed(fields), Shape::Container) => Err(syn::Error::new_spanned(
            fields,
            "name the fields: they are the parameters of `build(..)`, values handed in from outside",
        )),
        (fields, Shape::Module) => Err(syn::Error::new_spanned(
            fields,
            "a module builds nothing and has no fields: write `pub struct Billing;`. Values handed in from outside are \
             fields of the container",
        )),
    }
}
