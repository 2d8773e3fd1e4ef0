// Where nodes and edges lie. This runs in a worker, so it knows no document, and gets dagre handed in.

/** From this many nodes on, ranks are wrapped into several columns, and names are all that nodes show. */
export const COMPACT = 150;

/**
 * Lays out `{nodes: [{id, width, height}], edges: [{from, to}], roots: [id], ratio}` from left to right; `ratio` is that of the view.
 * Returns `{nodes: [{id, x, y}], edges: [points], width, height}`, with centres.
 */
export function arrange(dagre, { nodes, edges, roots, ratio }) {
  const isCompact = nodes.length > COMPACT;
  const graph = new dagre.graphlib.Graph();
  // The exact ranks of network simplex take seconds at 500 nodes, and their ranks are what is kept then.
  graph.setGraph({ rankdir: "LR", nodesep: isCompact ? 6 : 18, edgesep: 8, ranksep: 70, marginx: 12, marginy: 12, ranker: isCompact ? "tight-tree" : "network-simplex" });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(String(node.id), { width: node.width, height: node.height });
  for (const edge of edges) {
    if (edge.from !== edge.to) graph.setEdge(String(edge.from), String(edge.to), {});
  }
  // Something that all roots hang on, strongly, keeps them in the first rank.
  graph.setNode("roots", { width: 0, height: 0 });
  for (const root of roots) graph.setEdge("roots", String(root), { weight: 30 });
  dagre.layout(graph);
  const placed = nodes.map(({ id, width, height }) => {
    const { x, y } = graph.node(String(id));
    return { id, x, y, width, height };
  });
  if (isCompact) return wrapped(placed, edges, ratio);
  const left = Math.min(...placed.map((node) => node.x - node.width / 2)) - 12;
  for (const node of placed) node.x -= left;
  const at = new Map(placed.map((node) => [node.id, node]));
  const lines = edges.map((edge) => {
    const bends = graph.edge(String(edge.from), String(edge.to))?.points.slice(1, -1) ?? [];
    const [first, last] = straight(at.get(edge.from), at.get(edge.to));
    return [first, ...bends.map(({ x, y }) => ({ x: x - left, y })), last];
  });
  const { width, height } = graph.graph();
  return { nodes: placed, edges: lines, width: width - left, height };
}

/**
 * Hundreds of handlers in one column would be a strip that nobody can read. Each rank keeps dagre's order, and is broken into as many columns as it
 * takes for the whole to have the view's ratio.
 */
function wrapped(nodes, edges, ratio) {
  const ranks = new Map();
  for (const node of nodes) {
    const key = Math.round(node.x);
    ranks.set(key, [...(ranks.get(key) ?? []), node]);
  }
  const ordered = [...ranks.entries()].sort((a, b) => a[0] - b[0]).map(([, rank]) => rank.sort((a, b) => a.y - b.y));
  const cell = { width: Math.max(...nodes.map((node) => node.width)) + 14, height: Math.max(...nodes.map((node) => node.height)) + 8 };
  const between = 90;
  const columnsAt = (rows) => ordered.map((rank) => Math.ceil(rank.length / rows));
  const widthAt = (rows) => columnsAt(rows).reduce((sum, columns) => sum + columns * cell.width, (ordered.length - 1) * between);
  let rows = 4;
  while (widthAt(rows) > rows * cell.height * ratio) rows++;
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
  return { nodes, edges: edges.map((edge) => straight(at.get(edge.from), at.get(edge.to))), width: left - between + 12, height: rows * cell.height + 24 };
}

function straight(from, to) {
  const side = from.x <= to.x ? 0.5 : -0.5;
  return [{ x: from.x + side * from.width, y: from.y }, { x: to.x - side * to.width, y: to.y }];
}
