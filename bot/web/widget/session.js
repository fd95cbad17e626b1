// What a reload must not lose: which conversation this is, and the messages the server has not confirmed yet.
// Each outgoing message has a key of its own, so that two tabs never overwrite each other's.

const IDENTITY = "conversation";
const OUTBOX = "outbox:";
const NOBODY = { id: null, token: null, lastSeq: 0 };

export class Session {
  #storage;

  constructor(storage) {
    this.#storage = storage;
  }

  /** { id, token, lastSeq } of the conversation; id null: none yet. */
  get identity() {
    const stored = this.#storage.get(IDENTITY);
    return typeof stored?.id === "string" && typeof stored?.token === "string" ? { ...NOBODY, ...stored } : { ...NOBODY };
  }

  begin(id, token) {
    const { id: current, lastSeq } = this.identity;
    this.#storage.set(IDENTITY, { id, token, lastSeq: current === id ? lastSeq : 0 });
  }

  /** Remember that messages up to `seq` have been shown. */
  sawSeq(id, seq) {
    const stored = this.identity;
    if (stored.id === id && seq > stored.lastSeq) this.#storage.set(IDENTITY, { ...stored, lastSeq: seq });
  }

  forget() {
    this.#storage.set(IDENTITY, NOBODY);
  }

  /** Unconfirmed messages, oldest first: { id, text, payload, at, error }; `error` is set when the server refused it. */
  get outbox() {
    return this.#storage.keys(OUTBOX)
      .map((key) => this.#storage.get(key))
      .filter((item) => typeof item?.id === "string" && typeof item?.text === "string")
      .sort((one, other) => one.at - other.at);
  }

  outgoing(id) { return this.#storage.get(OUTBOX + id); }
  keep(item) { this.#storage.set(OUTBOX + item.id, item); }
  drop(id) { this.#storage.remove(OUTBOX + id); }
  dropAll() { this.outbox.forEach((item) => this.drop(item.id)); }

  /** Another tab changed things: `onIdentity()` for the conversation, `onOutbox(id)` for one outgoing message. */
  onForeignChange({ onIdentity, onOutbox }) {
    this.#storage.onForeignChange((key) => {
      if (key === null || key === IDENTITY) onIdentity();
      else if (key.startsWith(OUTBOX)) onOutbox(key.slice(OUTBOX.length));
    });
  }
}
