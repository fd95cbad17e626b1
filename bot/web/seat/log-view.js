// The scrolling transcript: messages by seq, whispers at their time between them.

import { h } from "../widget/dom.js";
import { millis } from "./clock.js";
import { drawMessage, whisperElement } from "./message-view.js";

const NEAR_BOTTOM = 60;

export class LogView {
  #actions;
  #elements = new Map(); // record or whisper → { element, signature }
  #pinned = true;
  #list = h("div", { class: "log", role: "log", "aria-live": "off", "aria-label": "对话记录", tabindex: "0" });
  #more = h("button", { type: "button", class: "more", hidden: true, onclick: () => this.toBottom() }, "↓ 有新消息");
  #liveTimer = 0;

  constructor(actions = null) {
    this.#actions = actions;
    this.element = h("div", { class: "log-frame" }, this.#list, this.#more);
    this.#list.addEventListener("scroll", () => {
      this.#pinned = this.#distance() < NEAR_BOTTOM;
      if (this.#pinned) this.#more.hidden = true;
    }, { passive: true });
    new ResizeObserver(() => { if (this.#pinned) this.toBottom(); }).observe(this.#list);
  }

  /** Another conversation: nobody wants to hear it read out from the start. */
  clear() {
    this.#elements.clear();
    this.#list.replaceChildren();
    this.#pinned = true;
    this.#more.hidden = true;
    this.#list.setAttribute("aria-live", "off");
    clearTimeout(this.#liveTimer);
    this.#liveTimer = setTimeout(() => this.#list.setAttribute("aria-live", "polite"), 1500);
  }

  show(records, whispers = []) {
    const items = merge(records, whispers);
    const known = new Set(items);
    for (const [item, { element }] of this.#elements) {
      if (known.has(item)) continue;
      element.remove();
      this.#elements.delete(item);
    }
    let place = this.#list.firstElementChild;
    let added = false;
    for (const item of items) {
      const entry = this.#entry(item);
      if (entry.element === place) place = place.nextElementSibling;
      else {
        this.#list.insertBefore(entry.element, place);
        added = true;
      }
    }
    const isOwn = items[items.length - 1]?.state === "pending";
    if (this.#pinned || (added && isOwn)) this.toBottom();
    else if (added) this.#more.hidden = false;
  }

  toBottom() {
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#pinned = true;
    this.#more.hidden = true;
  }

  #entry(item) {
    const isWhisper = item.role === undefined;
    const signature = isWhisper ? "" : JSON.stringify([item.seq, item.state, item.error, item.text, item.time]);
    const entry = this.#elements.get(item) ?? { element: isWhisper ? whisperElement(item) : h("article"), signature: "" };
    this.#elements.set(item, entry);
    if (signature !== entry.signature) drawMessage(entry.element, item, this.#actions);
    entry.signature = signature;
    return entry;
  }

  #distance() { return this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight; }
}

/** Messages stay in order of seq whatever their clocks say; a whisper goes before the first later message. */
function merge(records, whispers) {
  const items = [...records];
  for (const whisper of whispers) {
    const index = items.findIndex((item) => item.role !== undefined && millis(item.time) > millis(whisper.time));
    if (index < 0) items.push(whisper);
    else items.splice(index, 0, whisper);
  }
  return items;
}
