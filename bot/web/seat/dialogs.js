// Modal dialogs: a title, some content, buttons; Escape closes, focus returns to where it was.

import { h } from "../widget/dom.js";
import { newId } from "../widget/ids.js";

class Modal {
  #opener = null;

  constructor(title, className, ...content) {
    const id = `d-${newId()}`;
    this.element = h("dialog", { class: `dialog ${className}`, "aria-labelledby": id }, h("h2", { id }, title), ...content);
    this.element.addEventListener("close", () => {
      this.element.remove();
      this.closed();
      if (this.#opener?.isConnected) this.#opener.focus();
    });
  }

  open() {
    if (this.element.open) return;
    this.#opener = document.activeElement;
    document.body.append(this.element);
    this.element.showModal();
  }

  close() { this.element.close(); }
  closed() {}
}

/** Something to read. Shortcuts work on: they close it. */
export class SheetDialog extends Modal {
  constructor(title, content, className = "sheet") {
    super(title, className, h("div", { class: "dialog-body" }, content),
      h("div", { class: "dialog-actions" }, h("button", { type: "button", class: "primary", autofocus: true, onclick: () => this.close() }, "关闭")));
    this.element.dataset.passive = "";
  }
}

/** Something to fill in: `submit()` may throw an Error whose message is shown; otherwise the dialog closes. */
export class FormDialog extends Modal {
  #submit;
  #error;
  #button;

  constructor({ title, content, action, submit, className = "", danger = false }) {
    const button = h("button", { type: "submit", class: danger ? "primary danger" : "primary" }, action);
    const error = h("p", { class: "form-error", role: "alert" });
    const form = h("form", {}, h("div", { class: "dialog-body" }, content), error,
      h("div", { class: "dialog-actions" },
        h("span", { class: "hint" }, "Ctrl+Enter 确定，Esc 取消"),
        h("button", { type: "button", class: "secondary", onclick: () => this.close() }, "取消"), button));
    super(title, className, form);
    this.#submit = submit;
    this.#error = error;
    this.#button = button;
    form.addEventListener("submit", (event) => { event.preventDefault(); this.#run(); });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.ctrlKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
  }

  async #run() {
    if (this.#button.disabled) return;
    this.#button.disabled = true;
    this.#error.textContent = "";
    try {
      await this.#submit();
      this.close();
    } catch (error) {
      this.#error.textContent = error.message;
    } finally {
      this.#button.disabled = false;
    }
  }
}

/** Ask before doing something. */
export function confirmDialog({ title, text, action, run, danger = false }) {
  new FormDialog({ title, action, danger, submit: run, content: h("p", {}, text) }).open();
}
