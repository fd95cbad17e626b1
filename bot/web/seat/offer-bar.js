// The bar above everything while a citizen is offered to this seat: who, how long, accept or decline.

import { h } from "../widget/dom.js";
import { ticking } from "./clock.js";
import { KeyedList } from "./keyed-list.js";
import { subject } from "./labels.js";

export class OfferBar {
  #desk;
  #actions;
  #list;

  /** `actions`: accept(handoff), decline(handoff), preview(item). */
  constructor({ desk, actions }) {
    this.#desk = desk;
    this.#actions = actions;
    this.#list = new KeyedList(h("div", { class: "offers", role: "region", "aria-label": "来访提请", "aria-live": "assertive" }),
      (item) => item.handoff, (item) => this.#row(item));
    this.element = this.#list.element;
  }

  show() {
    this.#list.show([...this.#desk.offers].sort((one, other) => Number(other.urgent) - Number(one.urgent)));
    this.element.hidden = this.#desk.offers.length === 0;
  }

  tick() { this.#list.tick(); }

  #row(first) {
    let item = first;
    const title = h("strong");
    const gist = h("span", { class: "offer-gist" });
    const left = h("span", { class: "offer-left", "aria-live": "off" });
    const meter = h("progress", { class: "offer-meter", "aria-hidden": "true", max: "1" });
    let longest = 1;
    const element = h("div", { class: "offer" },
      h("div", { class: "offer-text" }, title, gist), left, meter,
      h("div", { class: "offer-actions" },
        h("button", { type: "button", class: "secondary", onclick: () => this.#actions.preview(item) }, "先看对话"),
        h("button", { type: "button", class: "secondary", onclick: () => this.#actions.decline(item.handoff) }, "不接 ", h("kbd", {}, "Alt+N")),
        h("button", { type: "button", class: "primary accept", onclick: () => this.#actions.accept(item.handoff) }, "接听 ", h("kbd", {}, "Alt+A"))));
    const tick = () => {
      const seconds = Math.max(0, (item.offer_expires_in ?? 0) - this.#desk.stateAge);
      longest = Math.max(longest, seconds);
      left.textContent = `${Math.ceil(seconds)} 秒`;
      left.title = `已等 ${ticking((item.waited_seconds ?? 0) + this.#desk.stateAge)}`;
      meter.value = seconds / longest;
    };
    return {
      element, tick,
      update: (next) => {
        item = next;
        element.classList.toggle("urgent", Boolean(item.urgent));
        title.textContent = (item.urgent ? "紧急！" : "") + [...new Set([item.reason_name, subject(item)])].filter(Boolean).join(" · ");
        gist.textContent = [item.gist, item.note ? `留言：${item.note}` : null].filter(Boolean).join("　") || item.last_text || "";
        tick();
      },
    };
  }
}
