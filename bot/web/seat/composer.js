// What the seat writes to the citizen. Enter sends (never in the middle of an IME composition);
// a wrong citation or an unfilled placeholder asks for a second Enter.

import { h } from "../widget/dom.js";
import { icon } from "../widget/icons.js";
import { CitationCheck } from "./citation-check.js";
import { holes, insertAtCaret, jumpWithTab } from "./placeholders.js";

const LIMIT = 2000;
const COUNT_FROM = 0.8;
const IME_KEY_CODE = 229;
const TYPING_EVERY = 3000;
const TYPING_PAUSE = 5000;

export class Composer {
  #actions;
  #check;
  #conversation = null;
  #confirmed = null; // the text a warning was shown for
  #busy = false;
  #typingSent = 0;
  #typingTimer = 0;
  #field = h("textarea", {
    id: "composer", rows: "2", autocomplete: "off", "aria-describedby": "composer-note", placeholder: "回复市民…（Enter 发送，Shift+Enter 换行）",
  });
  #note = h("p", { id: "composer-note", class: "composer-note", role: "status" });

  /** `actions`: say(conversation, text), typing(conversation, on), draft(conversation), keepDraft(conversation, text). */
  constructor({ api, actions }) {
    this.#actions = actions;
    this.#check = new CitationCheck(api);
    this.element = h("form", { class: "composer" },
      this.#check.element, this.#note,
      h("label", { class: "sr-only", for: "composer" }, "回复市民"),
      h("div", { class: "composer-row" }, this.#field, h("button", { type: "submit", class: "primary send" }, icon("send"), "发送")));
    this.element.addEventListener("submit", (event) => { event.preventDefault(); this.#submit(); });
    this.#field.addEventListener("input", () => this.#changed());
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    this.#field.addEventListener("blur", () => this.#typing(false));
    jumpWithTab(this.#field);
  }

  focus() { this.#field.focus({ preventScroll: true }); }

  /** Write for another conversation: each has its own draft. */
  open(conversation) {
    if (conversation === this.#conversation) return;
    this.#typing(false);
    this.#conversation = conversation;
    this.#field.value = conversation ? this.#actions.draft(conversation) : "";
    this.#update();
  }

  insert(text) { insertAtCaret(this.#field, text); }

  /** Text taken back from a message that couldn't be sent. */
  append(text) {
    this.#field.value = [this.#field.value, text].filter(Boolean).join("\n");
    this.#update();
    this.focus();
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.altKey || event.isComposing || event.keyCode === IME_KEY_CODE) return;
    event.preventDefault();
    this.#submit();
  }

  async #submit() {
    const conversation = this.#conversation;
    const text = this.#field.value.trim();
    if (!text || this.#busy || [...text].length > LIMIT) return;
    this.#busy = true;
    try {
      const doubts = this.#confirmed === text ? [] : await this.#doubts(text);
      if (conversation !== this.#conversation || this.#field.value.trim() !== text) return;
      if (doubts.length) {
        this.#confirmed = text;
        this.#note.textContent = `${doubts.join("；")}。确定要发送，请再按一次 Enter。`;
        return;
      }
    } finally {
      this.#busy = false;
    }
    this.#field.value = "";
    this.#typing(false);
    this.#update();
    this.#actions.say(conversation, text);
  }

  async #doubts(text) {
    const open = holes(text).map((hole) => hole.text);
    const wrong = await this.#check.warnings(text);
    return [open.length ? `还没有填 ${open.join("、")}` : null, wrong.length ? "有法条引用对不上" : null].filter(Boolean);
  }

  #changed() {
    this.#update();
    this.#typing(this.#field.value.trim() !== "");
  }

  #update() {
    const text = this.#field.value;
    const count = [...text.trim()].length;
    this.#confirmed = null;
    this.#note.textContent = count < LIMIT * COUNT_FROM ? "" : `${count} / ${LIMIT} 字${count > LIMIT ? "，请分成几条发送" : ""}`;
    if (count > LIMIT) this.#field.setAttribute("aria-invalid", "true");
    else this.#field.removeAttribute("aria-invalid");
    this.#field.style.setProperty("height", "auto");
    this.#field.style.setProperty("height", `${this.#field.scrollHeight + 2}px`);
    if (this.#conversation) this.#actions.keepDraft(this.#conversation, text);
    this.#check.changed(text.trim());
  }

  /** Tell the citizen; repeated while it goes on, taken back after a pause. */
  #typing(on) {
    clearTimeout(this.#typingTimer);
    const now = Date.now();
    if (on && now - this.#typingSent > TYPING_EVERY) {
      this.#typingSent = now;
      this.#actions.typing(this.#conversation, true);
    } else if (!on && this.#typingSent) {
      this.#typingSent = 0;
      this.#actions.typing(this.#conversation, false);
    }
    if (on) this.#typingTimer = setTimeout(() => this.#typing(false), TYPING_PAUSE);
  }
}
