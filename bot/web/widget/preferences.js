// How this visitor likes the window: type size (remembered), open or closed and the unfinished draft (this tab only).

export class Preferences {
  #lasting;
  #tab;

  constructor(lasting, tab) {
    this.#lasting = lasting;
    this.#tab = tab;
  }

  get largeType() { return this.#lasting.get("large-type") === true; }
  set largeType(on) { this.#lasting.set("large-type", Boolean(on)); }

  /** true, false, or null where the visitor has not opened or closed it yet. */
  get open() { return this.#tab.get("open"); }
  set open(on) { this.#tab.set("open", Boolean(on)); }

  get draft() { return this.#tab.get("draft") ?? ""; }
  set draft(text) { if (text) this.#tab.set("draft", text); else this.#tab.remove("draft"); }

  onForeignLargeType(listener) {
    this.#lasting.onForeignChange((key) => { if (key === "large-type" || key === null) listener(this.largeType); });
  }
}
