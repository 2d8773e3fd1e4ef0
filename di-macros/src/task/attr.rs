//! The arguments of `#[task(..)]` and `#[service(..)]`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::{Expr, Token, parse::ParseStream, spanned::Spanned};

use super::Shape;
use crate::common::{Facade, written_at};

/// What stands in the parentheses.
#[derive(Default)]
pub(super) struct Args {
    concurrency: Option<Expr>,
    queue: Option<Expr>,
    timeout: Option<Expr>,
    /// `on_failure = stop`
    stops_app: Option<bool>,
}

impl Shape {
    fn expected(self) -> &'static str {
        match self {
            Shape::Task => {
                "expected `concurrency = 16`, `queue = 1024`, `timeout = Duration::from_secs(30)`, or `on_failure = stop`"
            }
            Shape::Service => "expected `on_failure = log` or `on_failure = stop`",
        }
    }
}

impl Args {
    pub(super) fn parse(args: TokenStream, shape: Shape) -> syn::Result<Self> {
        syn::parse::Parser::parse2(|input: ParseStream<'_>| Self::list(input, shape), args)
    }

    fn list(input: ParseStream<'_>, shape: Shape) -> syn::Result<Self> {
        let mut args = Args::default();
        while !input.is_empty() {
            let word: Ident = input
                .parse()
                .map_err(|error| syn::Error::new(error.span(), shape.expected()))?;
            if !args.knows(&word, shape) {
                return Err(unknown(&word, shape));
            }
            if !input.peek(Token![=]) {
                let message = format!("`{word}` takes a value: {}", shape.expected());
                return Err(syn::Error::new(word.span(), message));
            }
            input.parse::<Token![=]>()?;
            if args.set(&word, input)? {
                let message = format!("`{word}` is given twice: keep one of them");
                return Err(syn::Error::new(word.span(), message));
            }
            if !input.is_empty() {
                let comma = input.parse::<Token![,]>();
                comma.map_err(|error| {
                    syn::Error::new(error.span(), format!("expected `,` after `{word}`"))
                })?;
            }
        }
        Ok(args)
    }

    fn knows(&self, word: &Ident, shape: Shape) -> bool {
        let of_both = word == "on_failure";
        let of_tasks = ["concurrency", "queue", "timeout"];
        of_both || shape == Shape::Task && of_tasks.iter().any(|known| word == known)
    }

    /// Whether it was set before.
    fn set(&mut self, word: &Ident, input: ParseStream<'_>) -> syn::Result<bool> {
        Ok(match word.to_string().as_str() {
            "concurrency" => self.concurrency.replace(input.parse()?).is_some(),
            "queue" => self.queue.replace(input.parse()?).is_some(),
            "timeout" => self.timeout.replace(duration(input.parse()?)?).is_some(),
            _ => self.stops_app.replace(policy(input)?).is_some(),
        })
    }

    /// The value of the options.
    pub(super) fn options(&self, di: &Facade, shape: Shape, span: Span) -> TokenStream {
        let options = match shape {
            Shape::Task => quote_spanned!(span=> #di::TaskOptions::new()),
            Shape::Service => quote_spanned!(span=> #di::ServiceOptions::new()),
        };
        let set = |name: &str, value: &Option<Expr>| {
            value.as_ref().map(|value| {
                let place = written_at(value.span());
                let name = Ident::new(name, place);
                quote_spanned!(place=> .#name(#value))
            })
        };
        let (concurrency, queue, timeout) = (
            set("concurrency", &self.concurrency),
            set("queue", &self.queue),
            set("timeout", &self.timeout),
        );
        let stops = self
            .stops_app
            .map(|stops| quote_spanned!(span=> .stops_app(#stops)));
        quote_spanned!(span=> #options #concurrency #queue #timeout #stops)
    }
}

fn unknown(word: &Ident, shape: Shape) -> syn::Error {
    let message = match word.to_string().as_str() {
        "blocking" => format!(
            "a {} is an async fn; for what blocks its thread, call `tokio::task::spawn_blocking` in it",
            shape.name()
        ),
        "retry" | "retries" => {
            "nothing is tried again by itself: push the job once more, from `on_task_end` or the task".to_string()
        }
        "concurrency" | "queue" | "timeout" => {
            format!("a service runs once, as long as the app: {}", shape.expected())
        }
        other => format!("unknown option `{other}`: {}", shape.expected()),
    };
    syn::Error::new(word.span(), message)
}

/// `timeout = 30` has no unit.
fn duration(value: Expr) -> syn::Result<Expr> {
    match value {
        Expr::Lit(lit) => Err(syn::Error::new_spanned(
            lit,
            "a time limit is a `Duration`: write `timeout = std::time::Duration::from_secs(30)`",
        )),
        value => Ok(value),
    }
}

fn policy(input: ParseStream<'_>) -> syn::Result<bool> {
    let expected = "expected `stop`, for a failure that ends the app, or `log`";
    let word: Ident = input
        .parse()
        .map_err(|error| syn::Error::new(error.span(), expected))?;
    match word.to_string().as_str() {
        "stop" => Ok(true),
        "log" => Ok(false),
        _ => Err(syn::Error::new(word.span(), expected)),
    }
}
