// What the browser keeps for a seat: unconfirmed messages, what was read (both shared by the tabs), drafts (this tab).
// Everything here is about citizens, so logging out empties it.

import { Storage } from "../widget/storage.js";

const OUTBOX = "outbox:";
const SEEN = "seen:";
const DRAFT = "draft:";

export class Keeping {
  #lasting;
  #tab;

  constructor(seatId) {
    this.#lasting = new Storage(`fawen-seat:${seatId}`, "localStorage");
    this.#tab = new Storage(`fawen-seat:${seatId}`, "sessionStorage");
  }

  // ---- unconfirmed messages: { conversation, id, text, at, error }

  outbox(conversation = null) {
    return this.#lasting.keys(OUTBOX)
      .map((key) => this.#lasting.get(key))
      .filter((item) => typeof item?.id === "string" && typeof item?.text === "string")
      .filter((item) => conversation === null || item.conversation === conversation)
      .sort((one, other) => one.at - other.at);
  }

  outgoing(id) { return this.#lasting.get(OUTBOX + id); }
  keep(item) { this.#lasting.set(OUTBOX + item.id, item); }
  drop(id) { this.#lasting.remove(OUTBOX + id); }

  // ---- what was read

  seen(conversation) { return this.#lasting.get(SEEN + conversation) ?? 0; }
  see(conversation, seq) { if (seq > this.seen(conversation)) this.#lasting.set(SEEN + conversation, seq); }

  /** Forget what was read of conversations other than these. */
  forgetOthers(conversations) {
    for (const key of this.#lasting.keys(SEEN)) {
      if (!conversations.includes(key.slice(SEEN.length))) this.#lasting.remove(key);
    }
  }

  // ---- what is being written

  draft(name) { return this.#tab.get(DRAFT + name) ?? ""; }
  setDraft(name, value) { if (value) this.#tab.set(DRAFT + name, value); else this.#tab.remove(DRAFT + name); }

  clear() {
    for (const store of [this.#lasting, this.#tab]) store.keys().forEach((key) => store.remove(key));
  }

  /** Another tab changed things: `outboxItem(id)` or `seen(conversation)`. */
  onForeignChange({ outboxItem, seen }) {
    this.#lasting.onForeignChange((key) => {
      if (key?.startsWith(OUTBOX)) outboxItem(key.slice(OUTBOX.length));
      else if (key?.startsWith(SEEN)) seen(key.slice(SEEN.length));
    });
  }
}
