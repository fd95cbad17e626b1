// The login page.

import { h } from "../widget/dom.js";
import { icon } from "../widget/icons.js";
import { field, input } from "./fields.js";

export class LoginView {
  #username = input({ autocomplete: "username", required: true, maxlength: "64", autocapitalize: "none", spellcheck: "false" });
  #password = input({ type: "password", autocomplete: "current-password", required: true, maxlength: "200" });
  #error = h("p", { class: "form-error", role: "alert" });
  #button = h("button", { type: "submit", class: "primary" }, "登录");

  /** `login(username, password)` may throw an Error to show. */
  constructor({ login, notice }) {
    const form = h("form", { class: "login-card" },
      h("div", { class: "login-brand" }, icon("scales"), h("h1", {}, "法问 · 人工席位")),
      notice ? h("p", { class: "login-notice", role: "status" }, notice) : null,
      field("账号", this.#username), field("密码", this.#password), this.#error, this.#button,
      h("p", { class: "hint" }, "账号由管理员建立。忘记密码请联系管理员重设。"));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      this.#button.disabled = true;
      this.#error.textContent = "";
      try {
        await login(this.#username.value.trim(), this.#password.value);
      } catch (error) {
        this.#error.textContent = error.message;
        this.#password.select();
      } finally {
        this.#button.disabled = false;
      }
    });
    this.element = h("main", { class: "login" }, form);
  }

  focus() { this.#username.focus(); }
}
