// How the cells of the reports are shown: each of these fills a cell of its own kind.
import { el, prose, say } from "./dom.js";
import { asWritten } from "./model.js";

/** By kind, `fill(cell, value, {model, show})`. They write only what differs; `show(row, edges)` shows something in the graph. */
export const CELLS = {
  text: (cell, value) => say(cell, String(value ?? "–")),
  number: (cell, value) => say(cell, String(value ?? "–")),
  prose: (cell, value) => {
    if (cell.textContent !== value.replaceAll("`", "")) cell.replaceChildren(...prose(value));
  },
  shares,
  cause,
};

/** The shares as one bar. What it says stands in the columns beside it, too. */
function shares(cell, all) {
  if (!cell.firstChild) cell.append(el("div", { class: "share-bar", "aria-hidden": "true" }, ...all.map(({ name }) => el("div", { class: name }))));
  for (const [i, { part }] of all.entries()) {
    // Not by an attribute: the page's policy allows no styles inside of it, but scripts may set them.
    cell.firstChild.children[i].style.width = `${(part ?? 0) * 100}%`;
  }
}

/** The edges that cause it, or the node alone, to be shown in the graph. */
function cause(cell, { row: own, what, edges }, { model, show }) {
  const of = `${own} ${what} ${edges}`;
  if (cell.dataset.of === of) return;
  cell.dataset.of = of;
  // What blocks is told by its name alone.
  const row = own ?? model.named(what);
  const asked = new Map((edges ?? []).flatMap(([from, to]) => model.between(from, to)).map((edge) => [edge, asWritten(model, edge)]));
  const link = (text, shown) => el("button", { type: "button", class: "link", onclick: () => show(row, shown) }, text);
  const links = [...asked].map(([edge, text]) => link(text, [edge]));
  if (links.length === 0 && model.nodes[row]) links.push(link(model.nodes[row].name, []));
  if (links.length > 1) links.push(link(`all ${links.length}`, [...asked.keys()]));
  cell.replaceChildren(...(links.length > 0 ? [el("ul", { class: "links" }, ...links.map((one) => el("li", {}, one)))] : ["–"]));
}
