// Elements and numbers. All text goes through `textContent`: names come from the user's source, which may hold any character.

const SVG = "http://www.w3.org/2000/svg";

/** An element: `el("a", {class: "x", onclick: f}, "text", child)`. Null children are left out. */
export function el(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same in SVG. */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** The element of this id, which the page has. */
export function byId(id) {
  return document.getElementById(id);
}

/** Sets text only where it differs, so that screen readers and selections are left alone. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Tells screen readers, politely. */
export function announce(text) {
  say(byId("said"), text);
}

/** `1,234`, or a dash for what is not known. */
export function number(value) {
  return typeof value === "number" ? value.toLocaleString("en") : "–";
}

/** A duration in nanoseconds: `3.2 ms`. */
export function duration(ns) {
  if (typeof ns !== "number" || !Number.isFinite(ns)) return "–";
  for (const [unit, size] of [["ns", 1], ["µs", 1e3], ["ms", 1e6]]) {
    if (ns < size * 999.5) return `${short(ns / size)} ${unit}`;
  }
  const seconds = ns / 1e9;
  if (seconds < 120) return `${short(seconds)} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} days`;
}

/** A duration in milliseconds. */
export function millis(ms) {
  return typeof ms === "number" ? duration(ms * 1e6) : "–";
}

function short(value) {
  if (value === 0) return "0";
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** The mean of a histogram. */
export function mean(times) {
  return times && times.count > 0 ? times.sum_ns / times.count : undefined;
}

/** How many buckets a histogram has. `buckets[i]` counts what took up to `2^i` microseconds, and more than half of that; the last one is open. */
const BUCKETS = 24;

/** What the given share of a histogram does not exceed: `≤ 64 µs`; or does exceed, where that lies in the open bucket. */
export function quantile(times, share) {
  const buckets = times?.buckets ?? [];
  const all = buckets.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (const [i, count] of buckets.entries()) {
    seen += count;
    if (count > 0 && seen >= all * share) return within(i);
  }
  return "–";
}

function within(bucket) {
  return bucket < BUCKETS - 1 ? `≤ ${duration(2 ** bucket * 1000)}` : `> ${duration(2 ** (bucket - 1) * 1000)}`;
}

/** `p50 ≤ 64 µs, p99 ≤ 1.02 ms` */
export function quantiles(times) {
  return times?.count > 0 ? `p50 ${quantile(times, 0.5)}, p99 ${quantile(times, 0.99)}` : "–";
}

/** A small bar chart of a histogram, with its text for those who do not see it. */
export function histogram(times) {
  const buckets = times?.buckets ?? [];
  const most = Math.max(1, ...buckets);
  const [first, last] = [buckets.findIndex(Boolean), buckets.findLastIndex(Boolean)];
  if (first < 0) return null;
  const shown = buckets.slice(first, last + 1);
  const width = 12;
  const label = quantiles(times);
  const chart = svg("svg", { class: "histogram", viewBox: `0 0 ${shown.length * width} 40`, width: shown.length * width, height: 40, role: "img", "aria-label": label });
  for (const [i, count] of shown.entries()) {
    const height = count === 0 ? 0 : Math.max(2, (count / most) * 40);
    chart.append(svg("rect", { x: i * width, y: 40 - height, width: width - 2, height }, svg("title", {}, `${within(first + i)}: ${number(count)}`)));
  }
  return el("figure", {}, chart, el("figcaption", {}, label));
}

/** Text in which what stands between backticks is code. */
export function prose(text) {
  const parts = text.split("`");
  // An odd number of backticks: the last one begins nothing.
  if (parts.length % 2 === 0) parts.push(`\`${parts.pop()}`);
  return parts.map((part, i) => (i % 2 === 1 ? el("code", {}, part) : part));
}
