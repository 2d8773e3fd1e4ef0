// What the reports tell: their columns.
import { requestsOf } from "./counters.js";
import { duration, mean, millis, number, quantile } from "./dom.js";

/** A column is a title, what a row has there, and how that is shown: as text unless it says something else; see `cells.js`. */
export const REPORTS = [
  {
    id: "routes", title: "Routes", key: (row) => `${row.method} ${row.path}`,
    empty: "No request was seen yet. The layer `observe(&app)` sees them.", canOpen: true,
    columns: [
      ["route", (row) => `${row.method} ${row.path}`],
      ["requests", (row) => number(requestsOf(row)), "number"],
      ["in flight", (row) => number(row.in_flight), "number"],
      ["2xx", (row) => number(row.status?.[1]), "number"],
      ["3xx", (row) => number(row.status?.[2]), "number"],
      ["4xx", (row) => number(row.status?.[3]), "number"],
      ["5xx", (row) => number(row.status?.[4]), "number"],
      ["mean", (row) => duration(mean(row.latency)), "number"],
      ["p50", (row) => quantile(row.latency, 0.5), "number"],
      ["p99", (row) => quantile(row.latency, 0.99), "number"],
      ["constructors", (row) => percent(sharesOf(row)[0]), "number", "constructors"],
      ["handler", (row) => percent(sharesOf(row)[1]), "number", "handler"],
      ["teardown", (row) => percent(sharesOf(row)[2]), "number", "teardown"],
      ["the rest", (row) => percent(sharesOf(row)[3]), "number", "rest"],
      ["time", (row) => sharesOf(row), "shares"],
    ],
    warns: (row) => row.status?.[4] > 0,
  },
  {
    id: "findings", title: "Findings", key: (row) => `${row.kind} ${row.what} ${row.row} ${row.edges} ${wordsOf(row.text)}`,
    empty: "Nothing is built in vain, blocks or does not end.", isBadged: true,
    columns: [
      ["what costs", (row) => row.kind],
      ["why, and what to do", (row) => row.text, "prose"],
      ["in the graph", (row) => row, "cause"],
    ],
    warns: () => true,
  },
  {
    id: "slow", title: "Slow polls", key: (row) => `${row.route} ${row.what} ${row.file}:${row.line}`,
    empty: "Nothing has blocked its thread.", isBadged: true,
    columns: [
      ["what", (row) => row.what || "before the handler"],
      ["where", (row) => (row.file ? `${row.file}:${row.line}` : "–")],
      ["route", (row) => row.route ?? "–"],
      ["times", (row) => number(row.count), "number"],
      ["longest", (row) => millis(row.longest_ms), "number"],
      ["stuck now for", (row) => (row.stuck_ms == null ? "–" : millis(row.stuck_ms)), "number"],
    ],
    warns: () => true,
  },
  {
    id: "tasks", title: "Tasks", key: (row) => row.name,
    empty: "No task runs.",
    columns: [
      ["task", (row) => row.name],
      ["queued", (row) => number(row.queued), "number"],
      ["running", (row) => number(row.running), "number"],
      ["done", (row) => number(row.done), "number"],
      ["failed", (row) => number(row.failed), "number"],
      ["oldest", (row) => millis(row.oldest_ms), "number"],
    ],
    warns: (row) => row.failed > 0,
  },
  {
    id: "scopes", title: "Scopes", key: (row) => row.what,
    // The oldest are told one by one.
    empty: "No scope is open.", all: (snapshot) => snapshot.open,
    columns: [
      ["scope", (row) => row.what],
      ["age", (row) => millis(row.age_ms), "number"],
    ],
    warns: () => false,
  },
  {
    id: "pools", title: "Pools", key: (row) => row.name,
    empty: "There is no pool.",
    columns: [
      ["pool", (row) => row.name],
      ["in use", (row) => `${number(row.in_use)} of ${number(row.max)}`, "number"],
      ["idle", (row) => number(row.idle), "number"],
      ["waiting", (row) => number(row.waiting), "number"],
      ["acquired", (row) => number(row.acquired), "number"],
      ["timed out", (row) => number(row.timed_out), "number"],
      ["failed", (row) => number(row.failed), "number"],
      ["waited", (row) => millis(row.waited_ms), "number"],
      ["longest", (row) => millis(row.longest_ms), "number"],
    ],
    warns: (row) => row.timed_out > 0 || row.failed > 0,
  },
];

/** What the time of a route's requests went to: `[{name, ns, part}]`. The rest are extractors and layers. */
export function sharesOf(route) {
  const known = [["constructors", route.constructors_ns ?? 0], ["handler", route.handler_ns ?? 0], ["teardown", route.teardown_ns ?? 0]];
  const spent = known.reduce((sum, [, ns]) => sum + ns, 0);
  // Teardowns may come after the answer, and requests that were given up are not in the latency.
  const all = Math.max(spent, route.latency?.sum_ns ?? 0);
  return [...known, ["rest", all - spent]].map(([name, ns]) => ({ name, ns, part: all > 0 ? ns / all : null }));
}

/** `12%` */
export function percent({ part }) {
  return part === null ? "–" : `${Math.round(part * 100)}%`;
}

/** A text without the numbers that change: two findings may differ by their route alone. */
function wordsOf(text) {
  return text.replaceAll(/\d+/g, "");
}
