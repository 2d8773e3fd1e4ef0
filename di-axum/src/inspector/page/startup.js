// The start-up waterfall.
import { el, millis } from "./dom.js";

/** A table with a bar for each singleton, by when it began; the critical path is marked in words, too. */
export function waterfall(model, startup, choose) {
  const nodes = (startup?.nodes ?? []).filter((node) => model.nodes[node.row]);
  if (nodes.length === 0) return el("p", { class: "note" }, "Start-up was not recorded.");
  const total = Math.max(startup.total_ms ?? 0, ...nodes.map((node) => node.end_ms), 0.001);
  const critical = nodes.filter((node) => node.critical).length;
  const ordered = [...nodes].sort((a, b) => a.start_ms - b.start_ms || a.end_ms - b.end_ms);
  const rows = ordered.map((node) => {
    const bar = el("div", { class: node.critical ? "bar critical" : "bar" });
    // Not by an attribute: the page's policy allows no styles inside of it, but scripts may set them.
    bar.style.marginLeft = `${(node.start_ms / total) * 100}%`;
    bar.style.width = `${Math.max(((node.end_ms - node.start_ms) / total) * 100, 0.3)}%`;
    const name = el("button", { type: "button", class: "link", onclick: () => choose(node.row) }, model.nodes[node.row].name);
    const cells = [el("td", { class: "number" }, millis(node.start_ms)), el("td", { class: "number" }, millis(node.end_ms - node.start_ms)), el("td", {}, node.critical ? "critical" : "")];
    return el("tr", {}, el("th", { scope: "row" }, name), ...cells, el("td", { class: "track", "aria-hidden": "true" }, bar));
  });
  const head = ["singleton", "begins", "takes", "path", ""].map((title, i) => el("th", { scope: "col", class: i === 1 || i === 2 ? "number" : "" }, title || el("span", { class: "hidden" }, "bar")));
  const summary = `${millis(startup.total_ms ?? total)} in all; ${critical} of ${nodes.length} singletons are on the critical path: only what is faster there makes start-up faster.`;
  return el("div", {}, el("p", { class: "note" }, summary), el("table", { class: "waterfall", "aria-label": "Start-up" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows)));
}
