// Where nodes and edges lie. This runs in a worker, so it knows no document, and gets dagre handed in.

/** From this many nodes on, a node shows its name only, and what is focused is shown alone unless something else is chosen. */
export const COMPACT = 80;
/** Up to this many nodes, edges are labelled with the parameter, unless that makes all of the graph smaller than this. */
const LABELLED = 40;
const LARGE = 0.8;
/** Where all of the graph would be shown smaller than this, ranks are wrapped. */
const SMALLEST = 0.6;

/**
 * Lays out `{nodes: [{id, width, height}], edges: [{from, to, param}], roots: [id], view: {width, height}}` from left to right, roots first.
 * Returns `{nodes: [{id, x, y, width, height}], lines: [{points, label}], width, height, isWrapped}`, with centres.
 */
export function arrange(dagre, input) {
  const { nodes, edges, roots, view } = input;
  const scale = (drawn) => Math.min(view.width / drawn.width, view.height / drawn.height);
  if (nodes.length <= LABELLED) {
    const labelled = ranked(dagre, input, true);
    if (scale(labelled) >= LARGE) return labelled;
  }
  const drawn = ranked(dagre, input, false);
  return scale(drawn) < SMALLEST && nodes.length > 12 ? wrapped(drawn.nodes, edges, new Set(roots), view) : drawn;
}

function ranked(dagre, { nodes, edges, roots }, isLabelled) {
  const graph = new dagre.graphlib.Graph();
  // The ranks of network simplex are the best, but take seconds at 500 nodes.
  graph.setGraph({ rankdir: "LR", nodesep: 18, edgesep: 10, ranksep: isLabelled ? 24 : 60, marginx: 12, marginy: 12, ranker: nodes.length > COMPACT ? "longest-path" : "network-simplex" });
  for (const node of nodes) graph.setNode(String(node.id), { width: node.width, height: node.height });
  for (const { from, to, param } of edges) {
    const label = isLabelled ? { width: param.length * 5.4 + 8, height: 13, labelpos: "c" } : {};
    if (from !== to) graph.setEdge(String(from), String(to), label);
  }
  // Something that all roots hang on, strongly, keeps them in the first rank.
  graph.setNode("roots", { width: 0, height: 0 });
  for (const root of roots) graph.setEdge("roots", String(root), { weight: 30 });
  dagre.layout(graph);
  const placed = nodes.map(({ id, width, height }) => {
    const { x, y } = graph.node(String(id));
    return { id, x, y, width, height };
  });
  return unwrapped(graph, placed, edges);
}

/** As dagre has it, without what the roots hang on. */
function unwrapped(graph, nodes, edges) {
  const left = Math.min(...nodes.map((node) => node.x - node.width / 2)) - 12;
  for (const node of nodes) node.x -= left;
  const at = new Map(nodes.map((node) => [node.id, node]));
  const lines = edges.map(({ from, to }) => {
    const [first, last] = straight(at.get(from), at.get(to));
    const edge = graph.edge(String(from), String(to));
    const bends = edge?.points.slice(1, -1).map(({ x, y }) => ({ x: x - left, y })) ?? [];
    const label = edge?.width ? { x: edge.x - left, y: edge.y } : null;
    return { points: [first, ...bends, last], label };
  });
  const { width, height } = graph.graph();
  return { nodes, lines, width: width - left, height, isWrapped: false };
}

/**
 * Hundreds of handlers in one column would be a strip that nobody can read. Each rank keeps dagre's order, and is broken into as many columns as it
 * takes for the whole to have the view's ratio. Roots come first, and last what has no edges.
 */
function wrapped(nodes, edges, roots, view) {
  const joined = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const ranks = new Map();
  for (const node of nodes) {
    const key = roots.has(node.id) ? -Infinity : joined.has(node.id) ? Math.round(node.x) : Infinity;
    ranks.set(key, [...(ranks.get(key) ?? []), node]);
  }
  const ordered = [...ranks.entries()].sort((a, b) => a[0] - b[0]).map(([, rank]) => rank.sort((a, b) => a.y - b.y));
  const widest = Math.max(...nodes.map((node) => node.width));
  for (const node of nodes) node.width = widest;
  const cell = { width: widest + 6, height: Math.max(...nodes.map((node) => node.height)) + 4 };
  const between = 60;
  const widthAt = (rows) => ordered.reduce((sum, rank) => sum + Math.ceil(rank.length / rows) * cell.width, (ordered.length - 1) * between);
  let rows = 4;
  while (widthAt(rows) > rows * cell.height * (view.width / view.height)) rows++;
  let left = 12;
  for (const rank of ordered) {
    const columns = Math.ceil(rank.length / rows);
    const filled = Math.ceil(rank.length / columns);
    const top = 12 + ((rows - filled) * cell.height) / 2;
    for (const [i, node] of rank.entries()) {
      node.x = left + (Math.floor(i / filled) + 0.5) * cell.width;
      node.y = top + ((i % filled) + 0.5) * cell.height;
    }
    left += columns * cell.width + between;
  }
  const at = new Map(nodes.map((node) => [node.id, node]));
  const lines = edges.map(({ from, to }) => ({ points: straight(at.get(from), at.get(to)), label: null }));
  return { nodes, lines, width: left - between + 12, height: rows * cell.height + 24, isWrapped: true };
}

function straight(from, to) {
  const side = from.x <= to.x ? 0.5 : -0.5;
  return [{ x: from.x + side * from.width, y: from.y }, { x: to.x - side * to.width, y: to.y }];
}
