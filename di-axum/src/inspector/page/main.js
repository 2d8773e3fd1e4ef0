// Puts the page together.
import { showNode, showRoute } from "./details.js";
import { announce, byId, say } from "./dom.js";
import { GraphView } from "./graph.js";
import { COMPACT } from "./pack.js";
import { NodeList } from "./list.js";
import { Model, count } from "./model.js";
import { legend } from "./shapes.js";
import { graphData, isServed, listen, startupData } from "./source.js";
import { waterfall } from "./startup.js";
import { Tables } from "./tables.js";
import { setUpTheme } from "./theme.js";

/** What is chosen, looked at, and known. */
const state = { focused: null, looked: null, route: null, counters: new Map() };

async function start() {
  setUpTheme();
  const model = new Model(await graphData());
  const view = new GraphView(byId("graph"), model, { focus: (row) => choose(row), preview: (row) => look(row), isServed });
  const list = new NodeList(model, (row) => choose(row));
  const isolate = byId("isolate");

  const choose = (row) => {
    Object.assign(state, { focused: row, route: null });
    byId("clear").disabled = row === null;
    list.select(row);
    view.focus(row, isolate.checked);
    details();
    const node = model.nodes[row];
    announce(node ? `${node.name}: ${count(node.in.length, "dependant")}, ${count(node.out.length, "dependency", "dependencies")}` : "All nodes");
  };
  const look = (row) => {
    state.looked = row;
    details();
  };
  const details = () => {
    if (state.route && state.looked === null) showRoute(model, state.route, choose);
    else showNode(model, state.looked ?? state.focused, state.counters, choose);
  };

  setUpTools(view, choose, isolate);
  isolate.checked = model.nodes.length > COMPACT;
  const styles = new Set(model.nodes.map((node) => node.style));
  byId("legend").replaceChildren(...legend(styles, model.edges.some((edge) => edge.lazy)));
  say(byId("totals"), `${count(model.nodes.length, "node")}, ${count(model.edges.length, "edge")}`);
  details();
  if (isServed) await report(model, choose, details);
  await view.draw();
  document.documentElement.dataset.ready = "yes";
  if (isServed) listen((snapshot) => heard(snapshot, view, details));
}

/** The reports, where there is a server. */
async function report(model, choose, details) {
  byId("dock").hidden = false;
  const show = (kind, row) => {
    if (kind === "findings") return choose(row.row ?? row.edge?.[0] ?? null);
    state.route = row;
    return details();
  };
  state.tables = new Tables(show, waterfall(model, await startupData(), choose));
  const fold = byId("fold");
  fold.addEventListener("click", () => {
    const isOpen = fold.getAttribute("aria-expanded") === "true";
    fold.setAttribute("aria-expanded", String(!isOpen));
    fold.textContent = isOpen ? "Show" : "Hide";
    byId("panels").hidden = isOpen;
  });
}

function heard(snapshot, view, details) {
  state.counters = new Map((snapshot.nodes ?? []).map((own) => [own.row, own]));
  view.count(state.counters);
  state.tables.show(snapshot);
  if (state.route) state.route = (snapshot.routes ?? []).find((route) => route.method === state.route.method && route.path === state.route.path) ?? state.route;
  // What holds the keyboard's focus is not replaced under it.
  if (!byId("details").contains(document.activeElement)) details();
}

function setUpTools(view, choose, isolate) {
  const { viewport } = view;
  byId("zoom-in").addEventListener("click", () => viewport.zoom(1.25));
  byId("zoom-out").addEventListener("click", () => viewport.zoom(0.8));
  byId("fit").addEventListener("click", () => viewport.fit());
  byId("clear").addEventListener("click", () => choose(null));
  isolate.addEventListener("change", () => view.focus(state.focused, isolate.checked));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.focused !== null) choose(null);
  });
}

start().catch((error) => {
  say(byId("totals"), `The graph could not be loaded: ${error.message}`);
  throw error;
});
