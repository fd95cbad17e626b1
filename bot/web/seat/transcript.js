// The messages of one conversation as a seat sees them: in order of seq, free of duplicates. No DOM, no network.
// A record: { seq, id, role, text, buttons, custom, time, state: "sent"|"pending"|"failed", error, at }.

import { millis } from "./clock.js";

export class Transcript {
  #records = new Set();
  #bySeq = new Map();
  #mine = new Map(); // id → record of a message a seat sent
  #contiguous = 0;

  /** The highest seq up to which nothing is missing: what a reconnect asks to continue from. */
  get contiguousSeq() { return this.#contiguous; }

  get lastSeq() { return Math.max(0, ...this.#bySeq.keys()); }
  get hasGap() { return this.lastSeq > this.#contiguous; }

  /** Stored messages by seq, then the unconfirmed ones by age. */
  get ordered() {
    return [...this.#records].sort((one, other) =>
      (one.seq ?? Infinity) === (other.seq ?? Infinity) ? one.at - other.at : (one.seq ?? Infinity) - (other.seq ?? Infinity));
  }

  get lastFromCitizen() {
    return this.ordered.filter((record) => record.role === "user").at(-1) ?? null;
  }

  /** A message of the server. Returns { record, isNew }. */
  receive(message) {
    const known = this.#bySeq.get(message.seq) ?? (message.role === "seat" && message.id ? this.#mine.get(message.id) : undefined);
    const record = known ?? { at: Date.now() };
    Object.assign(record, {
      id: message.id ?? record.id ?? null, role: message.role, text: message.text, buttons: message.buttons ?? [],
      custom: message.custom ?? null, time: message.time ?? record.time ?? null, state: "sent", error: null,
    });
    this.#place(record, message.seq);
    return { record, isNew: !known };
  }

  /** A message of ours that the server has not confirmed. */
  hold(item) {
    const known = this.#mine.get(item.id);
    if (known?.state === "sent") return;
    const record = known ?? { seq: null, role: "seat", buttons: [], custom: null, time: new Date(item.at).toISOString() };
    Object.assign(record, {
      id: item.id, text: item.text, at: item.at, state: item.error ? "failed" : "pending", error: item.error ?? null,
    });
    this.#records.add(record);
    this.#mine.set(item.id, record);
  }

  /** The server stored our message under `seq`. */
  acknowledge(id, seq) {
    const record = this.#mine.get(id);
    if (!record) return;
    const twin = this.#bySeq.get(seq);
    if (twin && twin !== record) this.#records.delete(twin);
    record.state = "sent";
    record.error = null;
    this.#place(record, seq);
  }

  remove(id) {
    const record = this.#mine.get(id);
    if (!record || record.seq !== null) return;
    this.#records.delete(record);
    this.#mine.delete(id);
  }

  unread(seenSeq) {
    let count = 0;
    for (const record of this.#bySeq.values()) if (record.role === "user" && record.seq > seenSeq) count += 1;
    return count;
  }

  /** Since when the citizen waits for the seat's next word, or NaN. A citizen just put through waits for the greeting. */
  waitingSince(acceptedAt) {
    const accepted = millis(acceptedAt);
    const stored = this.ordered;
    let since = accepted;
    for (const record of stored) {
      const time = millis(record.time);
      if (!(time >= accepted)) continue;
      if (record.role === "seat") since = NaN;
      else if (record.role === "user" && Number.isNaN(since)) since = time;
    }
    return since;
  }

  #place(record, seq) {
    record.seq = seq;
    this.#records.add(record);
    this.#bySeq.set(seq, record);
    if (record.role === "seat" && record.id) this.#mine.set(record.id, record);
    while (this.#bySeq.has(this.#contiguous + 1)) this.#contiguous += 1;
  }
}
