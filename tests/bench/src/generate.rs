//! The source of an app of `n` nodes, with the container and wired by hand.
//!
//! The first half of the nodes are singletons, one in ten of them async; the others are request-scoped and borrow. Each
//! has up to three dependencies, and each handler takes three request-scoped nodes.

use std::{collections::BTreeSet, fmt::Write as _};

/// How an app is wired.
#[derive(Clone, Copy, PartialEq)]
pub enum Side {
    Hand,
    Container,
}

impl Side {
    pub fn name(self) -> &'static str {
        match self {
            Self::Hand => "by hand",
            Self::Container => "di-axum",
        }
    }
}

/// The app's shape.
#[derive(Clone, Copy)]
pub struct Shape {
    pub nodes: usize,
    pub handlers: usize,
    /// Whether one node has a dependency more, as if someone had just edited it.
    pub edited: bool,
}

/// A request-scoped node's dependency.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Dep {
    Singleton(usize),
    Request(usize),
}

impl Shape {
    fn singletons(self) -> usize {
        self.nodes / 2
    }

    fn requests(self) -> usize {
        self.nodes - self.singletons()
    }

    /// Chains of eight, and two far away.
    fn singleton_deps(i: usize) -> BTreeSet<usize> {
        [Self::before(i), i / 2, i / 3]
            .into_iter()
            .filter(|&dep| dep < i)
            .collect()
    }

    fn request_deps(self, i: usize) -> BTreeSet<Dep> {
        let mut deps: BTreeSet<_> = [Self::before(i), i / 2]
            .into_iter()
            .filter(|&dep| dep < i)
            .map(Dep::Request)
            .collect();
        deps.insert(Dep::Singleton(i % self.singletons()));
        if self.edited && i == self.requests() / 2 {
            deps.insert(Dep::Singleton(i % self.singletons() / 2));
        }
        deps
    }

    fn before(i: usize) -> usize {
        if i.is_multiple_of(8) { i / 5 } else { i - 1 }
    }

    fn handler_deps(self, handler: usize) -> [usize; 3] {
        [0, 1, 2].map(|k| (handler * 7 + k * 3) % self.requests())
    }

    /// The files of `src`: modules of 50 nodes and of handlers, as a person would part them, and `main.rs`.
    pub fn files(self, side: Side) -> Vec<(String, String)> {
        let singletons = (0..self.singletons()).map(|i| singleton(i, side));
        let requests = (0..self.requests()).map(|i| self.request(i, side));
        let handlers = (0..self.handlers).map(|handler| self.handler(handler, side));
        let items: Vec<_> = singletons.chain(requests).chain(handlers).collect();
        let head = "#![allow(dead_code, unused_imports)]\nuse std::sync::Arc;\n";
        let mut main = String::from(head);
        let mut files = Vec::new();
        for (i, items) in items.chunks(50).enumerate() {
            put(
                &mut main,
                format_args!("pub mod part{i};\npub use part{i}::*;\n"),
            );
            files.push((
                format!("part{i}.rs"),
                format!("use crate::*;\nuse std::sync::Arc;\n{}", items.concat()),
            ));
        }
        files.push(("main.rs".to_string(), self.main(main, side)));
        files
    }

    fn main(self, mut text: String, side: Side) -> String {
        text += &match side {
            Side::Container => self.list(),
            Side::Hand => self.build(),
        };
        text += "pub fn router(app: App) -> axum::Router {\n    axum::Router::new()\n";
        for h in 0..self.handlers {
            put(
                &mut text,
                format_args!("        .route(\"/{h}\", axum::routing::get(h{h}))\n"),
            );
        }
        let built = match side {
            Side::Container => "App::build().await.ok()?",
            Side::Hand => "App::build().await",
        };
        put(
            &mut text,
            format_args!(
                "        .with_state(app)\n}}\ntype Starting = std::pin::Pin<Box<dyn Future<Output = Option<axum::Router>>>>;\n"
            ),
        );
        put(
            &mut text,
            format_args!(
                "fn start() -> Starting {{\n    Box::pin(async {{ Some(router({built})) }})\n}}\n"
            ),
        );
        // What is only named is not built: a start-up that could be polled has the compiler build all of it, handlers included.
        text + "fn main() {\n    drop(start());\n}\n"
    }

    fn request(self, i: usize, side: Side) -> String {
        let fields = joined(
            self.request_deps(i)
                .iter()
                .enumerate()
                .map(|(k, dep)| match dep {
                    Dep::Singleton(to) => format!("pub d{k}: &'r S{to}"),
                    Dep::Request(to) => format!("pub d{k}: &'r R{to}<'r>"),
                }),
        );
        let attribute = match side {
            Side::Container => "#[di_axum::injectable(request)]\n",
            Side::Hand => "",
        };
        format!("{attribute}pub struct R{i}<'r> {{ {fields} }}\n")
    }

    fn handler(self, h: usize, side: Side) -> String {
        let wanted = self.handler_deps(h);
        if side == Side::Container {
            let parameters = joined((0..3).map(|k| format!("a{k}: &R{}<'_>", wanted[k])));
            return format!(
                "#[di_axum::handler]\npub async fn h{h}({parameters}) -> &'static str {{ let _ = (a0, a1, a2); \"\" }}\n"
            );
        }
        let mut text = format!(
            "pub async fn h{h}(axum::extract::State(app): axum::extract::State<App>) -> &'static str {{\n"
        );
        let mut needed = BTreeSet::new();
        for request in wanted {
            self.collect(request, &mut needed);
        }
        for i in needed {
            let fields = joined(self.request_deps(i).iter().enumerate().map(
                |(k, dep)| match dep {
                    Dep::Singleton(to) => format!("d{k}: &*app.s{to}"),
                    Dep::Request(to) => format!("d{k}: &r{to}"),
                },
            ));
            put(
                &mut text,
                format_args!("    let r{i} = R{i} {{ {fields} }};\n"),
            );
        }
        let [a, b, c] = wanted;
        put(
            &mut text,
            format_args!("    let _ = (&r{a}, &r{b}, &r{c});\n    \"\"\n}}\n"),
        );
        text
    }

    fn collect(self, i: usize, needed: &mut BTreeSet<usize>) {
        if needed.insert(i) {
            for dep in self.request_deps(i) {
                if let Dep::Request(to) = dep {
                    self.collect(to, needed);
                }
            }
        }
    }

    fn list(self) -> String {
        let singletons = (0..self.singletons()).map(|i| format!("S{i}"));
        let requests = (0..self.requests()).map(|i| format!("R{i}<'_>"));
        format!(
            "#[di_axum::container({})]\npub struct App;\n",
            joined(singletons.chain(requests))
        )
    }

    fn build(self) -> String {
        let fields = joined((0..self.singletons()).map(|i| format!("s{i}: Arc<S{i}>")));
        let mut text = format!(
            "#[derive(Clone)]\npub struct App {{ {fields} }}\nimpl App {{\n    pub async fn build() -> Self {{\n"
        );
        for i in 0..self.singletons() {
            let deps = Self::singleton_deps(i);
            let value = if is_async(i) {
                format!(
                    "S{i}::new({}).await",
                    joined(deps.iter().map(|to| format!("s{to}.clone()")))
                )
            } else {
                let fields = deps
                    .iter()
                    .enumerate()
                    .map(|(k, to)| format!("d{k}: s{to}.clone()"));
                format!("S{i} {{ {} }}", joined(fields))
            };
            put(
                &mut text,
                format_args!("        let s{i} = Arc::new({value});\n"),
            );
        }
        let names = joined((0..self.singletons()).map(|i| format!("s{i}")));
        text + &format!("        App {{ {names} }}\n    }}\n}}\n")
    }
}

fn singleton(i: usize, side: Side) -> String {
    let deps = Shape::singleton_deps(i);
    let parameters: Vec<_> = (deps.iter().enumerate())
        .map(|(k, to)| format!("d{k}: Arc<S{to}>"))
        .collect();
    let fields = joined(parameters.iter().map(|field| format!("pub {field}")));
    let attribute = match side {
        Side::Container => "#[di_axum::injectable(singleton)]\n",
        Side::Hand => "",
    };
    let item = format!("pub struct S{i} {{ {fields} }}\n");
    if !is_async(i) {
        return format!("{attribute}{item}");
    }
    let names = joined((0..deps.len()).map(|k| format!("d{k}")));
    let parameters = joined(parameters.into_iter());
    format!(
        "{item}{attribute}impl S{i} {{\n    pub async fn new({parameters}) -> Self {{ Self {{ {names} }} }}\n}}\n"
    )
}

fn is_async(singleton: usize) -> bool {
    singleton % 10 == 9
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

fn put(text: &mut String, part: std::fmt::Arguments<'_>) {
    text.write_fmt(part).expect("a string takes any text");
}
