// What nodes have counted, in the words of what they are.
import { number } from "./dom.js";

/**
 * By row, what a snapshot has of it: `{short, counts, timings, isFailing, weight}`, with one count for the node itself, counts and histograms by name, and how
 * often it was used. Nodes that are not constructed, such as those that are handed in, have no counters.
 */
export function countersOf(model, snapshot) {
  const counters = new Map();
  for (const own of snapshot.nodes ?? []) {
    if (model.nodes[own.row]?.kind === "constructed") counters.set(own.row, ofConstructed(own));
  }
  for (const own of snapshot.tasks ?? []) {
    const row = model.named(own.name, "task");
    if (row !== null) counters.set(row, ofTask(own));
  }
  for (const [name, routes] of byHandler(snapshot.routes ?? [])) {
    const row = model.named(name, "handler");
    if (row !== null) counters.set(row, ofHandler(routes));
  }
  return counters;
}

/** `built 12, live 1, failed 0` */
export function inWords(own) {
  return own.counts.map(([name, value]) => `${name} ${value}`).join(", ");
}

function ofConstructed(own) {
  const counts = [
    ["built", number(own.built)],
    ["live", number(own.live)],
    ["failed", number(own.failed)],
  ];
  const timings = [
    ["build", own.build],
    ["teardown", own.teardown],
  ];
  return counted(counts, timings, own.built, own.failed);
}

function ofTask(own) {
  const counts = [
    ["done", number(own.done)],
    ["running", number(own.running)],
    ["queued", number(own.queued)],
    ["failed", number(own.failed)],
  ];
  return counted(counts, [], own.done, own.failed);
}

function ofHandler(routes) {
  const sum = (of) => routes.reduce((all, route) => all + of(route), 0);
  const latency = { count: sum((route) => route.latency?.count ?? 0), sum_ns: sum((route) => route.latency?.sum_ns ?? 0), buckets: [] };
  for (const route of routes) {
    for (const [i, count] of (route.latency?.buckets ?? []).entries()) latency.buckets[i] = (latency.buckets[i] ?? 0) + count;
  }
  const [requests, failed] = [sum(requestsOf), sum((route) => route.status?.[4] ?? 0)];
  const counts = [
    ["requests", number(requests)],
    ["in flight", number(sum((route) => route.in_flight ?? 0))],
    ["5xx", number(failed)],
  ];
  return counted(counts, [["latency", latency]], requests, failed);
}

function counted(counts, timings, weight, failed) {
  return { counts, timings, weight, isFailing: failed > 0, short: failed > 0 ? `${number(failed)} failed` : number(weight) };
}

function byHandler(routes) {
  const found = new Map();
  for (const route of routes.filter((one) => one.handler)) found.set(route.handler, [...(found.get(route.handler) ?? []), route]);
  return found;
}

/** How many requests of a route have been answered, or given up. */
export function requestsOf(route) {
  return (route.status ?? []).reduce((all, one) => all + one, route.cancelled ?? 0);
}
