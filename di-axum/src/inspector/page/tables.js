// The reports: a table for each section of a snapshot, as tabs.
import { CELLS } from "./cells.js";
import { byId, el, prose, say } from "./dom.js";
import { opened } from "./opened.js";
import { REPORTS } from "./reports.js";
import { Rows } from "./rows.js";

/** Tabs and their tables. `choose(row)` chooses a node, `show(row, edges)` also marks what causes something there. */
export class Tables {
  constructor(model, choose, show, extra) {
    Object.assign(this, { model, choose, show, shown: new Map(), tabs: [], panels: [] });
    for (const report of REPORTS) this.#add(report.id, report.title, this.#table(report));
    this.#add("startup", "Start-up", extra);
    byId("tabs").addEventListener("keydown", (event) => this.#key(event));
    this.#select(0);
  }

  #add(id, title, content) {
    const at = this.tabs.length;
    const badge = el("span", { class: "count" });
    const tab = el("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}`, onclick: () => this.#select(at) }, title, badge);
    const panel = el("div", { role: "tabpanel", id: `panel-${id}`, "aria-labelledby": `tab-${id}`, tabindex: 0 }, content);
    this.tabs.push(tab);
    this.panels.push(panel);
    byId("tabs").append(tab);
    byId("panels").append(panel);
  }

  #table(report) {
    const head = report.columns.map(([title, , kind, swatch]) => el("th", { scope: "col", class: kind === "number" ? "number" : "" }, swatch ? el("span", { class: `swatch ${swatch}`, "aria-hidden": "true" }) : null, title));
    const body = el("tbody");
    const empty = el("p", { class: "note" }, ...prose(report.empty));
    const table = el("table", { "aria-label": report.title, hidden: true }, el("thead", {}, el("tr", {}, ...head)), body);
    this.shown.set(report.id, { rows: new Rows(body, (key) => this.#row(report, key)), table, empty });
    return el("div", {}, empty, table);
  }

  /** A snapshot. */
  count(snapshot) {
    for (const report of REPORTS) {
      const own = snapshot[report.id] ?? [];
      const { rows, table, empty } = this.shown.get(report.id);
      rows.show(own, report.key);
      table.hidden = own.length === 0;
      empty.hidden = own.length > 0;
      const badge = byId(`tab-${report.id}`).querySelector(".count");
      const all = report.all?.(snapshot) ?? own.length;
      say(badge, all > 0 ? ` ${all}` : "");
      badge.classList.toggle("alert", Boolean(report.isBadged));
    }
  }

  /** A row; one that can be opened has another one below it. */
  #row(report, key) {
    const cells = report.columns.map(([, , kind], i) => (i === 0 ? el("th", { scope: "row" }) : el("td", { class: kind ?? "" })));
    const line = el("tr", { "data-key": key }, ...cells);
    const more = report.canOpen ? this.#opening(cells) : null;
    const update = (row) => {
      for (const [i, [, value, kind]] of report.columns.entries()) {
        CELLS[kind ?? "text"](i === 0 && more ? more.button : cells[i], value(row), this);
      }
      line.classList.toggle("warns", Boolean(report.warns(row)));
      more?.update(row);
    };
    return { lines: more ? [line, more.line] : [line], update };
  }

  #opening(cells) {
    const inside = el("td", { colspan: cells.length });
    const line = el("tr", { class: "more", hidden: true }, inside);
    const button = el("button", { type: "button", class: "link", "aria-expanded": "false" });
    const write = opened(inside, this.model, this.choose);
    let latest = null;
    button.addEventListener("click", () => {
      line.hidden = !line.hidden;
      button.setAttribute("aria-expanded", String(!line.hidden));
      write(latest);
    });
    cells[0].append(button);
    const update = (row) => {
      latest = row;
      if (!line.hidden) write(row);
    };
    return { line, button, update };
  }

  #select(at) {
    for (const [i, tab] of this.tabs.entries()) {
      tab.setAttribute("aria-selected", String(i === at));
      tab.setAttribute("tabindex", i === at ? 0 : -1);
      this.panels[i].hidden = i !== at;
    }
  }

  #key(event) {
    const at = this.tabs.indexOf(event.target);
    const last = this.tabs.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    this.#select(to);
    this.tabs[to].focus();
  }
}
