// The seat's work as data: the state the server told, transcripts, whispers, typing, and what is on its way out.
// Who may do what, who waits and who talks is never computed here: the `state` frame says so.

import { newId } from "../widget/ids.js";
import { atLeast, millis, serverSays } from "./clock.js";
import { Transcript } from "./transcript.js";

const RESEND_AFTER = 8000;
const SWEEP_EVERY = 2000;
const OTHER_TAB_GRACE = 10000;
const DONE_WITHIN = 10000;
const TYPING_AT_MOST = 8000;
const TRANSIENT_ERRORS = new Set(["rate_limited", "server_error"]);

export class Desk extends EventTarget {
  #api;
  #connection;
  #keeping;
  #seatId;
  #state = { seat: null, queue: [], conversations: [], colleagues: [] };
  #stateAt = 0;
  #transcripts = new Map();
  #whispers = new Map();
  #typing = new Map(); // conversation → timer
  #watching = new Set(); // what this tab asked to watch; a new connection has to ask again
  #sent = new Map(); // outgoing id → { count, last } on this page
  #waiting = new Map(); // ref → { resolve, reject, timer }
  #filling = new Set();
  #fetched = new Set();
  #leaving = new Set(); // conversations this page ended or handed on itself

  /** Set by the owner: the login is no longer valid, or another seat logged in. */
  onExpired = () => {};

  /** Events: "state", "connection" (detail: state), "transcript" / "whispers" / "typing" / "left" (detail: conversation),
      "message" (detail: { conversation, record }), "notice" (detail: text), "undelivered" (detail: item). */
  constructor({ api, connection, keeping, seat }) {
    super();
    this.#api = api;
    this.#connection = connection;
    this.#keeping = keeping;
    this.#seatId = seat.id;
    this.#state.seat = seat;
    connection.hello = () => ({ last_seq: this.#lastSeqs() });
    connection.onFrame = (frame) => this.#receive(frame);
    connection.onState = (state) => this.#connectionChanged(state);
    keeping.onForeignChange({
      outboxItem: (id) => this.#outboxChangedElsewhere(id),
      seen: (conversation) => this.#emit("transcript", conversation),
    });
    setInterval(() => this.#sendOutbox(), SWEEP_EVERY);
  }

  start() { this.#connection.start(); }
  reconnect() { this.#connection.retryNow(); }

  get seat() { return this.#state.seat; }
  get queue() { return this.#state.queue; }
  get colleagues() { return this.#state.colleagues; }
  get conversations() { return this.#state.conversations.filter((item) => item.seat === this.#seatId); }
  get offers() { return this.#state.queue.filter((item) => item.mine); }
  get watched() { return this.#state.conversations.filter((item) => item.seat !== this.#seatId); }

  /** Seconds since the server told the state: what `waited_seconds` and `offer_expires_in` have to be moved on by. */
  get stateAge() { return (performance.now() - this.#stateAt) / 1000; }

  transcript(conversation) {
    if (!this.#transcripts.has(conversation)) {
      const transcript = new Transcript();
      this.#keeping.outbox(conversation).forEach((item) => transcript.hold(item));
      this.#transcripts.set(conversation, transcript);
    }
    return this.#transcripts.get(conversation);
  }

  whispers(conversation) { return this.#whispers.get(conversation) ?? []; }
  isTyping(conversation) { return this.#typing.has(conversation); }
  unread(conversation) { return this.transcript(conversation).unread(this.#keeping.seen(conversation)); }

  markSeen(conversation) {
    const { lastSeq } = this.transcript(conversation);
    if (lastSeq <= this.#keeping.seen(conversation)) return;
    this.#keeping.see(conversation, lastSeq);
    this.#emit("transcript", conversation);
  }

  /** What was said before: fetched once for whispers, which the socket doesn't repeat. */
  async fetchOnce(conversation) {
    if (this.#fetched.has(conversation)) return;
    this.#fetched.add(conversation);
    await this.#fill(conversation);
  }

  // ---- what the seat does

  /** Ask the server for something; resolves when it is done, rejects with an Error that says why not. */
  request(frame) {
    return new Promise((resolve, reject) => {
      const ref = newId();
      if (!this.#connection.send({ ...frame, ref })) {
        reject(new Error("连接中断，请等连上以后再试。"));
        return;
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(ref);
        reject(new Error("服务没有回答，请再试一次。"));
      }, DONE_WITHIN);
      this.#waiting.set(ref, { resolve, reject, timer });
    });
  }

  end(conversation, disposition, result) {
    return this.#leave(conversation, { type: "end", conversation, disposition, result });
  }

  transfer(conversation, { seat = null, skill = null, note = "" }) {
    return this.#leave(conversation, { type: "transfer", conversation, seat, skill, note });
  }

  /** Follow a conversation of others (supervisors), or stop. The state then shows it, or no longer does. */
  async watch(conversation, on) {
    await this.request({ type: "watch", conversation, on });
    if (on) this.#watching.add(conversation);
    else this.#watching.delete(conversation);
  }

  typing(conversation, on) {
    if (this.#owned(conversation)) this.#connection.send({ type: "typing", conversation, on });
  }

  say(conversation, text) {
    const latest = Math.max(0, ...this.#keeping.outbox(conversation).map((unsent) => unsent.at));
    const item = { conversation, id: newId(), text, at: Math.max(Date.now(), latest + 1), error: null };
    this.#keeping.keep(item);
    this.#hold(item);
    this.#sendOutbox();
  }

  retry(id) {
    const item = this.#keeping.outgoing(id);
    if (!item) return;
    this.#sent.delete(id);
    this.#keeping.keep({ ...item, error: null });
    this.#hold({ ...item, error: null });
    this.#sendOutbox();
  }

  /** Take an unsent message back. Returns its text. */
  withdraw(id) {
    const item = this.#keeping.outgoing(id);
    if (!item) return "";
    this.#keeping.drop(id);
    this.#transcripts.get(item.conversation)?.remove(id);
    this.#emit("transcript", item.conversation);
    return item.text;
  }

  // ---- what the server says

  #receive(frame) {
    switch (frame.type) {
      case "state": this.#stateTold(frame); break;
      case "message": this.#messageArrived(frame); break;
      case "ack": this.#acknowledged(frame); break;
      case "whisper": this.#whisperArrived(frame.conversation, frame); break;
      case "typing": this.#typingChanged(frame.conversation, frame.on === true); break;
      case "done": this.#settle(frame.ref)?.resolve(frame); break;
      case "error": this.#refused(frame); break;
      default: // a later version of the service
    }
  }

  #stateTold(frame) {
    if (frame.seat?.id !== this.#seatId) {
      this.onExpired();
      return;
    }
    const before = this.conversations;
    this.#state = { seat: frame.seat, queue: frame.queue ?? [], conversations: frame.conversations ?? [], colleagues: frame.colleagues ?? [] };
    this.#stateAt = performance.now();
    serverSays(millis(frame.now)); // not every version tells
    const waiting = this.queue.find((item) => Number.isFinite(millis(item.queued_at)) && Number.isFinite(item.waited_seconds));
    if (!frame.now && waiting) atLeast(millis(waiting.queued_at) + waiting.waited_seconds * 1000);
    for (const { conversation } of before) if (!this.#owned(conversation)) this.#left(conversation);
    this.#keeping.forgetOthers(this.conversations.map((item) => item.conversation));
    for (const { conversation } of this.conversations) {
      if (this.#watching.delete(conversation)) this.#connection.send({ type: "watch", conversation, on: false }); // taken over
    }
    this.#emit("state");
    this.#reportUndelivered();
  }

  /** The transcript is kept: should the conversation come back, the server goes on where it stopped. */
  #left(conversation) {
    const ownDoing = this.#leaving.delete(conversation);
    this.#fetched.delete(conversation);
    this.#typingChanged(conversation, false);
    this.dispatchEvent(new CustomEvent("left", { detail: { conversation, ownDoing } }));
  }

  #messageArrived(frame) {
    if (typeof frame.conversation !== "string" || !Number.isInteger(frame.seq) || typeof frame.text !== "string") return;
    const { conversation } = frame;
    atLeast(millis(frame.time));
    const transcript = this.transcript(conversation);
    const { record, isNew } = transcript.receive(frame);
    if (frame.role === "seat" && frame.id) this.#delivered(frame.id);
    if (frame.role === "user") this.#typingChanged(conversation, false);
    this.#emit("transcript", conversation);
    if (isNew) this.dispatchEvent(new CustomEvent("message", { detail: { conversation, record } }));
    if (transcript.hasGap) setTimeout(() => { if (transcript.hasGap) this.#fill(conversation); }, 1000);
  }

  #acknowledged(frame) {
    if (typeof frame.id !== "string" || !Number.isInteger(frame.seq)) return;
    this.#delivered(frame.id);
    this.transcript(frame.conversation).acknowledge(frame.id, frame.seq);
    this.#emit("transcript", frame.conversation);
  }

  #whisperArrived(conversation, whisper) {
    if (typeof conversation !== "string" || typeof whisper.text !== "string") return;
    const known = this.whispers(conversation);
    const same = (one) => one.from === whisper.from && one.time === whisper.time && one.text === whisper.text;
    if (known.some(same)) return;
    const { from, text, time } = whisper;
    this.#whispers.set(conversation, [...known, { from, text, time }].sort((one, other) => millis(one.time) - millis(other.time)));
    this.#emit("whispers", conversation);
  }

  #typingChanged(conversation, on) {
    clearTimeout(this.#typing.get(conversation));
    if (!on && !this.#typing.delete(conversation)) return;
    if (on) this.#typing.set(conversation, setTimeout(() => this.#typingChanged(conversation, false), TYPING_AT_MOST));
    this.#emit("typing", conversation);
  }

  #refused(frame) {
    const reason = typeof frame.text === "string" && frame.text ? frame.text : "服务暂时出错，请稍后再试。";
    if (frame.code === "unauthorized") {
      this.onExpired();
      return;
    }
    const request = this.#settle(frame.ref);
    const item = typeof frame.id === "string" ? this.#keeping.outgoing(frame.id) : null;
    if (request) request.reject(new Error(reason));
    else if (item && !TRANSIENT_ERRORS.has(frame.code)) {
      this.#keeping.keep({ ...item, error: reason });
      this.#hold({ ...item, error: reason });
    } else this.#emit("notice", reason);
  }

  // ---- on its way out

  /** Send what is not confirmed: at once the first time, then with growing pauses. The server drops duplicates. */
  #sendOutbox() {
    if (!this.#connection.ready || !this.#stateAt) return;
    const now = Date.now();
    for (const item of this.#keeping.outbox()) {
      const { count, last } = this.#sent.get(item.id) ?? { count: 0, last: -Infinity };
      if (item.error || !this.#owned(item.conversation) || now - last < RESEND_AFTER * count) continue;
      const { conversation, id, text } = item;
      if (this.#connection.send({ type: "message", conversation, id, text })) this.#sent.set(id, { count: count + 1, last: now });
    }
  }

  #delivered(id) {
    this.#keeping.drop(id);
    this.#sent.delete(id);
  }

  /** What was written for a conversation that is no longer ours would otherwise vanish unseen. */
  #reportUndelivered() {
    for (const item of this.#keeping.outbox()) {
      if (this.#owned(item.conversation)) continue;
      this.#keeping.drop(item.id);
      this.dispatchEvent(new CustomEvent("undelivered", { detail: item }));
    }
  }

  #outboxChangedElsewhere(id) {
    const item = this.#keeping.outgoing(id);
    if (item) {
      // The tab that wrote it sends it; this one only steps in when that takes too long.
      if (!this.#sent.has(id)) this.#sent.set(id, { count: 1, last: Date.now() + OTHER_TAB_GRACE - RESEND_AFTER });
      this.#hold(item);
      return;
    }
    for (const [conversation, transcript] of this.#transcripts) {
      if (!transcript.ordered.some((record) => record.id === id && record.state === "failed")) continue;
      transcript.remove(id);
      this.#emit("transcript", conversation);
    }
  }

  #hold(item) {
    this.transcript(item.conversation).hold(item);
    this.#emit("transcript", item.conversation);
  }

  async #leave(conversation, frame) {
    this.#leaving.add(conversation);
    try {
      await this.request(frame);
    } catch (error) {
      this.#leaving.delete(conversation);
      throw error;
    }
  }

  #settle(ref) {
    const request = this.#waiting.get(ref);
    if (!request) return null;
    clearTimeout(request.timer);
    this.#waiting.delete(ref);
    return request;
  }

  // ---- the connection

  #connectionChanged(state) {
    if (state === "ready") {
      this.#sent.clear();
      this.#fetched.clear(); // whispers meanwhile
      for (const conversation of this.#watching) this.#connection.send({ type: "watch", conversation, on: true });
    } else if (state === "lost") {
      for (const ref of [...this.#waiting.keys()]) this.#settle(ref).reject(new Error("连接中断，请等连上以后再试。"));
      for (const conversation of [...this.#typing.keys()]) this.#typingChanged(conversation, false);
      this.#checkLogin();
    }
    this.#emit("connection", state);
  }

  /** A refused handshake looks like a broken line; only a request tells whether the login is still valid. */
  async #checkLogin() {
    const me = await this.#api.me().catch(() => undefined);
    if (me === null || (me && me.seat.id !== this.#seatId)) this.onExpired();
  }

  /** Close a gap (and learn the whispers) from the stored conversation. */
  async #fill(conversation) {
    if (this.#filling.has(conversation)) return;
    this.#filling.add(conversation);
    try {
      const { messages, whispers } = await this.#api.get(`conversations/${encodeURIComponent(conversation)}`);
      for (const message of messages ?? []) this.transcript(conversation).receive(message);
      for (const whisper of whispers ?? []) this.#whisperArrived(conversation, whisper);
      this.#emit("transcript", conversation);
    } catch {
      this.#fetched.delete(conversation); // the next look tries again
    } finally {
      this.#filling.delete(conversation);
    }
  }

  #lastSeqs() {
    const known = [...this.#transcripts].map(([conversation, transcript]) => [conversation, transcript.contiguousSeq]);
    return Object.fromEntries(known.filter(([, seq]) => seq > 0));
  }

  #owned(conversation) { return this.conversations.some((item) => item.conversation === conversation); }

  #emit(type, detail = null) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}
