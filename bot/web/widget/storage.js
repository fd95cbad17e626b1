// Key–value storage that never fails: the browser's where it works, memory where it doesn't.

export class Storage {
  #prefix;
  #backend;
  #memory = new Map();

  /** `kind`: "localStorage" (shared by the tabs of a site) or "sessionStorage" (this tab). */
  constructor(namespace, kind) {
    this.#prefix = `${namespace}:`;
    this.#backend = openBackend(kind, this.#prefix);
  }

  get(key) {
    try {
      return JSON.parse((this.#memory.get(key) ?? this.#backend?.getItem(this.#prefix + key)) || "null");
    } catch {
      return null;
    }
  }

  set(key, value) {
    const text = JSON.stringify(value);
    try {
      if (!this.#backend) throw new Error("no backend");
      this.#backend.setItem(this.#prefix + key, text);
      this.#memory.delete(key);
    } catch {
      this.#memory.set(key, text); // blocked or full: this page still works
    }
  }

  remove(key) {
    this.#memory.delete(key);
    try {
      this.#backend?.removeItem(this.#prefix + key);
    } catch {
      // nothing stored, nothing to remove
    }
  }

  /** The stored keys that begin with `start`. */
  keys(start = "") {
    const found = new Set(this.#memory.keys());
    try {
      for (let index = 0; index < (this.#backend?.length ?? 0); index += 1) {
        const key = this.#backend.key(index);
        if (key.startsWith(this.#prefix)) found.add(key.slice(this.#prefix.length));
      }
    } catch {
      // only what is in memory
    }
    return [...found].filter((key) => key.startsWith(start));
  }

  /** Call `listener(key)` when another tab changes a key (`null`: everything was cleared). */
  onForeignChange(listener) {
    window.addEventListener("storage", (event) => {
      if (!this.#backend || event.storageArea !== this.#backend) return;
      if (event.key === null) listener(null);
      else if (event.key.startsWith(this.#prefix)) listener(event.key.slice(this.#prefix.length));
    });
  }
}

function openBackend(kind, prefix) {
  try {
    const backend = window[kind];
    backend.setItem(`${prefix}probe`, "1");
    backend.removeItem(`${prefix}probe`);
    return backend;
  } catch {
    return null;
  }
}
