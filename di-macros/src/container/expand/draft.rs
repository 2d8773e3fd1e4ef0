//! Drafts: containers that compile although their graph is refused, so that it can be printed.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::{Container, unused::UNUSED};
use crate::common::{lint_levels, text};

impl Container<'_> {
    /// Of a draft, what is wrong with it, at run time.
    pub(super) fn refusals(&self) -> Option<TokenStream> {
        let di = self.di;
        self.draft.as_ref().map(|_| {
            quote! {
                fn refusals() -> #di::std::vec::Vec<#di::std::string::String> {
                    #di::refusals(&__GRAPH)
                }
            }
        })
    }

    /// A warning at the word, so that nobody forgets it; see [`Container::unused`] for why it is written like this.
    pub(super) fn draft_warning(&self) -> Option<TokenStream> {
        let levels = lint_levels(&self.item.attrs, &UNUSED);
        let is_allowed = levels.last().is_some_and(|last| last.level == "allow");
        let word = self.draft.as_ref().filter(|_| !is_allowed)?;
        let app = text(&self.item.ident);
        let note = format!(
            "[DI021] `{app}` is a draft: what is wrong with its graph is said by `{app}::build(..)`, and not by the compiler\n  \
             help: print it, `{app}::graph().to_dot()`, and take `draft` off the list when it is right"
        );
        let defined = Ident::new(&word.to_string(), Span::call_site());
        Some(quote! {
            #[allow(non_upper_case_globals)]
            #[deprecated(note = #note)]
            const #defined: () = ();
            #(#[#levels])*
            const _: () = #word;
        })
    }
}
