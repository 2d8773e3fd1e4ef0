// How nodes and edges are drawn. A scope has a colour, a shape and a letter, so that no one of these is needed to tell them apart.
import { el, svg } from "./dom.js";

/** Style, letter and name, in the order of the legend. */
const LEGEND = [
  ["handler", "H", "handler"],
  ["task", "T", "task"],
  ["service", "V", "service"],
  ["singleton", "S", "singleton"],
  ["request", "R", "request"],
  ["transient", "N", "transient: new each time"],
  ["missing", "?", "missing"],
];

/** The letter of a style. */
export function letterOf(style) {
  return LEGEND.find(([name]) => name === style)?.[1] ?? "?";
}

/** The outline of a node around the origin. Roots point to what they ask for, a request is round, a transient has its corners cut. */
export function outline(style, width, height) {
  const [right, bottom] = [width / 2, height / 2];
  if (style === "request") return svg("rect", { class: "shape", x: -right, y: -bottom, width, height, rx: bottom });
  if (style === "transient") {
    const cut = Math.min(10, bottom);
    const points = [[-right + cut, -bottom], [right - cut, -bottom], [right, 0], [right - cut, bottom], [-right + cut, bottom], [-right, 0]];
    return svg("polygon", { class: "shape", points: points.join(" ") });
  }
  if (style === "handler" || style === "task" || style === "service") {
    const points = [[-right, -bottom], [right - 12, -bottom], [right, 0], [right - 12, bottom], [-right, bottom]];
    return svg("polygon", { class: "shape", points: points.join(" ") });
  }
  return svg("rect", { class: "shape", x: -right, y: -bottom, width, height, rx: 3 });
}

/** A curve through points, with level ends. */
export function curve(points) {
  if (points.length < 2) return "";
  let path = `M${points[0].x} ${points[0].y}`;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]];
    const middle = (a.x + b.x) / 2;
    path += `C${middle} ${a.y} ${middle} ${b.y} ${b.x} ${b.y}`;
  }
  return path;
}

/** The arrow heads. Markers do not take the colour of their edge everywhere, so there is one for each. */
export function markers() {
  const marker = (name) =>
    svg("marker", { id: `arrow-${name}`, viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto" }, svg("path", { d: "M0 0 8 4 0 8z", class: `head-${name}` }));
  return svg("defs", {}, marker("plain"), marker("lit"), marker("way"));
}

/** The legend of the styles that there are; and where nodes show how often they were used by how far they are filled, of that. */
export function legend(styles, hasLazy, isFilled) {
  const entries = LEGEND.filter(([style]) => styles.has(style)).map(([style, letter, name]) => {
    const node = svg("g", { class: `node ${style}`, transform: "translate(17 10)" }, outline(style, 30, 16), svg("text", { class: "letter", y: 4 }, letter));
    return el("span", { role: "listitem" }, svg("svg", { width: 34, height: 20, "aria-hidden": "true" }, node), name);
  });
  if (hasLazy) {
    const line = svg("g", { class: "edge lazy" }, svg("path", { d: "M2 10H32" }));
    entries.push(el("span", { role: "listitem" }, svg("svg", { width: 34, height: 20, "aria-hidden": "true" }, line), "lazy"));
  }
  if (isFilled) {
    const node = svg("g", { class: "node singleton", transform: "translate(17 10)" }, outline("singleton", 30, 16), svg("rect", { class: "load", x: -15, y: -8, width: 18, height: 16 }));
    entries.push(el("span", { role: "listitem" }, svg("svg", { width: 34, height: 20, "aria-hidden": "true" }, node), "how often used"));
  }
  return entries;
}
