// Rows of a table that changes.

/**
 * Keeps the rows of a table by their keys, and has only what differs written: neither the keyboard's focus nor a selection is lost under a reader.
 * `make(key)` returns `{lines, update(row)}`: the elements of a row, and what fills them.
 */
export class Rows {
  #known = new Map();

  constructor(body, make) {
    Object.assign(this, { body, make });
  }

  /** Shows these rows, in this order; `key(row)` tells them apart, and of those that have the same, the order does. */
  show(rows, key) {
    const keyed = new Map();
    for (const row of rows) {
      let own = key(row);
      for (let i = 2; keyed.has(own); i++) own = `${key(row)} ${i}`;
      keyed.set(own, row);
    }
    for (const [known, { lines }] of this.#known) {
      if (keyed.has(known)) continue;
      for (const line of lines) line.remove();
      this.#known.delete(known);
    }
    let next = this.body.firstElementChild;
    for (const [own, row] of keyed) {
      if (!this.#known.has(own)) this.#known.set(own, this.make(own));
      const { lines, update } = this.#known.get(own);
      for (const line of lines) {
        // What is in its place is not moved, since that would take the focus away.
        if (line === next) next = next.nextElementSibling;
        else this.body.insertBefore(line, next);
      }
      update(row);
    }
  }
}
