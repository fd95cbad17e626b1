// A question before something that can't be undone.

import { h } from "./dom.js";
import { STRINGS } from "./strings.js";

export class ConfirmDialog {
  /** `id` is unique in the window; `notes` are paragraphs under the question; `confirm()` runs when the visitor agrees. */
  constructor({ id, question, notes, action, confirm }) {
    this.element = h("dialog", { class: "dialog", "aria-labelledby": id },
      h("h3", { id }, question),
      notes,
      h("div", { class: "dialog-actions" },
        h("button", { type: "button", class: "secondary", onclick: () => this.close() }, STRINGS.cancel),
        h("button", { type: "button", class: "primary", onclick: () => { this.close(); confirm(); } }, action)));
  }

  get isOpen() { return this.element.open; }
  ask() { this.element.showModal(); }
  close() { this.element.close(); }
}
