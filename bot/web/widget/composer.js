// The input: growing text field, character count, Enter to send (never in the middle of an IME composition).

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { STRINGS } from "./strings.js";

const COUNT_FROM = 0.8;
const IME_KEY_CODE = 229;

export class Composer {
  #limit;
  #send;
  #changed;
  #typing;
  #field = h("textarea", {
    id: "fawen-input", rows: "1", enterkeyhint: "send", autocomplete: "off",
    placeholder: STRINGS.placeholder, "aria-describedby": "fawen-hint fawen-count",
  });
  #count = h("p", { id: "fawen-count", class: "count", "aria-live": "polite" });

  /** `send(text)` gets trimmed text within the limit, `changed(text)` every change, `typing(on)` what the visitor does at the keys. */
  constructor({ limit, draft, send, changed, typing }) {
    this.#limit = limit;
    this.#send = send;
    this.#changed = changed;
    this.#typing = typing;
    this.element = h("form", { class: "composer", novalidate: true },
      h("label", { class: "sr-only", for: "fawen-input" }, STRINGS.inputLabel),
      h("p", { id: "fawen-hint", class: "sr-only" }, STRINGS.inputHint),
      this.#count,
      h("div", { class: "composer-row" },
        this.#field,
        h("button", { type: "submit", class: "send" }, icon("send"), h("span", {}, STRINGS.send))));
    this.element.addEventListener("submit", (event) => { event.preventDefault(); this.#submit(); });
    this.#field.addEventListener("input", () => { this.#update(); this.#typing(this.#field.value.trim() !== ""); });
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    this.#field.value = draft;
    this.#update();
  }

  focus() { this.#field.focus({ preventScroll: true }); }

  get text() { return this.#field.value; }
  set text(value) { this.#field.value = value; this.#update(); }

  /** Fit the height to the text; also needed after the type size or the width changed. */
  fit() {
    this.#field.style.setProperty("height", "auto");
    if (this.#field.scrollHeight) this.#field.style.setProperty("height", `${this.#field.scrollHeight + 2}px`);
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === IME_KEY_CODE) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const text = this.#field.value.trim();
    if (!text || length(text) > this.#limit) {
      this.focus();
      return;
    }
    this.text = "";
    this.#send(text);
  }

  #update() {
    const count = length(this.#field.value.trim());
    const tooLong = count > this.#limit;
    this.element.classList.toggle("too-long", tooLong);
    if (tooLong) this.#field.setAttribute("aria-invalid", "true");
    else this.#field.removeAttribute("aria-invalid");
    this.#count.textContent = count < this.#limit * COUNT_FROM ? "" : STRINGS.counter(count, this.#limit)
      + (tooLong ? `　${STRINGS.tooLong(count - this.#limit, this.#limit)}` : "");
    this.fit();
    this.#changed(this.#field.value);
  }
}

/** Characters as the server counts them: code points. */
function length(text) {
  return [...text].length;
}
