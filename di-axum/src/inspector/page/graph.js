// The drawing of the graph: which nodes are shown, lit and named.
import { inWords } from "./counters.js";
import { say, svg } from "./dom.js";
import { laidOut, shortened, sizes } from "./layout.js";
import { describe, placeOf } from "./model.js";
import { curve, letterOf, markers, outline } from "./shapes.js";
import { Viewport } from "./viewport.js";

/** Below this scale, names are drawn at a size that can be read, as many as there is room for. */
const FAR = 0.68;
const READABLE = 10;
const SMALLEST_TEXT = 8.5;
/** How wide a character is, as a share of the font's size; and the fewest that are worth to be shown of a name. */
const WIDE = 0.605;
const FEWEST = 6;
/** So high is a node, on the screen, that has room for a number below its name. */
const ROOMY = 22;
/** How long the bar is of the node that was used most, where there is no room for numbers; those of the others are in proportion to the square root. */
const LOAD = 120;

/** `heard` has `focus(row)`, `preview(row)` and `isServed`. */
export class GraphView {
  constructor(frame, model, heard) {
    Object.assign(this, { frame, model, heard, focused: null, current: null, shown: new Map(), counters: new Map() });
    this.edges = svg("g", { "aria-hidden": "true" });
    this.nodes = svg("g");
    // Those that are marked lie above the nodes, which may hide the others.
    this.causes = svg("g", { class: "causes", "aria-hidden": "true" });
    const group = svg("g", {}, this.edges, this.nodes, this.causes);
    frame.append(markers(), group);
    this.viewport = new Viewport(frame, group, () => this.#scaled());
    frame.addEventListener("keydown", (event) => this.#key(event));
    frame.addEventListener("click", () => this.heard.focus(null));
  }

  /** Draws these rows, or all. Of two drawings at once the later one counts. */
  async draw(rows = null) {
    const nodes = this.model.nodes.filter((node) => rows === null || rows.has(node.row));
    const edges = this.model.edges.filter((edge) => rows === null || (rows.has(edge.from) && rows.has(edge.to)));
    const { isCompact, most, nodes: sized } = sizes(nodes);
    const turn = (this.turn = Symbol("drawing"));
    this.frame.setAttribute("aria-busy", "true");
    const roots = this.model.roots.map((root) => root.row).filter((row) => rows === null || rows.has(row));
    const input = { nodes: sized, edges: edges.map(({ from, to, param }) => ({ from, to, param })), roots, view: this.viewport.size };
    const placed = await laidOut(input, this.heard.isServed);
    if (this.turn !== turn) return;
    this.frame.removeAttribute("aria-busy");
    const hadFocus = this.nodes.contains(document.activeElement);
    Object.assign(this, { isCompact, most });
    this.frame.classList.toggle("wrapped", placed.isWrapped);
    this.shown = new Map(placed.nodes.map((box) => [box.id, { box, node: this.model.nodes[box.id], element: this.#node(box, most) }]));
    this.lines = edges.map((edge, i) => ({ edge, element: this.#edge(edge, placed.lines[i]) }));
    this.nodes.replaceChildren(...[...this.shown.values()].map(({ element }) => element));
    this.causes.replaceChildren();
    this.edges.replaceChildren(...this.lines.map(({ element }) => element));
    // The order in which labels get their room.
    this.ranked = [...this.shown.values()].sort((a, b) => weight(b.node) - weight(a.node));
    if (!this.shown.has(this.current)) this.current = this.focused ?? placed.nodes[0]?.id ?? null;
    this.#light(this.focused);
    this.count(this.counters);
    this.viewport.fit(placed);
    this.#rove(hadFocus);
  }

  #node(box, most) {
    const node = this.model.nodes[box.id];
    const { width, height } = box;
    const parts = [outline(node.style, width, height), svg("text", { class: "letter", x: -width / 2 + 15, y: 4 }, letterOf(node.style)), svg("text", { class: "name" }, shortened(node.name, most))];
    if (this.isCompact) parts.splice(1, 0, svg("rect", { class: "load", x: -LOAD / 2, y: 1 - height / 2, width: 0, height: height - 2 }));
    else parts.push(svg("text", { class: "what", x: 8, y: 13 }, describe(node)));
    const element = svg("g", { class: `node ${node.style}`, transform: `translate(${box.x} ${box.y})`, role: "button", tabindex: -1, "data-row": node.row, "aria-pressed": "false" }, ...parts);
    element.addEventListener("click", (event) => {
      event.stopPropagation();
      this.current = node.row;
      this.#rove(true);
      this.heard.focus(this.focused === node.row ? null : node.row);
    });
    element.addEventListener("pointerenter", () => this.#preview(node.row));
    element.addEventListener("pointerleave", () => this.#preview(null));
    element.addEventListener("focus", () => this.#preview(node.row));
    element.addEventListener("blur", () => {
      this.#preview(null);
      this.#say(node.row);
    });
    return element;
  }

  /** The line, and where there is room for it the parameter. */
  #edge(edge, { points, label }) {
    const line = svg("path", { d: curve(points), "marker-end": "url(#arrow-plain)" });
    const param = label && svg("text", { x: label.x, y: label.y + 3 }, edge.param);
    return svg("g", { class: edge.lazy ? "edge lazy" : "edge" }, line, param);
  }

  /** Focuses a row, or none. In a view of what is focused alone, only that is drawn. */
  async focus(row, isolated) {
    this.focused = row;
    this.mark([]);
    if (row !== null) this.current = row;
    const wanted = row !== null && isolated ? this.model.around(row) : null;
    if (wanted === null && this.shown.size === this.model.nodes.length) {
      this.#light(row);
      this.#rove(false);
      this.#scaled();
      if (row !== null) this.viewport.reveal(this.shown.get(row).box);
    } else {
      await this.draw(wanted);
    }
  }

  /** Lights a node with all that needs it and all that it needs; the others are dimmed. */
  #light(row) {
    const lit = row === null ? null : this.model.around(row);
    this.lit = lit;
    for (const [id, { element }] of this.shown) {
      element.classList.toggle("dim", lit !== null && !lit.has(id));
      element.classList.toggle("focused", id === row);
      element.setAttribute("aria-pressed", String(id === row));
    }
    const [up, down] = row === null ? [] : [this.model.reach(row, "in"), this.model.reach(row, "out")];
    for (const { edge, element } of this.lines) {
      const isLit = row !== null && ((up.has(edge.from) && up.has(edge.to)) || (down.has(edge.from) && down.has(edge.to)));
      element.classList.toggle("dim", row !== null && !isLit);
      mark(element, "lit", isLit);
    }
  }

  /** Marks edges, and shows where they are; until something else is focused. */
  mark(edges) {
    for (const { edge, element } of this.lines ?? []) {
      const isCause = edges.includes(edge);
      const place = isCause ? this.causes : this.edges;
      if (element.parentNode !== place) place.append(element);
      mark(element, "cause", isCause);
    }
    const ends = edges.flatMap(({ from, to }) => [this.shown.get(from)?.box, this.shown.get(to)?.box]).filter(Boolean);
    if (ends.length > 0) this.viewport.revealAll(ends);
  }

  /** Shows the way from a root to a node. */
  #preview(row) {
    const path = new Set(row === null ? [] : this.model.path(row));
    for (const { edge, element } of this.lines ?? []) mark(element, "way", path.has(edge));
    this.heard.preview(row);
  }

  /** New counters: how often each was used is written on the nodes, and all that is counted is said in their labels. */
  count(counters) {
    this.counters = counters;
    const most = Math.max(2, ...[...counters.values()].map((own) => own.weight));
    for (const [row, { node, element }] of this.shown) {
      const own = counters.get(row);
      // What is read out now is not changed meanwhile.
      if (element !== document.activeElement || !element.hasAttribute("aria-label")) this.#say(row);
      element.classList.toggle("failing", Boolean(own?.isFailing));
      if (own) element.querySelector(".load")?.setAttribute("width", (LOAD * Math.sqrt(own.weight / most)).toFixed(1));
    }
    this.#scaled();
  }

  /** What is written below a name: what it is, and how often it was used; from afar the number alone. */
  #below(node, isFar) {
    const own = this.counters.get(node.row);
    return isFar ? (own?.short ?? "") : [describe(node), own?.short].filter(Boolean).join(" · ");
  }

  #say(row) {
    const { node, element } = this.shown.get(row) ?? {};
    if (!element) return;
    const own = this.counters.get(row);
    const label = [node.name, describe(node), placeOf(node), own && inWords(own)].filter(Boolean).join(", ");
    if (element.getAttribute("aria-label") !== label) element.setAttribute("aria-label", label);
  }

  /** From afar names are drawn larger, and cut to fit into their nodes; from farther away, only where there is room for all of one. */
  #scaled() {
    const { scale } = this.viewport;
    const isFar = scale < FAR;
    this.frame.classList.toggle("far", isFar);
    const taken = [];
    for (const { box, node, element } of this.ranked ?? []) {
      const name = element.querySelector(".name");
      const fitting = Math.min(READABLE, box.height * scale);
      const isFitting = fitting >= SMALLEST_TEXT;
      const size = isFar ? (isFitting ? fitting : READABLE) / scale : null;
      const room = isFar ? Math.floor((box.width - 4 / scale) / (size * WIDE)) : this.most;
      const text = shortened(node.name, room >= FEWEST ? Math.min(room, this.most) : this.most);
      let isHidden = false;
      if (isFar && (room < FEWEST || !isFitting)) {
        const own = around(box, text.length * size * WIDE, size * 1.15);
        isHidden = (this.lit && !this.lit.has(node.row)) || taken.some((other) => overlap(own, other));
        if (!isHidden) taken.push(own);
      }
      say(name, text);
      const what = element.querySelector(".what");
      const below = what ? this.#below(node, isFar) : "";
      const isRoomy = isFar && below !== "" && box.height * scale >= ROOMY;
      if (what) say(what, below);
      element.classList.toggle("roomy", isRoomy);
      // Not by an attribute, which the style sheet would overrule.
      name.style.fontSize = size === null ? "" : `${size}px`;
      name.setAttribute("x", isFar ? 0 : 8);
      name.setAttribute("y", isFar ? size * (isRoomy ? -0.1 : 0.36) : this.isCompact ? 4 : -3);
      what?.setAttribute("x", isFar ? 0 : 8);
      what?.setAttribute("y", isFar ? size : 13);
      if (what) what.style.fontSize = isFar ? `${size * 0.9}px` : "";
      name.classList.toggle("unnamed", Boolean(isHidden));
    }
  }

  /** One node can be reached by the tab key: the current one. */
  #rove(isToFocus) {
    for (const [row, { element }] of this.shown) element.setAttribute("tabindex", row === this.current ? 0 : -1);
    const current = this.shown.get(this.current);
    if (isToFocus && current) {
      current.element.focus({ preventScroll: true });
      this.viewport.reveal(current.box);
    }
  }

  #key(event) {
    if (this.viewport.key(event)) return event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.altKey || this.current === null) return undefined;
    if (event.key === "Enter" || event.key === " ") {
      this.heard.focus(this.focused === this.current ? null : this.current);
      return event.preventDefault();
    }
    const next = this.#beside(event.key);
    if (next == null) return undefined;
    this.current = next;
    this.#rove(true);
    return event.preventDefault();
  }

  /** The first dependency that is shown, or dependant; or the next node of the same rank. */
  #beside(key) {
    const { node, box } = this.shown.get(this.current);
    const nearest = (rows) => {
      const boxes = rows.map((row) => this.shown.get(row)?.box).filter((other) => other && other.id !== box.id);
      return boxes.sort((a, b) => Math.abs(a.y - box.y) - Math.abs(b.y - box.y))[0]?.id;
    };
    if (key === "ArrowRight") return nearest(node.out.map((edge) => edge.to));
    if (key === "ArrowLeft") return nearest(node.in.map((edge) => edge.from));
    const sign = { ArrowUp: -1, ArrowDown: 1 }[key];
    if (!sign) return null;
    const column = [...this.shown.values()].map((other) => other.box).filter((other) => Math.abs(other.x - box.x) < 60 && (other.y - box.y) * sign > 0);
    return nearest(column.map((other) => other.id));
  }
}

function weight(node) {
  return node.in.length + node.out.length;
}

function around(box, width, height) {
  return { left: box.x - width / 2, right: box.x + width / 2, top: box.y - height / 2, bottom: box.y + height / 2 };
}

function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function mark(element, name, isOn) {
  element.classList.toggle(name, isOn);
  const has = (...names) => names.some((other) => element.classList.contains(other));
  element.firstChild.setAttribute("marker-end", `url(#arrow-${has("way", "cause") ? "way" : has("lit") ? "lit" : "plain"})`);
}
