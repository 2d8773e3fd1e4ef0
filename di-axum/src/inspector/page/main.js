// Puts the page together.
import { countersOf } from "./counters.js";
import { Details } from "./details.js";
import { announce, byId, say } from "./dom.js";
import { GraphView } from "./graph.js";
import { COMPACT } from "./pack.js";
import { NodeList } from "./list.js";
import { Model, asWritten, count } from "./model.js";
import { legend } from "./shapes.js";
import { graphData, isServed, listen, startupData } from "./source.js";
import { waterfall } from "./startup.js";
import { Tables } from "./tables.js";
import { setUpTheme } from "./theme.js";

/** What is chosen, looked at, and known. */
const state = { focused: null, looked: null, cause: null, counters: new Map(), findings: 0 };

async function start() {
  setUpTheme();
  const model = new Model(await graphData());
  const view = new GraphView(byId("graph"), model, { focus: (row) => choose(row), preview: (row) => look(row), isServed });
  const list = new NodeList(model, (row) => choose(row));
  const isolate = byId("isolate");

  const choose = (row) => {
    take(row);
    const node = model.nodes[row];
    announce(node ? `${node.name}: ${count(node.in.length, "dependant")}, ${count(node.out.length, "dependency", "dependencies")}` : "All nodes");
  };
  const take = (row) => {
    Object.assign(state, { focused: row, cause: null });
    byId("clear").disabled = row === null;
    list.select(row);
    details();
    return view.focus(row, isolate.checked);
  };
  const cause = async (row, edges) => {
    announce(edges.length > 0 ? `Marked in the graph: ${edges.map((edge) => asWritten(model, edge)).join(", ")}` : `Marked in the graph: ${model.nodes[row].name}`);
    const drawn = take(row);
    state.cause = edges;
    await drawn;
    // Something else may have been chosen meanwhile.
    if (state.cause === edges) view.mark(edges);
  };
  const look = (row) => {
    state.looked = row;
    details();
  };
  const panel = new Details(model, choose);
  const details = () => panel.show(state.looked ?? state.focused, state.counters);

  setUpTools(view, choose, isolate);
  isolate.checked = model.nodes.length > COMPACT;
  const styles = new Set(model.nodes.map((node) => node.style));
  byId("legend").replaceChildren(...legend(styles, model.edges.some((edge) => edge.lazy), isServed && model.nodes.length > COMPACT));
  say(byId("totals"), `${count(model.nodes.length, "node")}, ${count(model.edges.length, "edge")}`);
  details();
  if (isServed) state.tables = await report(model, choose, cause);
  await view.draw();
  document.documentElement.dataset.ready = "yes";
  if (isServed) listen((snapshot) => heard(model, snapshot, view, details));
}

/** The reports, where there is a server. */
async function report(model, choose, cause) {
  byId("dock").hidden = false;
  const fold = byId("fold");
  fold.addEventListener("click", () => {
    const isOpen = fold.getAttribute("aria-expanded") === "true";
    fold.setAttribute("aria-expanded", String(!isOpen));
    fold.textContent = isOpen ? "Show" : "Hide";
    byId("panels").hidden = isOpen;
  });
  return new Tables(model, choose, cause, waterfall(model, await startupData(), choose));
}

function heard(model, snapshot, view, details) {
  state.counters = countersOf(model, snapshot);
  view.count(state.counters);
  state.tables.count(snapshot);
  details();
  const findings = snapshot.findings?.length ?? 0;
  if (findings > state.findings) announce(count(findings, "finding"));
  state.findings = findings;
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
