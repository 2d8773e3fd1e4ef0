// What is known of one node.
import { byId, duration, el, histogram, mean, quantile, say } from "./dom.js";
import { count, describe, placeOf } from "./model.js";

const HINT = "Point at a node to see where it comes from and what it has counted. Choose one to see what needs it and what it needs.";

/** The panel beside the graph. `choose(row)` is called when another node is chosen there. */
export class Details {
  #row;
  #counted = el("div");
  #said = "";

  constructor(model, choose) {
    Object.assign(this, { model, choose });
  }

  /** Shows a node, or how to choose one. Of the node that is shown already, only the counters are written anew: a click on anything else is not lost. */
  show(row, counters) {
    if (row !== this.#row) this.#draw(row);
    this.#row = row;
    const own = counters.get(row);
    const words = own ? JSON.stringify([own.counts, own.timings]) : "";
    if (words === this.#said) return;
    this.#said = words;
    this.#counted.replaceChildren(...(own ? lists(own) : []));
  }

  #draw(row) {
    const node = this.model.nodes[row];
    say(byId("details-title"), node?.name ?? "Details");
    byId("details-body").replaceChildren(...(node ? this.#parts(node) : [el("p", { class: "note" }, HINT)]));
  }

  #parts(node) {
    const link = (other, edge) => el("li", {}, el("button", { type: "button", class: "link", onclick: () => this.choose(other) }, this.model.nodes[other].name), el("span", { class: "note" }, edge.lazy ? ` ${edge.param}, lazy` : ` ${edge.param}`));
    const parts = [
      el("p", {}, el("span", { class: `tag ${node.style}` }, describe(node))),
      placeOf(node) ? el("p", {}, el("code", {}, placeOf(node))) : null,
      this.#counted,
      el("h3", {}, "Path"),
      way(this.model, node.row),
      el("h3", {}, count(node.out.length, "dependency", "dependencies")),
      el("ul", {}, ...node.out.map((edge) => link(edge.to, edge))),
      el("h3", {}, count(node.in.length, "dependant")),
      el("ul", {}, ...node.in.map((edge) => link(edge.from, edge))),
    ];
    return parts.filter(Boolean);
  }
}

/** `shorten → editor: Editor → user: CurrentUser` */
function way(model, row) {
  const path = model.path(row);
  if (path.length === 0) return el("p", { class: "note" }, model.via.has(row) ? "It is a root: paths begin here." : "No root reaches it.");
  const steps = path.map((edge) => el("li", {}, el("span", { class: "note" }, `${edge.param}: `), model.nodes[edge.to].name));
  return el("ol", { class: "way" }, el("li", {}, model.nodes[path[0].from].name), ...steps);
}

function lists(own) {
  const pairs = own.counts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]);
  return [el("dl", {}, ...pairs), timings(own.timings), histogram(own.timings[0]?.[1])].filter(Boolean);
}

function timings(all) {
  if (all.length === 0) return null;
  const row = ([name, times]) => el("tr", {}, el("th", { scope: "row" }, name), ...[quantile(times, 0.5), quantile(times, 0.99), duration(mean(times))].map((value) => el("td", { class: "number" }, value)));
  const head = ["p50", "p99", "mean"].map((title) => el("th", { scope: "col", class: "number" }, title));
  return el("table", { class: "timings", "aria-label": "How long it takes" }, el("thead", {}, el("tr", {}, el("td"), ...head)), el("tbody", {}, ...all.map(row)));
}
