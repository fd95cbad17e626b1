// Short messages at the edge of the screen. Errors and things to keep stay until they are dismissed.

import { h } from "../widget/dom.js";

const SHOWN_FOR = 6000;
const AT_MOST = 4;

export class Toasts {
  #politely = h("div", { class: "toasts-list", role: "status" });
  #urgently = h("div", { class: "toasts-list", role: "alert" });
  element = h("div", { class: "toasts" }, this.#urgently, this.#politely);

  say(text) { this.#add(this.#politely, text, { passing: true }); }
  error(text) { this.#add(this.#urgently, text, { passing: true, className: "error" }); }

  /** Stays; `action`: { label, run }. */
  keep(text, action = null) { this.#add(this.#urgently, text, { action, className: "error" }); }

  #add(list, text, { passing = false, action = null, className = "" }) {
    const toast = h("div", { class: `toast ${className}` }, h("p", {}, text),
      action ? h("button", { type: "button", onclick: () => { action.run(); toast.remove(); } }, action.label) : null,
      h("button", { type: "button", "aria-label": "知道了", onclick: () => toast.remove() }, "✕"));
    list.append(toast);
    while (list.children.length > AT_MOST) list.firstElementChild.remove();
    if (passing) setTimeout(() => toast.remove(), SHOWN_FOR);
  }
}
