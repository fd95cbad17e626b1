// The course of a conversation: what is sent, confirmed, received, resumed and started anew.
// Ties the connection, the session kept in storage and the transcript together; tells the view what changed.

import { NO_HANDOFF, readHandoff } from "./handoff.js";
import { newId } from "./ids.js";
import { STRINGS } from "./strings.js";
import { TypingSignal } from "./typing-signal.js";

const RESEND_AFTER = 10000;
const SWEEP_EVERY = 2000;
const TRIES = 4;
const OTHER_TAB_GRACE = 1500;
const TRANSIENT_ERRORS = new Set(["rate_limited", "server_error"]);

export class Conversation {
  /** Set by the owner: called with the record of every new message that isn't the visitor's. */
  onArrival = () => {};

  #connection;
  #session;
  #transcript;
  #view;
  #current = null; // id of the conversation on screen
  #greeted = { id: null }; // what the last hello asked for
  #sent = new Map(); // outgoing id → { count, last } on this page
  #historyUpTo = 0;
  #interrupted = false;
  #handoff = NO_HANDOFF;
  #typing;

  constructor({ connection, session, transcript, view }) {
    this.#connection = connection;
    this.#session = session;
    this.#transcript = transcript;
    this.#view = view;
    this.#typing = new TypingSignal((on) => connection.send({ type: "typing", on }));
    connection.hello = () => this.#hello();
    connection.onFrame = (frame) => this.#receive(frame);
    connection.onState = (state) => this.#connectionChanged(state);
    session.onForeignChange({
      onIdentity: () => this.#followOtherTab(),
      onOutbox: (id) => this.#outboxChangedElsewhere(id),
    });
    this.#current = session.identity.id;
    this.#historyUpTo = session.identity.lastSeq;
    session.outbox.forEach((item) => this.#hold(item));
    setInterval(() => this.#sendOutbox(), SWEEP_EVERY);
  }

  /** Something to resume or to deliver: worth connecting before the visitor opens the window. */
  get hasUnfinishedBusiness() {
    return this.#session.identity.id !== null || this.#session.outbox.length > 0;
  }

  get hasUnsent() { return this.#session.outbox.length > 0; }

  start() { this.#connection.start(); }
  reconnect() { this.#connection.retryNow(); }

  /** The visitor types, or the input is empty. Only a person on the other side wants to know. */
  typing(on) {
    if (on && this.#handoff.state === "active") this.#typing.typed();
    else this.#typing.stop();
  }

  say(text, payload = null) {
    this.#typing.stop();
    const latest = Math.max(0, ...this.#session.outbox.map((unsent) => unsent.at));
    const item = { id: newId(), text, payload, at: Math.max(Date.now(), latest + 1), error: null };
    this.#session.keep(item);
    this.#hold(item);
    this.#connection.start();
    this.#sendOutbox();
  }

  retry(id) {
    const item = this.#session.outgoing(id);
    if (!item) return;
    this.#sent.delete(id);
    this.#session.keep({ ...item, error: null });
    this.#hold({ ...item, error: null });
    this.#sendOutbox();
  }

  /** Take an unsent message back. Returns its text. */
  withdraw(id) {
    const text = this.#session.outgoing(id)?.text ?? "";
    this.#session.drop(id);
    this.#removeFromScreen(id);
    return text;
  }

  startAnew() {
    this.#session.dropAll();
    this.#session.forget();
    this.#blank(null);
    this.#connection.restart();
  }

  #hello() {
    const { id, token } = this.#session.identity;
    this.#greeted = { id };
    const last_seq = id !== null && id === this.#current ? this.#transcript.contiguousSeq : 0;
    return { conversation: id, token, last_seq };
  }

  #receive(frame) {
    if (frame.type === "welcome") this.#welcomed(frame);
    else if (frame.type === "ack") this.#acknowledged(frame.id, frame.seq);
    else if (frame.type === "message") this.#messageArrived(frame);
    else if (frame.type === "typing") this.#view.typing(frame.on === true, frame.who === "seat" ? "seat" : "bot");
    else if (frame.type === "handoff") this.#handoffChanged(readHandoff(frame));
    else if (frame.type === "error") this.#refused(frame);
  }

  #welcomed(frame) {
    if (typeof frame.conversation !== "string") return;
    const stored = this.#session.identity.id;
    if (!frame.resumed && stored !== null && stored !== this.#greeted.id) {
      this.#connection.restart(); // another tab began a conversation meanwhile: join that one
      return;
    }
    if (!frame.resumed || this.#current !== frame.conversation) {
      const lost = this.#current !== null;
      this.#blank(frame.conversation);
      this.#session.outbox.forEach((item) => this.#hold(item));
      if (lost) this.#view.notice(STRINGS.gone);
    }
    this.#session.begin(frame.conversation, frame.token ?? this.#session.identity.token);
    this.#view.organization(typeof frame.organization === "string" ? frame.organization : "");
    this.#view.history(this.#historyUpTo > this.#transcript.contiguousSeq);
    this.#sent.clear();
    this.#sendOutbox();
  }

  #messageArrived(frame) {
    if (!Number.isInteger(frame.seq) || typeof frame.text !== "string") return;
    const { record, isNew } = this.#transcript.receive(frame);
    const isHistory = frame.seq <= this.#historyUpTo;
    if (frame.role === "user" && frame.id) this.#delivered(frame.id);
    if (frame.role === "seat") this.#view.typing(false, "seat");
    this.#session.sawSeq(this.#current, frame.seq);
    this.#view.show(record, { isNew, isHistory });
    if (frame.seq >= this.#historyUpTo) this.#view.history(false);
    if (isNew && !isHistory && frame.role !== "user") this.onArrival(record);
  }

  #handoffChanged(handoff) {
    const otherSide = handoff.state !== "active" || handoff.seat !== this.#handoff.seat;
    this.#handoff = handoff;
    if (otherSide) {
      this.#typing.stop();
      this.#view.typing(false, "seat");
    }
    this.#view.handoff(handoff);
  }

  #acknowledged(id, seq) {
    if (typeof id !== "string" || !Number.isInteger(seq)) return;
    this.#delivered(id);
    const record = this.#transcript.acknowledge(id, seq);
    if (record) this.#view.show(record, { isNew: false, isHistory: false });
  }

  #delivered(id) {
    this.#session.drop(id);
    this.#sent.delete(id);
  }

  #refused(frame) {
    const reason = typeof frame.text === "string" && frame.text ? frame.text : STRINGS.genericError;
    if (frame.code === "unauthorized" && this.#session.identity.id !== null) {
      this.#session.forget();
      this.#connection.restart(OTHER_TAB_GRACE);
      return;
    }
    const item = typeof frame.id === "string" ? this.#session.outgoing(frame.id) : null;
    const tries = item ? this.#sent.get(item.id)?.count ?? 0 : 0;
    if (!item || (TRANSIENT_ERRORS.has(frame.code) && tries < TRIES)) {
      this.#view.notice(reason);
      return;
    }
    this.#session.keep({ ...item, error: reason });
    this.#hold({ ...item, error: reason });
  }

  /** Send what is not confirmed: at once the first time, then with growing pauses. The server drops duplicates. */
  #sendOutbox() {
    if (!this.#connection.ready) return;
    const now = Date.now();
    for (const item of this.#session.outbox) {
      const { count, last } = this.#sent.get(item.id) ?? { count: 0, last: -Infinity };
      if (item.error || now - last < RESEND_AFTER * count) continue;
      const frame = { type: "message", id: item.id, text: item.text };
      if (item.payload) frame.payload = item.payload;
      if (this.#connection.send(frame)) this.#sent.set(item.id, { count: count + 1, last: now });
    }
  }

  #connectionChanged(state) {
    if (state === "lost") {
      this.#interrupted = true;
      this.#typing.stop();
      this.#view.stopTyping();
    }
    this.#view.connection(state, this.#interrupted);
    if (state === "ready") this.#interrupted = false;
  }

  #followOtherTab() {
    const { id } = this.#session.identity;
    if (id === this.#current) return;
    const running = this.#current !== null || this.#connection.ready;
    this.#blank(id);
    this.#session.outbox.forEach((item) => this.#hold(item));
    if (running || id !== null) this.#connection.restart(id === null ? OTHER_TAB_GRACE : 0);
  }

  #outboxChangedElsewhere(id) {
    const item = this.#session.outgoing(id);
    if (item) {
      // The tab that wrote it sends it; this one only steps in when that takes too long.
      if (!this.#sent.has(id)) this.#sent.set(id, { count: 1, last: Date.now() });
      this.#hold(item);
    } else if (this.#transcript.find(id)?.state === "failed") {
      this.#removeFromScreen(id);
    }
  }

  #hold(item) {
    const { record, isNew } = this.#transcript.hold(item);
    this.#view.show(record, { isNew, isHistory: false });
  }

  #removeFromScreen(id) {
    const record = this.#transcript.remove(id);
    if (record) this.#view.remove(record);
  }

  #blank(id) {
    this.#current = id;
    this.#historyUpTo = 0;
    this.#sent.clear();
    this.#transcript.clear();
    this.#view.clear();
    this.#handoffChanged(NO_HANDOFF);
  }
}
