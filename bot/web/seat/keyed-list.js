// A list on screen that follows a list of data: rows are kept, moved and updated, so focus and selection survive.

export class KeyedList {
  #keyOf;
  #create;
  #rows = new Map();

  /** `create(item)` returns a row: { element, update(item, index), tick?() }. */
  constructor(element, keyOf, create) {
    this.element = element;
    this.#keyOf = keyOf;
    this.#create = create;
  }

  get rows() { return [...this.#rows.values()]; }

  show(items) {
    const keys = new Set(items.map(this.#keyOf));
    for (const [key, row] of this.#rows) {
      if (keys.has(key)) continue;
      row.element.remove();
      this.#rows.delete(key);
    }
    let place = this.element.firstElementChild;
    items.forEach((item, index) => {
      const key = this.#keyOf(item);
      if (!this.#rows.has(key)) this.#rows.set(key, this.#create(item));
      const row = this.#rows.get(key);
      row.update(item, index);
      if (row.element === place) place = place.nextElementSibling;
      else this.element.insertBefore(row.element, place);
    });
  }

  tick() { for (const row of this.#rows.values()) row.tick?.(); }
}
