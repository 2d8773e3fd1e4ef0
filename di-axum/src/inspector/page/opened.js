// What a route builds: the row that is opened below its own.
import { requestsOf } from "./counters.js";
import { duration, el, histogram, number, say } from "./dom.js";
import { describe } from "./model.js";
import { percent, sharesOf } from "./reports.js";
import { Rows } from "./rows.js";

const COLUMNS = ["node", "", "for a request", "each", "of the time", "for nothing"];

/** Fills the cell of an opened row; what this returns writes what differs. `choose(row)` is called when a node is chosen. */
export function opened(cell, model, choose) {
  const body = el("tbody");
  const rows = new Rows(body, (row) => line(model.nodes[row], choose));
  const [latency, spent, handler, none] = [el("div"), el("dl"), el("p"), el("p", { class: "note" }, "It has built nothing.")];
  const head = COLUMNS.map((title, i) => el("th", { scope: "col", class: i > 1 ? "number" : "" }, title || el("span", { class: "hidden" }, "what it is")));
  const table = el("table", { "aria-label": "What it builds" }, el("thead", {}, el("tr", {}, ...head)), body);
  cell.append(el("div", { class: "opened" }, el("div", {}, handler, latency), spent, el("div", {}, table, none)));
  return (route) => {
    const requests = requestsOf(route);
    const each = (ns) => (requests > 0 ? duration(ns / requests) : "–");
    const shares = sharesOf(route);
    const all = shares.reduce((sum, { ns }) => sum + ns, 0);
    link(handler, route.handler, model, choose);
    latency.replaceChildren(...[histogram(route.latency)].filter(Boolean));
    const pairs = shares.flatMap((share) => [el("dt", {}, share.name === "rest" ? "the rest: layers, extractors" : share.name), el("dd", {}, `${percent(share)}, ${each(share.ns)} a request`)]);
    spent.replaceChildren(...pairs);
    const built = (route.nodes ?? []).filter((own) => model.nodes[own.row]);
    rows.show(built.map((own) => ({ ...own, requests, all })), (own) => own.row);
    table.hidden = built.length === 0;
    none.hidden = built.length > 0;
  };
}

/** The handler, which can be chosen where it is listed. */
function link(place, name, model, choose) {
  if (place.dataset.of === String(name)) return;
  place.dataset.of = String(name);
  const row = name ? model.named(name, "handler") : null;
  const shown = row === null ? (name ?? "no handler of this library") : el("button", { type: "button", class: "link", onclick: () => choose(row) }, name);
  place.replaceChildren(el("span", { class: "note" }, "handler: "), shown);
}

function line(node, choose) {
  const cells = COLUMNS.slice(2).map(() => el("td", { class: "number" }));
  const name = el("button", { type: "button", class: "link", onclick: () => choose(node.row) }, node.name);
  const row = el("tr", { "data-row": node.row }, el("th", { scope: "row" }, name), el("td", {}, el("span", { class: `tag ${node.style}` }, describe(node))), ...cells);
  const update = ({ built, ns, in_vain: inVain, requests, all }) => {
    const times = requests > 0 ? built / requests : null;
    const values = [times === null ? "–" : `${Number(times.toFixed(2))} ×`, built > 0 ? duration(ns / built) : "–", percent({ part: all > 0 ? ns / all : null }), inVain > 0 ? number(inVain) : "–"];
    for (const [i, value] of values.entries()) say(cells[i], value);
    row.classList.toggle("warns", inVain > 0);
  };
  return { lines: [row], update };
}
