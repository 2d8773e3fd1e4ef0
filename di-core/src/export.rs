//! The graph of a container as data, and as DOT, Mermaid and JSON.

use std::fmt::Write as _;

use crate::{
    Scope,
    graph::{Graph, Kind, Row, Source},
    node::{Meta, Param},
};

/// What a node of a graph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NodeKind {
    /// A constructor: a type, or a provider fn.
    Constructed,
    /// A value handed in from outside: a field of the container.
    HandedIn,
    /// A trait object that is bound to its implementation.
    Binding,
    /// A request-scoped value that is handed in when a scope is opened.
    Seed,
    /// A handler in `handlers(..)`.
    Handler,
    /// What a task runs.
    Task,
    /// One of `services(..)`.
    Service,
}

impl NodeKind {
    /// In words, as in the exports.
    pub const fn name(self) -> &'static str {
        match self {
            NodeKind::Constructed => "constructed",
            NodeKind::HandedIn => "handed in",
            NodeKind::Binding => "binding",
            NodeKind::Seed => "seed",
            NodeKind::Handler => "handler",
            NodeKind::Task => "task",
            NodeKind::Service => "service",
        }
    }
}

/// A node of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GraphNode {
    /// The name that it is listed under.
    pub name: &'static str,
    /// What it is.
    pub kind: NodeKind,
    /// How long its values live; none for a root: a handler, task or service.
    pub scope: Option<Scope>,
    /// File and line of the constructor or handler; none for what has none.
    pub place: Option<(&'static str, u32)>,
    /// Whether the constructor is an async fn.
    pub is_async: bool,
    /// Whether it is a singleton that is built when it is first needed.
    pub is_lazy: bool,
    /// Whether paths begin here: a handler, task or service, or without listed handlers every node.
    pub is_root: bool,
}

/// An edge of a graph: `from` asks for `to`, both by their place in [`Graph::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GraphEdge {
    /// Who asks.
    pub from: usize,
    /// What it asks for.
    pub to: usize,
    /// The parameter or field; none for a binding.
    pub param: Option<&'static str>,
    /// Whether it is held as `Lazy<'_, T>` or `LazyArc<T>`, to be built when it is asked for.
    pub is_lazy: bool,
}

/// What nothing provides: `from`, by its place in [`Graph::nodes`], asks for it. Only a draft has such.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GraphMissing {
    /// Who asks.
    pub from: usize,
    /// The parameter or field; none for a binding, whose implementation is missing.
    pub param: Option<&'static str>,
    /// The type that it asks for, where that is known.
    pub ty: Option<&'static str>,
}

impl Graph {
    /// The nodes, in the order of the list: values handed in, entries, handlers, tasks and services.
    ///
    /// ```
    /// # use di_core::{Scope, container, injectable};
    /// #[injectable(singleton)]
    /// pub struct Settings;
    ///
    /// #[container(Settings)]
    /// pub struct App;
    ///
    /// let node = App::graph().nodes().next().expect("one is listed");
    /// assert_eq!((node.name, node.scope), ("Settings", Some(Scope::Singleton)));
    /// ```
    pub fn nodes(self) -> impl Iterator<Item = GraphNode> {
        let has_handlers = self.rows.iter().any(|row| row.kind == Kind::Handler);
        self.rows[..self.len()].iter().map(move |row| GraphNode {
            name: row.name,
            kind: kind(row),
            scope: (!row.kind.is_root()).then_some(row.scope),
            place: row.meta.map(|meta| (meta.file, meta.line)),
            is_async: row.meta.is_some_and(|meta| meta.is_async),
            is_lazy: row.is_lazy,
            is_root: !has_handlers || row.kind.is_root(),
        })
    }

    /// The edges, in the order of the nodes that ask and of their parameters.
    pub fn edges(self) -> impl Iterator<Item = GraphEdge> {
        (0..self.rows.len()).flat_map(move |from| {
            let params: Vec<_> = self.params(from).map(|param| param.name).collect();
            let sources = self.sources(from as u16);
            sources.iter().enumerate().filter_map(move |(k, source)| {
                Some(GraphEdge {
                    from,
                    to: usize::from(source.row()?),
                    param: params.get(k).copied(),
                    is_lazy: matches!(source, Source::Lazy(_)),
                })
            })
        })
    }

    fn params(self, row: usize) -> impl Iterator<Item = Param> {
        let meta = self.rows[row].meta;
        meta.into_iter().flat_map(Meta::params)
    }

    /// What nothing provides, in the order of the nodes that ask; of a node's parameters, the first.
    pub fn missing(self) -> impl Iterator<Item = GraphMissing> {
        (0..self.rows.len()).filter_map(move |from| {
            let sources = self.sources(from as u16);
            let k = sources
                .iter()
                .position(|source| matches!(source, Source::Missing))?;
            let param = self.params(from).nth(k);
            Some(GraphMissing {
                from,
                param: param.map(|param| param.name),
                ty: param.map(|param| param.ty),
            })
        })
    }

    /// The graph for Graphviz; what is held lazily is dotted. The order is that of [`nodes`](Self::nodes) and [`edges`](Self::edges).
    pub fn to_dot(self) -> String {
        let mut out = String::from("digraph {\n  node [shape=box, style=filled];\n");
        for (i, node) in self.nodes().enumerate() {
            let (shape, fill) = match (node.kind, node.scope) {
                (NodeKind::Handler, _) => ("cds", "#ffffff"),
                (_, Some(Scope::Singleton)) => ("box", "#cfe2ff"),
                (_, Some(Scope::Request)) => ("box", "#d1e7dd"),
                _ => ("box", "#fff3cd"),
            };
            let label = quoted(&label(node, "\n"));
            put(
                &mut out,
                format_args!("  n{i} [label={label}, shape={shape}, fillcolor=\"{fill}\"];\n"),
            );
        }
        for edge in self.edges() {
            let label = quoted(edge.param.unwrap_or("bound to"));
            let style = if edge.is_lazy { ", style=dotted" } else { "" };
            put(
                &mut out,
                format_args!("  n{} -> n{} [label={label}{style}];\n", edge.from, edge.to),
            );
        }
        for (i, missing) in self.missing().enumerate() {
            let label = quoted(&format!("{}\nmissing", missing.ty.unwrap_or("?")));
            let param = quoted(missing.param.unwrap_or("bound to"));
            put(
                &mut out,
                format_args!(
                    "  m{i} [label={label}, style=dashed, color=red];\n  n{} -> m{i} [label={param}, style=dashed, color=red];\n",
                    missing.from
                ),
            );
        }
        out.push_str("}\n");
        out
    }

    /// The graph for Mermaid, as a flowchart; what is held lazily is dotted. The order is that of [`nodes`](Self::nodes) and [`edges`](Self::edges).
    pub fn to_mermaid(self) -> String {
        let mut out = String::from("flowchart LR\n");
        for (i, node) in self.nodes().enumerate() {
            let class = node.scope.map_or("handler", Scope::name);
            let label = entities(&label(node, "<br>"));
            put(&mut out, format_args!("  n{i}[\"{label}\"]:::{class}\n"));
        }
        for edge in self.edges() {
            let label = entities(edge.param.unwrap_or("bound to"));
            let arrow = if edge.is_lazy { "-.->" } else { "-->" };
            put(
                &mut out,
                format_args!("  n{} {arrow}|\"{label}\"| n{}\n", edge.from, edge.to),
            );
        }
        for (i, missing) in self.missing().enumerate() {
            let label = entities(&format!("{}<br>missing", missing.ty.unwrap_or("?")));
            let param = entities(missing.param.unwrap_or("bound to"));
            put(
                &mut out,
                format_args!(
                    "  m{i}[\"{label}\"]:::missing\n  n{} -.->|\"{param}\"| m{i}\n",
                    missing.from
                ),
            );
        }
        for (class, fill) in [
            ("singleton", "#cfe2ff"),
            ("request", "#d1e7dd"),
            ("transient", "#fff3cd"),
            ("handler", "#ffffff"),
            ("missing", "#f8d7da"),
        ] {
            put(
                &mut out,
                format_args!("  classDef {class} fill:{fill},color:#000\n"),
            );
        }
        out
    }

    /// The graph as JSON: `{"nodes": [{name, kind, scope, file, line, async, lazy, root}], "edges": [{from, to, param, lazy}], "missing": [{from, param, type}]}`,
    /// with null for what there is not. The order is that of [`nodes`](Self::nodes) and [`edges`](Self::edges).
    pub fn to_json(self) -> String {
        let nodes: Vec<String> = self.nodes().map(json_node).collect();
        let edges: Vec<String> = self.edges().map(json_edge).collect();
        let missing: Vec<String> = self.missing().map(json_missing).collect();
        format!(
            "{{\"nodes\":[{}],\"edges\":[{}],\"missing\":[{}]}}",
            nodes.join(","),
            edges.join(","),
            missing.join(",")
        )
    }
}

fn kind(row: &Row) -> NodeKind {
    match row.kind {
        Kind::Given => NodeKind::HandedIn,
        Kind::Binding => NodeKind::Binding,
        Kind::Seed => NodeKind::Seed,
        Kind::Handler | Kind::Misplaced => NodeKind::Handler,
        Kind::Task => NodeKind::Task,
        Kind::Service => NodeKind::Service,
        Kind::Node | Kind::Invalid => NodeKind::Constructed,
    }
}

fn label(node: GraphNode, newline: &str) -> String {
    let scope = node.scope.map_or(node.kind.name(), Scope::name);
    match node.place {
        Some((file, line)) => format!("{}{newline}{scope}{newline}{file}:{line}", node.name),
        None => format!("{}{newline}{scope}, {}", node.name, node.kind.name()),
    }
}

fn json_node(node: GraphNode) -> String {
    let scope = node
        .scope
        .map_or("null".to_string(), |scope| quoted(scope.name()));
    let (file, line) = match node.place {
        Some((file, line)) => (quoted(file), line.to_string()),
        None => ("null".to_string(), "null".to_string()),
    };
    format!(
        "{{\"name\":{},\"kind\":{},\"scope\":{scope},\"file\":{file},\"line\":{line},\"async\":{},\"lazy\":{},\"root\":{}}}",
        quoted(node.name),
        quoted(node.kind.name()),
        node.is_async,
        node.is_lazy,
        node.is_root,
    )
}

fn json_edge(edge: GraphEdge) -> String {
    let param = edge.param.map_or("null".to_string(), quoted);
    format!(
        "{{\"from\":{},\"to\":{},\"param\":{param},\"lazy\":{}}}",
        edge.from, edge.to, edge.is_lazy
    )
}

fn json_missing(missing: GraphMissing) -> String {
    let [param, ty] =
        [missing.param, missing.ty].map(|text| text.map_or("null".to_string(), quoted));
    format!(
        "{{\"from\":{},\"param\":{param},\"type\":{ty}}}",
        missing.from
    )
}

/// As a string of JSON, which is one of DOT, too: both escape quotes, backslashes and newlines in this way. Names are
/// Rust tokens and paths, and have no other control characters.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => put(&mut out, format_args!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// With what Mermaid would read as markup written as entities; line breaks are meant.
fn entities(text: &str) -> String {
    let text = text
        .replace('#', "#35;")
        .replace('"', "#quot;")
        .replace('<', "#lt;")
        .replace('>', "#gt;");
    text.replace("#lt;br#gt;", "<br>")
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a string takes any text");
}
