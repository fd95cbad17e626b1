// The scrolling list of messages: order on screen, scrolling, the typing indicator.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { drawMessage } from "./message-view.js";
import { STRINGS } from "./strings.js";

const NEAR_BOTTOM = 48;
const TYPING_AT_MOST = 60000;
const HISTORY_AT_MOST = 3000;
const MARGIN = 12;

export class LogView {
  #actions;
  #elements = new Map(); // transcript record → element
  #list = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": STRINGS.log, tabindex: "0" });
  #typing = h("div", { class: "typing", role: "status", hidden: true },
    h("span", { class: "avatar" }, icon("scales")),
    h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
    h("span", { class: "typing-text" }, STRINGS.typing));
  #scroller = h("div", { class: "scroller" }, this.#list, this.#typing);
  #more = h("button", { type: "button", class: "more", hidden: true, onclick: () => this.toBottom() }, icon("down"), STRINGS.more);
  #pinned = true;
  #typingTimer = 0;
  #historyTimer = 0;

  constructor(actions) {
    this.#actions = actions;
    this.element = h("div", { class: "conversation" }, this.#scroller, this.#more);
    this.#scroller.addEventListener("scroll", () => {
      this.#pinned = this.#distanceToBottom() < NEAR_BOTTOM;
      this.#updateMore();
    }, { passive: true });
    // The input grew or a keyboard came up: what was in view at the bottom stays in view.
    new ResizeObserver(() => { if (this.#pinned) this.toBottom(); this.#updateMore(); }).observe(this.#scroller);
    new ResizeObserver(() => this.#updateMore()).observe(this.#list); // a citation was unfolded
  }

  focus() { this.#list.focus({ preventScroll: true }); }

  /** Show a record, new or changed. `ordered`: all records in order of display. */
  show(record, ordered, { isNew, isHistory }) {
    const wasAtBottom = this.#distanceToBottom() < NEAR_BOTTOM;
    let element = this.#elements.get(record);
    if (!element) {
      element = h("article");
      this.#elements.set(record, element);
    }
    drawMessage(element, record, this.#actions);
    this.#arrange(ordered);
    if (!isNew) { if (wasAtBottom) this.toBottom(); }
    else if (isHistory || record.role === "user") this.toBottom();
    else if (wasAtBottom) this.#reveal(element);
    this.#updateMore();
  }

  remove(record) {
    this.#elements.get(record)?.remove();
    this.#elements.delete(record);
    this.#updateMore();
  }

  clear() {
    this.#elements.clear();
    this.#list.replaceChildren();
    this.typing(false);
    this.#updateMore();
  }

  typing(on) {
    clearTimeout(this.#typingTimer);
    const wasAtBottom = this.#distanceToBottom() < NEAR_BOTTOM;
    this.#typing.hidden = !on;
    if (!on) return;
    this.#typingTimer = setTimeout(() => this.typing(false), TYPING_AT_MOST);
    if (wasAtBottom) this.toBottom();
  }

  /** While old messages are replayed, a screen reader should not read them all out again. */
  history(on) {
    clearTimeout(this.#historyTimer);
    if (on) {
      this.#list.setAttribute("aria-live", "off");
      this.#historyTimer = setTimeout(() => this.history(false), HISTORY_AT_MOST);
    } else if (this.#list.getAttribute("aria-live") === "off") {
      this.#historyTimer = setTimeout(() => this.#list.setAttribute("aria-live", "polite"), 100);
    }
  }

  toBottom() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  /** Scroll down, but never past the beginning of a long answer. */
  #reveal(element) {
    const top = element.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top + this.#scroller.scrollTop;
    this.#scroller.scrollTop = Math.min(this.#scroller.scrollHeight, top - MARGIN);
  }

  /** Bring the elements into order, moving only what is out of place. Quick replies stay on the latest turn only. */
  #arrange(ordered) {
    const known = new Set(ordered);
    for (const [record, element] of this.#elements) {
      if (known.has(record)) continue;
      element.remove();
      this.#elements.delete(record);
    }
    let place = this.#list.firstElementChild;
    for (const record of ordered) {
      const element = this.#elements.get(record);
      if (!element) continue;
      if (element === place) place = place.nextElementSibling;
      else this.#list.insertBefore(element, place);
    }
    const lastFromUser = ordered.map((record) => record.role).lastIndexOf("user");
    ordered.forEach((record, index) => {
      this.#elements.get(record)?.classList.toggle("answered", index < lastFromUser);
    });
  }

  #distanceToBottom() {
    return this.#scroller.scrollHeight - this.#scroller.scrollTop - this.#scroller.clientHeight;
  }

  #updateMore() {
    this.#more.hidden = this.#distanceToBottom() < NEAR_BOTTOM;
  }
}
