// The graph, and what can be asked of it.

const ROOT_KINDS = new Set(["handler", "task", "service"]);

/** Nodes with the edges on both of their sides. What is missing becomes a node of its own, after all others, so that rows stay what they are. */
export class Model {
  constructor(data) {
    this.nodes = data.nodes.map((node, row) => ({ ...node, row, style: styleOf(node), out: [], in: [] }));
    this.edges = [];
    for (const edge of data.edges) this.#connect(edge.from, edge.to, edge);
    for (const missing of data.missing ?? []) {
      const row = this.nodes.length;
      this.nodes.push({ name: missing.type ?? "?", kind: "missing", scope: null, row, style: "missing", out: [], in: [] });
      this.#connect(missing.from, row, { param: missing.param, lazy: false });
    }
    const roots = this.nodes.filter((node) => ROOT_KINDS.has(node.kind));
    // Without listed handlers, paths begin where nothing asks.
    this.roots = roots.length > 0 ? roots : this.nodes.filter((node) => node.in.length === 0);
    this.#findPaths();
  }

  #connect(from, to, { param, lazy }) {
    const [a, b] = [this.nodes[from], this.nodes[to]];
    // Some rows are not shown.
    if (!a || !b) return;
    const edge = { from, to, param: param ?? "bound to", lazy };
    this.edges.push(edge);
    a.out.push(edge);
    b.in.push(edge);
  }

  /** Breadth first from all roots at once: the edge by which each node is reached first. */
  #findPaths() {
    this.via = new Map(this.roots.map((root) => [root.row, null]));
    const queue = this.roots.map((root) => root.row);
    for (let next = 0; next < queue.length; next++) {
      for (const edge of this.nodes[queue[next]].out) {
        if (this.via.has(edge.to)) continue;
        this.via.set(edge.to, edge);
        queue.push(edge.to);
      }
    }
  }

  /** The row of the only node of this name, and of this kind if one is given; or null. */
  named(name, kind = null) {
    const found = this.nodes.filter((node) => node.name === name && (kind === null || node.kind === kind));
    return found.length === 1 ? found[0].row : null;
  }

  /** The edges from one row to another, of which there may be several: one for each parameter. */
  between(from, to) {
    return this.nodes[from]?.out.filter((edge) => edge.to === to) ?? [];
  }

  /** The shortest path from a root to a node, as edges. */
  path(row) {
    const edges = [];
    for (let edge = this.via.get(row); edge; edge = this.via.get(edge.from)) edges.unshift(edge);
    return edges;
  }

  /** The rows that a node reaches against (`in`) or along (`out`) its edges, with the number of steps. */
  reach(row, side) {
    const steps = new Map([[row, 0]]);
    const queue = [row];
    for (let next = 0; next < queue.length; next++) {
      for (const edge of this.nodes[queue[next]][side]) {
        const other = side === "out" ? edge.to : edge.from;
        if (steps.has(other)) continue;
        steps.set(other, steps.get(queue[next]) + 1);
        queue.push(other);
      }
    }
    return steps;
  }

  /** A node with everything that needs it, and everything that it needs. */
  around(row) {
    return new Set([...this.reach(row, "in").keys(), ...this.reach(row, "out").keys()]);
  }

  /** The rows whose names match, the best first: those that begin so, then those with a word that does. */
  search(text) {
    const wanted = text.trim().toLowerCase();
    if (wanted === "") return null;
    const rank = (name) => (name.startsWith(wanted) ? 0 : name.split(/[^a-z0-9]+/).some((word) => word.startsWith(wanted)) ? 1 : 2);
    const found = this.nodes.filter((node) => `${node.name} ${node.file ?? ""}`.toLowerCase().includes(wanted));
    const keyed = found.map((node) => [rank(node.name.toLowerCase()), node.row]);
    return keyed.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, row]) => row);
  }
}

/** How a node is drawn: by its scope, or as a root. */
function styleOf(node) {
  if (node.kind === "handler" || node.kind === "task" || node.kind === "service") return node.kind;
  return node.scope ?? "singleton";
}

/** `singleton, async, lazy` */
export function describe(node) {
  const words = [node.scope ?? node.kind];
  if (node.scope && node.kind !== "constructed") words.push(node.kind);
  if (node.async) words.push("async");
  if (node.lazy) words.push("lazy");
  return words.join(", ");
}

/** `src/main.rs:12` */
export function placeOf(node) {
  return node.file ? `${node.file}:${node.line}` : "";
}

/** `greet(first: Stamp)` */
export function asWritten(model, edge) {
  return `${model.nodes[edge.from].name}(${edge.param}: ${model.nodes[edge.to].name})`;
}

/** `1 dependant`, `2 dependants` */
export function count(number, one, many = `${one}s`) {
  return `${number} ${number === 1 ? one : many}`;
}
