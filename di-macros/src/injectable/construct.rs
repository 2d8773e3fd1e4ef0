//! How a node is constructed, and the fn that does it.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{
    expand::{lifetime, output, place},
    model::{Node, Source},
    seal::flat,
};
use crate::common::{Facade, has_lifetimes, written_at};

/// How a node is constructed.
pub(super) enum How {
    /// At once, and without an error.
    Plain,
    /// At once, as a `Result`.
    Sync,
    Blocking,
    Async,
}

impl How {
    pub(super) fn of(node: &Node) -> Self {
        match (node.is_async, node.is_blocking) {
            (true, _) => How::Async,
            (false, true) => How::Blocking,
            (false, false) if node.is_fallible || node.is_lent() => How::Sync,
            (false, false) => How::Plain,
        }
    }

    /// How the fn goes on that makes its maker.
    pub(super) fn maker(&self) -> &'static str {
        match self {
            How::Plain => "",
            How::Sync => "_sync",
            How::Blocking => "_blocking",
            How::Async => "_async",
        }
    }

    /// The trait that its constructor is of; that of a plain one is the recipe's.
    pub(super) fn of_trait(&self) -> Option<&'static str> {
        match self {
            How::Plain => None,
            How::Sync | How::Blocking => Some("ConstructSync"),
            How::Async => Some("ConstructAsync"),
        }
    }
}

/// The fn that constructs, in the way of its trait.
pub(super) fn construct(node: &Node, how: &How, di: &Facade) -> TokenStream {
    let at_type = quote!(#di::At<'di>);
    let locals = flat(node.params.iter().map(|param| {
        let local = &param.local;
        quote!(#local)
    }));
    let arguments = flat(node.params.iter().map(|param| match &param.source {
        Source::Inject(dependency) => dependency.argument(di, &lifetime("'di")),
        Source::Extract(ty) => quote!(#ty),
    }));
    let (expression, place) = (&node.construct, place(node));
    let (now, error) = output(node, di);
    let promised = match how {
        // Of a future the compiler says what is promised as it is spelt.
        How::Async => now.clone(),
        _ if node.is_own() || has_lifetimes(&node.output) => now.clone(),
        // `User` for `User<'_>` is an error where that is written, and not once more here.
        _ => quote_spanned!(place=> Self::Output<'di>),
    };
    let at_place = di.at(place);
    let value = match how {
        How::Plain => expression.clone(),
        _ if node.is_fallible => {
            quote_spanned!(place=> #at_place::Fallible::into_result(#expression))
        }
        _ => quote_spanned! {place=>
            let value: #now = #expression;
            #at_place::core::result::Result::Ok(value)
        },
    };
    // An error about the fn as a whole, such as a future that is not `Send`, stands where its name stands.
    let named = written_at(node.span);
    let keyword = (node.is_async).then(|| quote_spanned!(named=> async));
    let name = quote_spanned!(node.span=> construct);
    let named_di = di.at(named);
    let returned = match how {
        How::Plain => promised,
        _ => quote_spanned!(named=> #named_di::core::result::Result<#promised, #error>),
    };
    quote! {
        #[inline]
        #keyword fn #name<'di>(
            _: #at_type,
            #locals: #arguments,
        ) -> #returned {
            #value
        }
    }
}
