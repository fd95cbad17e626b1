// The seat's WebSocket: stays alive, reconnects with growing, jittered pauses, notices silent deaths.
// The sibling of the widget's connection; here the first frame of the server is no greeting but the state itself.

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15000; // a citizen is waiting: shorter than the widget's
const GROWTH = 1.8;
const ANSWER_WITHIN = 10000;
const PING_EVERY = 20000;
const PONG_WITHIN = 8000;
const PROBE_WITHIN = 4000;

export class Connection {
  #url;
  #socket = null;
  #ready = false;
  #failures = 0;
  #retryTimer = 0;
  #watchdog = 0;
  #pingTimer = 0;

  /** Set by the owner. `hello()` returns the fields of the first frame; `state` is "connecting"|"ready"|"lost". */
  hello = () => ({});
  onFrame = () => {};
  onState = () => {};

  constructor(path) {
    const url = new URL(path, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.#url = url.href;
    window.addEventListener("online", () => this.wake());
    window.addEventListener("offline", () => this.wake());
    window.addEventListener("pageshow", () => this.wake());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.wake(); });
  }

  get ready() { return this.#ready; }

  start() { this.#open(); }

  /** Something about the network changed: connect at once, or make sure that the connection still works. */
  wake() {
    if (this.#ready) this.#ping(PROBE_WITHIN);
    else if (!this.#socket || this.#socket.readyState > WebSocket.OPEN) this.retryNow();
  }

  retryNow() {
    if (this.#ready) return;
    this.#failures = 0;
    this.#open();
  }

  /** Send a frame; false when there is no working connection. */
  send(frame) {
    if (!this.#ready || this.#socket.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #open() {
    this.#discard();
    this.onState("connecting");
    let socket;
    try {
      socket = new WebSocket(this.#url);
    } catch {
      this.#lost();
      return;
    }
    this.#socket = socket;
    this.#watch(ANSWER_WITHIN);
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", ...this.hello() }));
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = () => this.#lost();
  }

  #receive(data) {
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return;
    }
    if (frame === null || typeof frame !== "object") return;
    if (this.#ready) this.#expectNothing();
    if (frame.type === "pong") return;
    if (!this.#ready && frame.type !== "error") {
      this.#ready = true;
      this.#failures = 0;
      this.#expectNothing();
      this.onState("ready");
    }
    this.onFrame(frame);
  }

  #ping(patience) {
    if (this.send({ type: "ping" })) this.#watch(patience);
  }

  #watch(patience) {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#lost(), patience);
  }

  #expectNothing() {
    clearTimeout(this.#watchdog);
    clearTimeout(this.#pingTimer);
    this.#pingTimer = setTimeout(() => this.#ping(PONG_WITHIN), PING_EVERY);
  }

  #lost() {
    this.#discard();
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * GROWTH ** this.#failures);
    this.#failures += 1;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#open(), pause * (0.5 + Math.random() / 2));
    this.onState("lost");
  }

  #discard() {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#watchdog);
    clearTimeout(this.#pingTimer);
    this.#ready = false;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
