// The nodes as a list: the graph for those who do not see it, and the search.
import { byId, el, say } from "./dom.js";
import { count, describe } from "./model.js";
import { letterOf } from "./shapes.js";

const GROUPS = [
  ["handler", "Handlers"],
  ["task", "Tasks"],
  ["service", "Services"],
  ["request", "Request"],
  ["singleton", "Singletons"],
  ["transient", "Transients"],
  ["missing", "Missing"],
];

/** `choose(row)` is called when a node is chosen, `leave()` when the focus is to be given up. */
export class NodeList {
  constructor(model, choose) {
    Object.assign(this, { model, choose, chosen: null });
    this.list = byId("node-list");
    this.input = byId("search");
    this.options = new Map(model.nodes.map((node) => [node.row, this.#option(node)]));
    this.#show(null);
    this.input.addEventListener("input", () => this.#show(model.search(this.input.value)));
    this.input.addEventListener("keydown", (event) => this.#searchKey(event));
    this.list.addEventListener("keydown", (event) => this.#listKey(event));
    document.addEventListener("keydown", (event) => this.#slash(event));
  }

  #option(node) {
    const attributes = { role: "option", id: `option-${node.row}`, class: "option", tabindex: -1, "aria-selected": "false", "data-row": node.row, "aria-label": `${node.name}, ${describe(node)}`, onclick: () => this.choose(node.row) };
    return el("div", attributes, el("span", { class: `badge ${node.style}`, "aria-hidden": "true" }, letterOf(node.style)), node.name);
  }

  /** Shows what was found, in that order; or everything, in groups. */
  #show(found) {
    this.visible = [];
    const kept = (rows) => rows.map((row) => this.options.get(row));
    if (found !== null) {
      this.visible = kept(found);
      this.list.replaceChildren(...this.visible);
      say(byId("found"), found.length === 0 ? "nothing found" : `${count(found.length, "node")} found, Enter takes the first`);
    } else {
      const groups = GROUPS.map(([style, title]) => {
        const rows = kept(this.model.nodes.filter((node) => node.style === style).map((node) => node.row));
        this.visible.push(...rows);
        const id = `group-${style}`;
        return rows.length === 0 ? null : el("div", { role: "group", "aria-labelledby": id }, el("div", { id, class: "group", role: "presentation" }, `${title} (${rows.length})`), ...rows);
      });
      this.list.replaceChildren(...groups.filter(Boolean));
      say(byId("found"), "");
    }
    this.#rove(this.options.get(this.chosen));
  }

  /** One option can be reached by the tab key. */
  #rove(option) {
    const current = this.visible.includes(option) ? option : this.visible[0];
    for (const other of this.options.values()) other.setAttribute("tabindex", other === current ? 0 : -1);
    return current;
  }

  /** Marks the chosen node. */
  select(row) {
    this.options.get(this.chosen)?.setAttribute("aria-selected", "false");
    this.chosen = row;
    const option = this.options.get(row);
    option?.setAttribute("aria-selected", "true");
    if (this.visible.includes(option)) option.scrollIntoView({ block: "nearest" });
    this.#rove(option);
  }

  #searchKey(event) {
    if (event.key === "Enter" && this.visible.length > 0) {
      this.choose(Number(this.visible[0].dataset.row));
    } else if (event.key === "ArrowDown") {
      this.visible[0]?.focus();
    } else if (event.key === "Escape" && this.input.value !== "") {
      event.stopPropagation();
      this.input.value = "";
      this.#show(null);
    } else {
      return;
    }
    event.preventDefault();
  }

  #listKey(event) {
    const at = this.visible.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.visible.length - 1 }[event.key];
    if (event.key === "Enter" || event.key === " ") this.choose(Number(event.target.dataset.row));
    else if (to === -1) this.input.focus();
    else if (to !== undefined) this.#rove(this.visible[to])?.focus();
    else return;
    event.preventDefault();
  }

  /** The key `/` begins a search, unless something else is written. */
  #slash(event) {
    const isWriting = event.target.matches?.("input, textarea, select");
    if (event.key !== "/" || isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.input.focus();
    this.input.select();
  }
}
