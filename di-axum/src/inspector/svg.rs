//! A graph as a picture.

use std::fmt::Write as _;

use di_core::{Graph, NodeKind, Scope};

use super::layout::{HEIGHT, Layout, layout};

/// A character of the labels is at most this wide; the font is 13 pixels and monospaced.
const CHARACTER: f64 = 8.0;

/// Light and dark, as the page has them. Roots, missing nodes and scopes differ in shape and words, too.
const STYLE: &str = "
  text { font: 13px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #14171c; text-anchor: middle; }
  .what { font-size: 11px; fill: #47505c; } .param { font-size: 10px; fill: #5b6572; }
  .back { fill: #ffffff; } path { fill: none; stroke: #7a8594; } .lazy { stroke-dasharray: 2 4; } marker path { fill: #7a8594; stroke: none; }
  .root { fill: #ffffff; stroke: #444c56; stroke-width: 2; } .singleton { fill: #cfe2ff; stroke: #1d4ed8; } .request { fill: #d1e7dd; stroke: #146c43; }
  .transient { fill: #fff3cd; stroke: #8a6100; stroke-dasharray: 6 3; } .missing { fill: #f8d7da; stroke: #b02a37; stroke-dasharray: 3 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e8ecf1; } .what { fill: #b5bfcb; } .param { fill: #9aa5b2; } .back { fill: #14171c; }
    .root { fill: #262c35; stroke: #c3cad4; } .singleton { fill: #16304f; stroke: #7db1ff; } .request { fill: #143526; stroke: #6fcf97; }
    .transient { fill: #3d3110; stroke: #f2c14e; } .missing { fill: #4a1c22; stroke: #ff8a94; }
  }
";

/// A node of the picture.
struct Shown {
    name: String,
    what: String,
    class: &'static str,
    place: Option<String>,
}

/// An edge of the picture.
struct Line<'a> {
    ends: (usize, usize),
    param: &'a str,
    class: &'static str,
}

pub(super) fn svg(graph: Graph) -> String {
    let mut nodes = nodes(graph);
    let mut lines: Vec<Line<'_>> = graph
        .edges()
        .map(|edge| Line {
            ends: (edge.from, edge.to),
            param: edge.param.unwrap_or("bound to"),
            class: if edge.is_lazy { "lazy" } else { "held" },
        })
        .collect();
    for missing in graph.missing() {
        lines.push(Line {
            ends: (missing.from, nodes.len()),
            param: missing.param.unwrap_or("bound to"),
            class: "lazy",
        });
        nodes.push(Shown {
            name: missing.ty.unwrap_or("?").to_string(),
            what: "missing".to_string(),
            class: "missing",
            place: None,
        });
    }
    draw(&nodes, &lines)
}

fn nodes(graph: Graph) -> Vec<Shown> {
    let nodes = graph.nodes().map(|node| {
        let (scope, class) = match node.scope {
            Some(scope @ Scope::Singleton) => (scope.name(), "singleton"),
            Some(scope @ Scope::Request) => (scope.name(), "request"),
            Some(scope) => (scope.name(), "transient"),
            None => (node.kind.name(), "root"),
        };
        let mut what = scope.to_string();
        match node.kind {
            NodeKind::HandedIn | NodeKind::Binding | NodeKind::Seed => {
                what += ", ";
                what += node.kind.name();
            }
            _ if node.is_lazy => what += ", lazy",
            _ => {}
        }
        Shown {
            name: node.name.to_string(),
            what,
            class,
            place: node.place.map(|(file, line)| format!("{file}:{line}")),
        }
    });
    nodes.collect()
}

fn draw(nodes: &[Shown], lines: &[Line<'_>]) -> String {
    let width = |node: &Shown| {
        let longest = node.name.chars().count().max(node.what.chars().count());
        (longest as f64 * CHARACTER + 32.0).max(110.0)
    };
    let widths: Vec<f64> = nodes.iter().map(width).collect();
    let ends: Vec<(usize, usize)> = lines.iter().map(|line| line.ends).collect();
    let layout = layout(&widths, &ends);
    let (w, h) = (layout.width.ceil(), layout.height.ceil());
    let mut out = String::new();
    put(
        &mut out,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\">\n\
         <title>Dependency graph</title>\n<style>{STYLE}</style>\n\
         <defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0 8 4 0 8z\"/></marker></defs>\n\
         <rect class=\"back\" width=\"{w}\" height=\"{h}\"/>\n"
        ),
    );
    for (line, bends) in lines.iter().zip(&layout.bends) {
        edge(&mut out, line, bends, &layout, &widths);
    }
    for ((shown, at), width) in nodes.iter().zip(&layout.nodes).zip(&widths) {
        node(&mut out, shown, *at, *width);
    }
    out.push_str("</svg>\n");
    out
}

/// A curve through the bends, and the parameter beside where it begins.
fn edge(out: &mut String, line: &Line<'_>, bends: &[(f64, f64)], layout: &Layout, widths: &[f64]) {
    let (from, to) = line.ends;
    let [a, b] = [from, to].map(|node| layout.nodes[node]);
    // What closes a cycle runs to the left.
    let side = if a.0 <= b.0 { 1.0 } else { -1.0 };
    let start = (a.0 + side * widths[from] / 2.0, a.1);
    let end = (b.0 - side * widths[to] / 2.0, b.1);
    put(
        out,
        format_args!(
            "<path class=\"{}\" marker-end=\"url(#arrow)\" d=\"M{:.1} {:.1}",
            line.class, start.0, start.1
        ),
    );
    let mut at = start;
    for next in bends.iter().copied().chain([end]) {
        let middle = f64::midpoint(at.0, next.0);
        put(
            out,
            format_args!(
                "C{middle:.1} {:.1} {middle:.1} {:.1} {:.1} {:.1}",
                at.1, next.1, next.0, next.1
            ),
        );
        at = next;
    }
    let second = bends.first().copied().unwrap_or(end);
    let beside = (
        start.0 + (second.0 - start.0) * 0.5,
        f64::midpoint(start.1, second.1) - 4.0,
    );
    put(
        out,
        format_args!(
            "\"/><text class=\"param\" x=\"{:.1}\" y=\"{:.1}\">{}</text>\n",
            beside.0,
            beside.1,
            escaped(line.param)
        ),
    );
}

/// What lives for a request is round, a root points to what it asks for, everything else is a box.
fn node(out: &mut String, shown: &Shown, (x, y): (f64, f64), width: f64) {
    let Shown {
        name,
        what,
        class,
        place,
    } = shown;
    let [left, right] = [x - width / 2.0, x + width / 2.0];
    let [top, bottom] = [y - HEIGHT / 2.0, y + HEIGHT / 2.0];
    let name = escaped(name);
    let place = place
        .as_deref()
        .map_or(String::new(), |place| format!(", {}", escaped(place)));
    put(out, format_args!("<g><title>{name}: {what}{place}</title>"));
    match *class {
        "root" => put(
            out,
            format_args!(
                "<polygon class=\"root\" points=\"{left:.1},{top:.1} {:.1},{top:.1} {right:.1},{y:.1} {:.1},{bottom:.1} {left:.1},{bottom:.1}\"/>",
                right - 12.0,
                right - 12.0
            ),
        ),
        class => {
            let round = if class == "request" {
                HEIGHT / 2.0
            } else {
                3.0
            };
            put(
                out,
                format_args!(
                    "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{HEIGHT}\" rx=\"{round}\"/>"
                ),
            );
        }
    }
    put(
        out,
        format_args!(
            "<text x=\"{x:.1}\" y=\"{:.1}\">{name}</text><text class=\"what\" x=\"{x:.1}\" y=\"{:.1}\">{what}</text></g>\n",
            y - 3.0,
            y + 13.0
        ),
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a string takes any text");
}
