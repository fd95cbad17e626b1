// Keyboard shortcuts and the sheet that lists them.
// Chosen around the browsers' own: no Ctrl+digit (tabs), Alt+D (address), Alt+E/F (Chrome's menu), Alt+←/→ (history).
// Keys are compared by position (`code`), because a Chinese input method changes what they type.

import { h } from "../widget/dom.js";
import { SheetDialog } from "./dialogs.js";

const CODE_NAMES = { ArrowUp: "↑", ArrowDown: "↓", Slash: "/" };

export class Shortcuts {
  #actions = new Map(); // code → run
  #rows = [];
  #sheet = null;

  constructor() {
    window.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Alt + one of `codes`; without a label it is listed by a `mention`. */
  alt(codes, label, run) {
    for (const code of [codes].flat()) this.#actions.set(code, run);
    if (label) this.#rows.push([[codes].flat().map((code) => `Alt+${codeName(code)}`), label]);
  }

  altDigits(label, run) {
    for (let digit = 1; digit <= 9; digit += 1) this.#actions.set(`Digit${digit}`, () => run(digit));
    this.#rows.push([["Alt+1 … 9"], label]);
  }

  /** Keys that some part of the page handles itself. */
  mention(keys, label) { this.#rows.push([[keys].flat(), label]); }

  showSheet() {
    this.#sheet ??= new SheetDialog("键盘快捷键", h("dl", { class: "keys" }, this.#rows.map(([keys, label]) =>
      h("div", {}, h("dt", {}, keys.map((key) => h("kbd", {}, key))), h("dd", {}, label)))));
    this.#sheet.open();
  }

  #key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey) return;
    const dialog = document.querySelector("dialog[open]");
    if (dialog && !("passive" in dialog.dataset)) return; // a form that is being filled in
    if (event.altKey) {
      const run = event.shiftKey ? null : this.#actions.get(event.code);
      if (!run) return;
      event.preventDefault();
      dialog?.close();
      run();
    } else if (!dialog && (event.key === "?" || event.key === "？") && !isField(event.target)) {
      event.preventDefault();
      this.showSheet();
    }
  }
}

function codeName(code) {
  return CODE_NAMES[code] ?? code.replace(/^(Key|Digit)/, "");
}

function isField(element) {
  return element.matches?.("input, textarea, select, [contenteditable]") ?? false;
}
