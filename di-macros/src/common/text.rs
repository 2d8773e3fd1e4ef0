//! Types and names as users write them, for messages.

use proc_macro2::TokenStream;
use quote::ToTokens;

/// The tokens as rustfmt would print them, nearly: `Arc<dyn Mailer>`, `&Users<'_>`.
pub(crate) fn text(tokens: impl ToTokens) -> String {
    let mut out = String::new();
    write(tokens.to_token_stream(), &mut out);
    out
}

fn write(tokens: TokenStream, out: &mut String) {
    use proc_macro2::{Delimiter, Spacing, TokenTree};
    let mut joint = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::None => ("", ""),
                };
                out.push_str(open);
                write(group.stream(), out);
                out.push_str(close);
                joint = false;
            }
            TokenTree::Punct(punct) => {
                match punct.as_char() {
                    '+' | '=' | '-' if !joint => {
                        out.push(' ');
                        out.push(punct.as_char());
                        if punct.spacing() == Spacing::Alone {
                            out.push(' ');
                        }
                    }
                    '>' if joint && out.ends_with('-') => out.push_str("> "),
                    ',' | ';' => {
                        out.push(punct.as_char());
                        out.push(' ');
                    }
                    other => out.push(other),
                }
                joint = punct.spacing() == Spacing::Joint;
            }
            word => {
                let word = word.to_string();
                let after_word = out
                    .chars()
                    .last()
                    .is_some_and(|c| c.is_alphanumeric() || c == '_');
                if after_word {
                    out.push(' ');
                }
                out.push_str(&word);
                joint = false;
            }
        }
    }
    while out.ends_with([' ', ',']) {
        out.pop();
    }
}
