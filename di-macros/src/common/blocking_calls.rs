//! Calls that block their thread, where an async fn runs. Only names are known here, and a name can be another's: what is said is a
//! warning, and what could be the async twin's is taken for that.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{
    Attribute, Block, Expr, ExprCall, ExprMethodCall, Item, Path, Stmt, Token,
    punctuated::Punctuated,
    visit::{self, Visit},
};

use super::lint_levels;

/// What blocks, as its path is written in full, and what to write instead. The last name of a path may be `*`.
///
/// `docs/clippy.toml` has the same list for clippy, which knows types, and looks at everything that async code calls.
pub(crate) const KNOWN: &[(&str, &str)] = &[
    ("std::thread::sleep", "`tokio::time::sleep(..).await`"),
    ("std::fs::File::*", "`tokio::fs::File`"),
    ("std::fs::*", "the fn of the same name in `tokio::fs`"),
    ("std::net::TcpStream::*", "`tokio::net::TcpStream`"),
    ("std::net::TcpListener::*", "`tokio::net::TcpListener`"),
    ("std::net::UdpSocket::*", "`tokio::net::UdpSocket`"),
    ("reqwest::blocking::*", "the client of `reqwest` itself"),
    ("reqwest::blocking::Client::*", "`reqwest::Client`"),
    ("futures::executor::block_on", "`.await`"),
    ("*::block_on", "`.await`"),
];

/// A warning for each such call in this body. The only lint that others can use is `deprecated`; the name of the const, and nothing else, is
/// the user's.
///
/// ```ignore
/// const _: () = {
///     #[deprecated(note = "[DI029] ..")]
///     const sleep: () = ();
///     #[allow(deprecated)] // As the fn says.
///     const _: () = sleep;
/// };
/// ```
pub(crate) fn warn_of_blocking_calls(block: &Block, attrs: &[Attribute]) -> TokenStream {
    let mut finder = Finder::default();
    finder.visit_block(block);
    let levels = lint_levels(attrs, &["deprecated", "clippy::disallowed_methods"]);
    let is_allowed = levels.last().is_some_and(|last| last.level == "allow");
    let found = finder.found.iter().filter(|_| !is_allowed);
    let warnings = found.map(|found| {
        let note = format!(
            "[DI029] `{}` blocks its thread, and with it every request that this thread would serve\n  help: use {}, or move it to \
             `tokio::task::spawn_blocking(..)`; where it is meant, `#[allow(deprecated)]` on the fn",
            found.written, found.instead
        );
        // A const's name counts as the macro's where it is defined.
        let (defined, used) = (
            Ident::new(&found.name, Span::call_site()),
            Ident::new(&found.name, found.place),
        );
        quote! {
            const _: () = {
                #[allow(non_upper_case_globals)]
                #[deprecated(note = #note)]
                const #defined: () = ();
                #(#[#levels])*
                const _: () = #used;
            };
        }
    });
    warnings.collect()
}

struct Found {
    written: String,
    name: String,
    place: Span,
    instead: &'static str,
}

#[derive(Default)]
struct Finder {
    found: Vec<Found>,
}

impl Finder {
    /// `is_now`: what it returns is used at once, as no future could be.
    fn call(&mut self, call: &ExprCall, is_now: bool) {
        if let Expr::Path(path) = &*call.func
            && let Some((written, instead)) = known(&path.path, is_now)
            && let Some(last) = path.path.segments.last()
        {
            self.found.push(Found {
                written,
                name: name_of(&last.ident),
                place: last.ident.span(),
                instead,
            });
        }
        self.arguments_of(call);
    }

    fn arguments_of(&mut self, call: &ExprCall) {
        let moves = matches!(&*call.func, Expr::Path(path) if moves_elsewhere(&path.path));
        self.arguments(&call.args, moves);
    }

    /// With `moves`, closures run on another thread.
    fn arguments(&mut self, arguments: &Punctuated<Expr, Token![,]>, moves: bool) {
        for argument in arguments {
            match argument {
                Expr::Closure(_) if moves => {}
                other => self.visit_expr(other),
            }
        }
    }

    /// A call, also in parentheses.
    fn operand(&mut self, operand: &Expr, is_now: bool) {
        match operand {
            Expr::Call(call) => self.call(call, is_now),
            Expr::Paren(inner) => self.operand(&inner.expr, is_now),
            other => self.visit_expr(other),
        }
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            // Whatever it is called, it is a future.
            Expr::Await(wait) => match &*wait.base {
                Expr::Call(call) => self.arguments_of(call),
                other => self.visit_expr(other),
            },
            Expr::Try(tried) => self.operand(&tried.expr, true),
            Expr::Call(call) => self.call(call, false),
            Expr::MethodCall(call) => self.method(call),
            other => visit::visit_expr(self, other),
        }
    }

    fn visit_stmt(&mut self, stmt: &'ast Stmt) {
        match stmt {
            Stmt::Expr(expr, Some(_)) => self.operand(expr, true),
            other => visit::visit_stmt(self, other),
        }
    }

    fn visit_item(&mut self, _: &'ast Item) {
        // It is called, or not, by what is not known here.
    }
}

impl Finder {
    fn method(&mut self, call: &ExprMethodCall) {
        /// Of a `Result`, and not of a future.
        const OF_RESULTS: [&str; 9] = [
            "unwrap",
            "expect",
            "unwrap_or",
            "unwrap_or_else",
            "unwrap_or_default",
            "is_ok",
            "is_err",
            "ok",
            "err",
        ];
        let is_now = OF_RESULTS.iter().any(|name| call.method == name);
        self.operand(&call.receiver, is_now);
        if call.method == "block_on" {
            self.found.push(Found {
                written: "block_on".to_string(),
                name: name_of(&call.method),
                place: call.method.span(),
                instead: "`.await`",
            });
        }
        self.arguments(&call.args, call.method == "spawn_blocking");
    }
}

/// The call as it is written, and what to write instead, if it is one of those.
fn known(path: &Path, is_now: bool) -> Option<(String, &'static str)> {
    let written: Vec<String> = path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    KNOWN.iter().find_map(|(known, instead)| {
        let known: Vec<&str> = known.split("::").collect();
        // `use std::fs; fs::read(..)` could be `use tokio::fs`, and is what its use says.
        let from = if is_now { known.len() } else { 1 };
        let is_it = (0..from).any(|i| matches(&written, &known[i..]));
        is_it.then(|| (written.join("::"), *instead))
    })
}

fn matches(written: &[String], known: &[&str]) -> bool {
    match known {
        [] | [_] => false,
        ["*", last] => written.last().is_some_and(|word| word == last),
        [module @ .., "*"] => {
            let is_there = written.len() == known.len() && !module.is_empty();
            is_there
                && module
                    .iter()
                    .zip(written)
                    .all(|(known, word)| word == known)
        }
        known => {
            known.len() == written.len()
                && known.iter().zip(written).all(|(known, word)| word == known)
        }
    }
}

/// `spawn_blocking(|| ..)`, `block_in_place(|| ..)`, `std::thread::spawn(|| ..)`: what the closure calls blocks another thread, or says that it does.
fn moves_elsewhere(path: &Path) -> bool {
    let mut names = path.segments.iter().rev().map(|segment| &segment.ident);
    match (names.next(), names.next()) {
        (Some(last), _) if last == "spawn_blocking" || last == "block_in_place" => true,
        (Some(last), Some(module)) => last == "spawn" && module == "thread",
        _ => false,
    }
}

/// As a const may be called: a raw name of a keyword may not.
fn name_of(ident: &Ident) -> String {
    let name = ident.to_string();
    match name.starts_with("r#") {
        true => "call".to_string(),
        false => name,
    }
}

#[cfg(test)]
mod tests {
    use super::KNOWN;

    #[test]
    fn clippys_list_has_what_is_known_here() {
        let list = include_str!("../../../docs/clippy.toml");
        for (path, _) in KNOWN {
            let entry = match path.strip_prefix("*::") {
                Some(any) => format!("::{any}\""),
                None => format!("path = \"{}", path.trim_end_matches('*')),
            };
            assert!(list.contains(&entry), "{path} is not in docs/clippy.toml");
        }
    }
}
