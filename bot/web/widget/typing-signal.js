// Telling the other side that the visitor is typing: often enough to be believed, rarely enough to cost nothing.

const AGAIN_AFTER = 3000;
const IDLE_AFTER = 3000;

export class TypingSignal {
  #send;
  #saidAt = null; // when the other side was last told; null: it believes that nobody types
  #idleTimer = 0;

  /** `send(on)` passes it on. */
  constructor(send) {
    this.#send = send;
  }

  typed() {
    const now = Date.now();
    if (this.#saidAt === null || now - this.#saidAt >= AGAIN_AFTER) {
      this.#saidAt = now;
      this.#send(true);
    }
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.stop(), IDLE_AFTER);
  }

  stop() {
    clearTimeout(this.#idleTimer);
    if (this.#saidAt === null) return;
    this.#saidAt = null;
    this.#send(false);
  }
}
