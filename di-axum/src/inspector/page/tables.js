// The reports: a table for each section of a snapshot, as tabs.
import { byId, duration, el, mean, millis, number, quantile, say } from "./dom.js";

const sum = (numbers) => (numbers ?? []).reduce((all, one) => all + one, 0);

/** A column is a title and what a row has there; those with `true` are numbers. */
const REPORTS = [
  {
    id: "routes", title: "Routes", key: (row) => `${row.method} ${row.path}`,
    empty: "No request yet.",
    columns: [
      ["route", (row) => `${row.method} ${row.path}`],
      ["requests", (row) => number(sum(row.status)), true],
      ["in flight", (row) => number(row.in_flight), true],
      ["2xx", (row) => number(row.status?.[1]), true],
      ["3xx", (row) => number(row.status?.[2]), true],
      ["4xx", (row) => number(row.status?.[3]), true],
      ["5xx", (row) => number(row.status?.[4]), true],
      ["mean", (row) => duration(mean(row.latency)), true],
      ["99% below", (row) => duration(quantile(row.latency, 0.99)), true],
      ["constructors", (row) => percent(row.constructors_ns, row), true],
      ["handler", (row) => percent(row.handler_ns, row), true],
      ["teardown", (row) => percent(row.teardown_ns, row), true],
    ],
    warns: (row) => row.status?.[4] > 0,
  },
  {
    id: "slow", title: "Slow polls", key: (row) => `${row.route} ${row.what} ${row.file}:${row.line}`,
    empty: "Nothing has blocked its thread.", isBadged: true,
    columns: [
      ["what", (row) => row.what],
      ["where", (row) => (row.file ? `${row.file}:${row.line}` : "–")],
      ["route", (row) => row.route ?? "–"],
      ["times", (row) => number(row.count), true],
      ["longest", (row) => millis(row.longest_ms), true],
      ["stuck now for", (row) => (row.stuck_ms == null ? "–" : millis(row.stuck_ms)), true],
    ],
    warns: () => true,
  },
  {
    id: "tasks", title: "Tasks", key: (row) => row.name,
    empty: "No task runs.",
    columns: [
      ["task", (row) => row.name],
      ["queued", (row) => number(row.queued), true],
      ["running", (row) => number(row.running), true],
      ["done", (row) => number(row.done), true],
      ["failed", (row) => number(row.failed), true],
      ["oldest", (row) => millis(row.oldest_ms), true],
    ],
    warns: (row) => row.failed > 0,
  },
  {
    id: "scopes", title: "Scopes", key: (row, i) => `${row.what} ${i}`,
    empty: "No scope is open.",
    columns: [
      ["scope", (row) => row.what],
      ["age", (row) => millis(row.age_ms), true],
    ],
    warns: () => false,
  },
  {
    id: "pools", title: "Pools", key: (row) => row.name,
    empty: "There is no pool.",
    columns: [
      ["pool", (row) => row.name],
      ["in use", (row) => `${number(row.in_use)} of ${number(row.max)}`, true],
      ["idle", (row) => number(row.idle), true],
      ["waiting", (row) => number(row.waiting), true],
      ["acquired", (row) => number(row.acquired), true],
      ["timed out", (row) => number(row.timed_out), true],
      ["failed", (row) => number(row.failed), true],
      ["waited", (row) => millis(row.waited_ms), true],
      ["longest", (row) => millis(row.longest_ms), true],
    ],
    warns: (row) => row.timed_out > 0 || row.failed > 0,
  },
  {
    id: "findings", title: "Findings", key: (row) => `${row.kind} ${row.row} ${row.edge}`,
    empty: "Nothing was found.", isBadged: true,
    columns: [
      ["finding", (row) => row.kind],
      ["what it is", (row) => row.text],
    ],
    warns: () => true,
  },
];

function percent(part, row) {
  const all = (row.constructors_ns ?? 0) + (row.handler_ns ?? 0) + (row.teardown_ns ?? 0);
  return all > 0 ? `${Math.round(((part ?? 0) / all) * 100)}%` : "–";
}

/** Tabs and their tables. `choose(report, row)` is called for the rows that have more to show. */
export class Tables {
  constructor(choose, extra) {
    Object.assign(this, { choose, rows: new Map(), tabs: [], panels: [] });
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
    const head = report.columns.map(([title, , isNumber]) => el("th", { scope: "col", class: isNumber ? "number" : "" }, title));
    const body = el("tbody");
    const empty = el("p", { class: "note" }, report.empty);
    const table = el("table", { "aria-label": report.title, hidden: true }, el("thead", {}, el("tr", {}, ...head)), body);
    this.rows.set(report.id, { body, table, empty, known: new Map() });
    return el("div", {}, empty, table);
  }

  /** A snapshot: rows are kept, and only what differs is written. */
  show(snapshot) {
    for (const report of REPORTS) {
      const rows = snapshot[report.id] ?? [];
      const { body, table, empty, known } = this.rows.get(report.id);
      const keyed = new Map(rows.map((row, i) => [report.key(row, i), row]));
      for (const [key, row] of keyed) {
        if (!known.has(key)) known.set(key, this.#row(report, key, body));
        known.get(key)(row);
      }
      for (const [key, update] of known) {
        if (keyed.has(key)) continue;
        update(null);
        known.delete(key);
      }
      table.hidden = rows.length === 0;
      empty.hidden = rows.length > 0;
      const badge = byId(`tab-${report.id}`).querySelector(".count");
      say(badge, rows.length > 0 ? ` ${rows.length}` : "");
      badge.classList.toggle("alert", Boolean(report.isBadged));
    }
  }

  /** Adds a row; what this returns fills it, or takes it away. */
  #row(report, key, body) {
    let latest = null;
    const hasMore = report.id === "routes" || report.id === "findings";
    const first = hasMore ? el("button", { type: "button", class: "link", onclick: () => this.choose(report.id, latest) }) : el("span");
    const cells = report.columns.map(([, , isNumber], i) => (i === 0 ? el("th", { scope: "row" }, first) : el("td", { class: isNumber ? "number" : "" })));
    const line = el("tr", { "data-key": key }, ...cells);
    body.append(line);
    return (row) => {
      if (row === null) return line.remove();
      latest = row;
      for (const [i, [, value]] of report.columns.entries()) say(i === 0 ? first : cells[i], String(value(row) ?? "–"));
      return line.classList.toggle("warns", Boolean(report.warns(row)));
    };
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
