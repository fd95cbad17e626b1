// The line above the input while the visitor waits for a person or talks to one.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { STRINGS } from "./strings.js";

// A second press within this time is a slip; afterwards it is meant, because the first may have got lost.
const PRESSED_FOR = 3000;

export class HandoffBar {
  #text = h("span", {});
  #mark = h("span", { class: "handoff-mark" });
  #leave;
  #callBack;
  #end;

  /** `actions`: say(title, payload), askEnd(). */
  constructor(actions) {
    this.#leave = this.#command(STRINGS.leaveQueue, "/leave_queue", actions);
    this.#callBack = this.#command(STRINGS.leavePhone, "/request_callback", actions);
    this.#end = h("button", { type: "button", onclick: () => actions.askEnd() }, STRINGS.endSession);
    // The live region stays in the page, empty: one that appears together with its text is not read out everywhere.
    this.element = h("div", { class: "handoff", role: "group", "aria-label": STRINGS.handoff },
      h("p", { class: "handoff-text", role: "status", "aria-live": "polite" }, this.#mark, this.#text),
      h("div", { class: "handoff-actions" }, this.#leave, this.#callBack, this.#end));
    this.show({ state: "none" });
  }

  /** Whether the keyboard is at a button that is still to be seen. */
  get hasFocus() {
    const focused = this.element.getRootNode().activeElement;
    return this.element.contains(focused) && !focused.hidden;
  }

  show(handoff) {
    const waiting = handoff.state === "waiting";
    const active = handoff.state === "active";
    this.element.dataset.state = waiting || active ? handoff.state : "none";
    this.element.classList.toggle("urgent", waiting && handoff.urgent);
    const text = waiting ? STRINGS.waiting(handoff) : active ? STRINGS.serving(handoff.seat || STRINGS.seat) : "";
    if (text !== this.#text.textContent) this.#text.textContent = text; // written again, it would be read out again
    this.#mark.replaceChildren(waiting ? icon(handoff.urgent ? "warning" : "clock") : active ? icon("person") : "");
    for (const button of [this.#leave, this.#callBack]) button.hidden = !waiting;
    this.#end.hidden = !active;
  }

  #command(title, payload, actions) {
    const press = () => {
      button.disabled = true;
      setTimeout(() => { button.disabled = false; }, PRESSED_FOR);
      actions.say(title, payload);
    };
    const button = h("button", { type: "button", onclick: press }, title);
    return button;
  }
}
