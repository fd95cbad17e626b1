// The messages of one conversation, free of duplicates and in order. No DOM, no network.
// A record: { seq, id, role, text, payload, buttons, custom, time, state: "sent"|"pending"|"failed", error, at }.

export class Transcript {
  #records = new Set();
  #bySeq = new Map();
  #byId = new Map();
  #contiguous = 0;

  /** The highest seq up to which nothing is missing: what a reconnect asks to continue from. */
  get contiguousSeq() { return this.#contiguous; }

  /** Confirmed messages by seq, then the unconfirmed ones by age. */
  get ordered() {
    return [...this.#records].sort((one, other) =>
      (one.seq ?? Infinity) === (other.seq ?? Infinity) ? one.at - other.at : (one.seq ?? Infinity) - (other.seq ?? Infinity));
  }

  find(id) { return this.#byId.get(id) ?? null; }

  clear() {
    this.#records.clear();
    this.#bySeq.clear();
    this.#byId.clear();
    this.#contiguous = 0;
  }

  /** A message frame of the server. Returns { record, isNew }. */
  receive(frame) {
    const known = this.#bySeq.get(frame.seq) ?? (frame.role === "user" && frame.id ? this.#byId.get(frame.id) : undefined);
    const record = known ?? { at: Date.now() };
    Object.assign(record, {
      id: frame.id ?? record.id ?? null, role: frame.role, text: frame.text, buttons: frame.buttons ?? [],
      custom: frame.custom ?? null, time: frame.time ?? record.time ?? null, state: "sent", error: null,
    });
    this.#place(record, frame.seq);
    return { record, isNew: !known };
  }

  /** A message of our own that the server has not confirmed. Returns { record, isNew }. */
  hold(item) {
    const known = this.#byId.get(item.id);
    if (known?.state === "sent") return { record: known, isNew: false };
    const record = known ?? { seq: null, role: "user", buttons: [], custom: null, time: new Date(item.at).toISOString() };
    Object.assign(record, {
      id: item.id, text: item.text, payload: item.payload ?? null, at: item.at,
      state: item.error ? "failed" : "pending", error: item.error ?? null,
    });
    this.#records.add(record);
    this.#byId.set(record.id, record);
    return { record, isNew: !known };
  }

  /** The server stored our message under `seq`. */
  acknowledge(id, seq) {
    const record = this.#byId.get(id);
    if (!record) return null;
    const twin = this.#bySeq.get(seq);
    if (twin && twin !== record) this.#records.delete(twin);
    record.state = "sent";
    record.error = null;
    this.#place(record, seq);
    return record;
  }

  remove(id) {
    const record = this.#byId.get(id);
    if (!record || record.seq !== null) return null;
    this.#records.delete(record);
    this.#byId.delete(id);
    return record;
  }

  #place(record, seq) {
    record.seq = seq;
    this.#records.add(record);
    this.#bySeq.set(seq, record);
    if (record.id) this.#byId.set(record.id, record);
    while (this.#bySeq.has(this.#contiguous + 1)) this.#contiguous += 1;
  }
}
