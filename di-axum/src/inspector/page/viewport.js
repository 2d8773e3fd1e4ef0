// Zoom and pan, by mouse, touch and keyboard.

const CLOSEST = 3;

/** Moves a group inside of an `<svg>`; `onchange` hears of the new scale. */
export class Viewport {
  #pointers = new Map();
  #moved = 0;

  constructor(frame, group, onchange) {
    Object.assign(this, { frame, group, onchange, x: 0, y: 0, scale: 1, content: { width: 1, height: 1 } });
    frame.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    frame.addEventListener("pointerdown", (event) => this.#down(event));
    frame.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
      frame.addEventListener(end, (event) => this.#pointers.delete(event.pointerId));
    }
    // What ends a drag is no click.
    frame.addEventListener("click", (event) => this.#moved > 6 && event.stopPropagation(), { capture: true });
    new ResizeObserver(() => this.#resized()).observe(frame);
  }

  get size() {
    const { width, height } = this.frame.getBoundingClientRect();
    return { width: Math.max(width, 1), height: Math.max(height, 1) };
  }

  /** Shows all of the content. Small graphs are not blown up. */
  fit(content = this.content) {
    this.content = content;
    const { width, height } = this.size;
    this.scale = Math.min(width / content.width, height / content.height, 1.25);
    this.x = (width - content.width * this.scale) / 2;
    this.y = (height - content.height * this.scale) / 2;
    this.isFitted = true;
    this.#apply();
  }

  /** Brings boxes into sight together, from farther away where there is no other way. */
  revealAll(boxes) {
    const [left, top] = [Math.min(...boxes.map((box) => box.x - box.width / 2)), Math.min(...boxes.map((box) => box.y - box.height / 2))];
    const [right, bottom] = [Math.max(...boxes.map((box) => box.x + box.width / 2)), Math.max(...boxes.map((box) => box.y + box.height / 2))];
    const room = 40;
    const fitting = Math.min((this.size.width - room) / (right - left), (this.size.height - room) / (bottom - top));
    if (fitting < this.scale) this.zoom(fitting / this.scale);
    this.reveal({ x: (left + right) / 2, y: (top + bottom) / 2, width: right - left, height: bottom - top });
  }

  /** Brings a box into sight, if it is not. */
  reveal(box) {
    const { width, height } = this.size;
    const room = 20;
    const [left, right] = [box.x - box.width / 2, box.x + box.width / 2].map((x) => x * this.scale + this.x);
    const [top, bottom] = [box.y - box.height / 2, box.y + box.height / 2].map((y) => y * this.scale + this.y);
    const dx = left < room ? room - left : right > width - room ? width - room - right : 0;
    const dy = top < room ? room - top : bottom > height - room ? height - room - bottom : 0;
    if (dx !== 0 || dy !== 0) this.pan(dx, dy);
  }

  /** Zooms around a point of the frame, its centre unless one is given. */
  zoom(factor, at = { x: this.size.width / 2, y: this.size.height / 2 }) {
    const farthest = Math.min(this.size.width / this.content.width, this.size.height / this.content.height, 1) / 2;
    const scale = Math.min(Math.max(this.scale * factor, farthest), CLOSEST);
    this.x = at.x - ((at.x - this.x) * scale) / this.scale;
    this.y = at.y - ((at.y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.isFitted = false;
    this.#apply();
  }

  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.isFitted = false;
    this.#apply();
  }

  /** The keys `+`, `-`, `0`, and shift with arrows; whether this was one. */
  key(event) {
    const step = 60;
    const arrows = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "+" || event.key === "=") this.zoom(1.25);
    else if (event.key === "-") this.zoom(0.8);
    else if (event.key === "0") this.fit();
    else if (event.shiftKey && arrows[event.key]) this.pan(...arrows[event.key]);
    else return false;
    return true;
  }

  #resized() {
    if (this.isFitted) this.fit();
  }

  #apply() {
    this.group.setAttribute("transform", `translate(${this.x} ${this.y}) scale(${this.scale})`);
    this.onchange(this.scale);
  }

  #point(event) {
    const { left, top } = this.frame.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  #wheel(event) {
    event.preventDefault();
    // A page or line a step, where the browser counts in these.
    const unit = [1, 16, 400][event.deltaMode];
    if (event.shiftKey) this.pan(-(event.deltaX || event.deltaY) * unit, 0);
    else this.zoom(Math.exp((-event.deltaY * unit) / (event.ctrlKey ? 100 : 400)), this.#point(event));
  }

  #down(event) {
    if (event.button !== 0) return;
    if (this.#pointers.size === 0) this.#moved = 0;
    this.#pointers.set(event.pointerId, this.#point(event));
  }

  /** One finger or the mouse moves, two fingers also zoom: around their middle, by how their distance changes. */
  #move(event) {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const now = this.#point(event);
    const [dx, dy] = [now.x - before.x, now.y - before.y];
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, now);
    this.#moved += Math.abs(dx) + Math.abs(dy);
    if (!other) {
      if (this.#moved > 6) {
        this.frame.setPointerCapture(event.pointerId);
        this.pan(dx, dy);
      }
      return;
    }
    const distance = (point) => Math.max(Math.hypot(point.x - other.x, point.y - other.y), 1);
    this.pan(dx / 2, dy / 2);
    this.zoom(distance(now) / distance(before), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
  }
}
