// The scrolling list of messages: order on screen, scrolling, the typing indicator.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { drawMessage } from "./message-view.js";
import { RatingForm } from "./rating-form.js";
import { asksForRating, ratingRequests } from "./session-rating.js";
import { STRINGS } from "./strings.js";

const NEAR_BOTTOM = 48;
// Unless said again. The bot may think for long; a person is heard of every few seconds.
const TYPING_AT_MOST = { bot: 60000, seat: 12000 };
const HISTORY_AT_MOST = 3000;
const MARGIN = 12;

export class LogView {
  #actions;
  #elements = new Map(); // transcript record → element
  #ratings = new Map(); // transcript record → form
  #canRate = true;
  #list = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": STRINGS.log, tabindex: "0" });
  #typingAvatar = h("span", { class: "avatar" });
  #typingText = h("span", { class: "typing-text" });
  #typing = h("div", { class: "typing", role: "status", hidden: true },
    this.#typingAvatar, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), this.#typingText);
  #scroller = h("div", { class: "scroller" }, this.#list, this.#typing);
  #more = h("button", { type: "button", class: "more", hidden: true, onclick: () => this.toBottom() }, icon("down"), STRINGS.more);
  #pinned = true;
  #typists = new Map(); // "bot" or "seat" → timer
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
    drawMessage(element, record, this.#actions, this.#ratingForm(record));
    this.#arrange(ordered);
    this.#updateRatings(ordered);
    if (!isNew) { if (wasAtBottom) this.toBottom(); }
    else if (isHistory || record.role === "user") this.toBottom();
    else if (wasAtBottom) this.#reveal(element);
    this.#updateMore();
  }

  /** `ordered`: the records that are left. */
  remove(record, ordered) {
    this.#elements.get(record)?.remove();
    this.#elements.delete(record);
    this.#updateRatings(ordered);
    this.#updateMore();
  }

  clear() {
    this.#elements.clear();
    this.#ratings.clear();
    this.#list.replaceChildren();
    this.stopTyping();
    this.#updateMore();
  }

  /** `who` ("bot" or "seat", called `name`) begins or stops typing. A person goes before the bot. */
  typing(on, who = "bot", name = "") {
    clearTimeout(this.#typists.get(who));
    this.#typists.delete(who);
    if (on) this.#typists.set(who, setTimeout(() => this.typing(false, who), TYPING_AT_MOST[who]));
    const wasAtBottom = this.#distanceToBottom() < NEAR_BOTTOM;
    const seat = this.#typists.has("seat");
    this.#typing.hidden = this.#typists.size === 0;
    this.#typing.classList.toggle("seat", seat);
    this.#typingAvatar.replaceChildren(icon(seat ? "person" : "scales"));
    if (!seat) this.#typingText.textContent = STRINGS.typing;
    else if (who === "seat") this.#typingText.textContent = STRINGS.seatTyping(name || STRINGS.seat);
    if (on && wasAtBottom) this.toBottom();
  }

  stopTyping() {
    for (const who of [...this.#typists.keys()]) this.typing(false, who);
  }

  /** Whether the server takes a rating now: only as long as no new handoff has followed. */
  canRate(on, ordered) {
    this.#canRate = on;
    this.#updateRatings(ordered);
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

  /** Make a change that takes or gives room: what was in view at the bottom stays in view. */
  staying(change) {
    const wasAtBottom = this.#distanceToBottom() < NEAR_BOTTOM;
    change();
    if (wasAtBottom) this.toBottom();
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

  #ratingForm(record) {
    if (!asksForRating(record)) return null;
    if (!this.#ratings.has(record)) this.#ratings.set(record, new RatingForm((text, payload) => this.#actions.reply(text, payload)));
    return this.#ratings.get(record).element;
  }

  #updateRatings(ordered) {
    for (const [record, { rating, isLatest }] of ratingRequests(ordered)) {
      this.#ratings.get(record)?.update({ rating, isOpen: isLatest && this.#canRate });
    }
  }

  #distanceToBottom() {
    return this.#scroller.scrollHeight - this.#scroller.scrollTop - this.#scroller.clientHeight;
  }

  #updateMore() {
    this.#more.hidden = this.#distanceToBottom() < NEAR_BOTTOM;
  }
}
