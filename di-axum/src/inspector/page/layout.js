// Sizes of nodes, and who computes where they lie.
import { describe } from "./model.js";
import { COMPACT, arrange } from "./pack.js";

/** The width of a character of the names, which are monospaced. */
const CHARACTER = 7.9;
/** From this many nodes on a worker computes, if there can be one. */
const BESIDE = 60;

/** A name as a node shows it. */
export function shortened(name, most) {
  return name.length > most ? `${name.slice(0, most - 1)}…` : name;
}

/** How many characters of a name are shown, and how large a node with it is; a node may also say what it is, and how often it was built. */
export function sizes(nodes) {
  const isCompact = nodes.length > COMPACT;
  const most = isCompact ? 18 : 30;
  const size = (node) => {
    if (isCompact) return { id: node.row, width: 146, height: 25 };
    const widest = Math.max(shortened(node.name, most).length * CHARACTER, (describe(node).length + 11) * 5.4);
    return { id: node.row, width: widest + 40, height: 46 };
  };
  return { isCompact, most, nodes: nodes.map(size) };
}

/** Where these nodes and edges lie; see `arrange`. */
export async function laidOut(input, isServed) {
  if (isServed && input.nodes.length > BESIDE && typeof Worker === "function") {
    const placed = await inWorker(input).catch(() => null);
    if (placed) return placed;
  }
  return arrange(dagre, input);
}

function inWorker(input) {
  const worker = new Worker(new URL("layout_worker.js", document.baseURI));
  const placed = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = reject;
    worker.postMessage(input);
  });
  return placed.finally(() => worker.terminate());
}
