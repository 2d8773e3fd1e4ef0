// What is known of one node, or of one route.
import { count, describe, placeOf } from "./model.js";
import { byId, duration, el, histogram, mean, number, say } from "./dom.js";

/** Shows a node in the panel, or how to choose one. `choose(row)` is called when another one is chosen there. */
export function showNode(model, row, counters, choose) {
  if (row === null) {
    say(byId("details-title"), "Details");
    const hint = "Point at a node to see where it comes from and what it has counted. Choose one to see what needs it and what it needs.";
    byId("details-body").replaceChildren(el("p", { class: "note" }, hint));
    return;
  }
  const node = model.nodes[row];
  say(byId("details-title"), node.name);
  const link = (other, edge) => el("li", {}, el("button", { type: "button", class: "link", onclick: () => choose(other) }, model.nodes[other].name), el("span", { class: "note" }, edge.lazy ? ` ${edge.param}, lazy` : ` ${edge.param}`));
  const parts = [
    el("p", {}, el("span", { class: `tag ${node.style}` }, describe(node))),
    placeOf(node) ? el("p", {}, el("code", {}, placeOf(node))) : null,
    counted(counters.get(row)),
    el("h3", {}, "Path"),
    way(model, row),
    el("h3", {}, count(node.out.length, "dependency", "dependencies")),
    el("ul", {}, ...node.out.map((edge) => link(edge.to, edge))),
    el("h3", {}, count(node.in.length, "dependant")),
    el("ul", {}, ...node.in.map((edge) => link(edge.from, edge))),
  ];
  byId("details-body").replaceChildren(...parts.filter(Boolean));
}

/** `shorten → editor: Editor → user: CurrentUser` */
function way(model, row) {
  const path = model.path(row);
  if (path.length === 0) return el("p", { class: "note" }, model.via.has(row) ? "It is a root: paths begin here." : "No root reaches it.");
  const steps = path.map((edge) => el("li", {}, el("span", { class: "note" }, `${edge.param}: `), model.nodes[edge.to].name));
  return el("ol", { class: "way" }, el("li", {}, model.nodes[path[0].from].name), ...steps);
}

function counted(own) {
  if (!own) return null;
  return el(
    "div",
    {},
    el("dl", {}, ...pair("built", number(own.built)), ...pair("live", number(own.live)), ...pair("failed", number(own.failed)), ...pair("build, mean", duration(mean(own.build))), ...pair("teardown, mean", duration(mean(own.teardown)))),
    histogram(own.build),
  );
}

function pair(name, value) {
  return [el("dt", {}, name), el("dd", {}, value)];
}

/** Shows a route: where its time goes, and what it builds. */
export function showRoute(model, route, choose) {
  say(byId("details-title"), `${route.method} ${route.path}`);
  const parts = [["constructors", route.constructors_ns], ["handler", route.handler_ns], ["teardown", route.teardown_ns]];
  const all = parts.reduce((sum, [, ns]) => sum + (ns ?? 0), 0);
  const share = ([name, ns]) => pair(name, all > 0 ? `${Math.round(((ns ?? 0) / all) * 100)}%, ${duration(ns)}` : "–");
  const built = (route.nodes ?? []).filter((own) => model.nodes[own.row]);
  const rows = built.map((own) =>
    el("tr", {}, el("th", { scope: "row" }, el("button", { type: "button", class: "link", onclick: () => choose(own.row) }, model.nodes[own.row].name)), el("td", {}, number(own.built)), el("td", {}, duration(own.built > 0 ? own.ns / own.built : undefined))),
  );
  byId("details-body").replaceChildren(
    el("h3", {}, "Latency"),
    histogram(route.latency) ?? el("p", { class: "note" }, "nothing yet"),
    el("h3", {}, "Where the time goes"),
    el("dl", {}, ...parts.flatMap(share)),
    el("h3", {}, "What it builds"),
    rows.length > 0 ? el("table", {}, el("thead", {}, el("tr", {}, ...["node", "built", "each"].map((title) => el("th", { scope: "col" }, title)))), el("tbody", {}, ...rows)) : el("p", { class: "note" }, "nothing yet"),
  );
}
