// The top: views, the seat's status, sound and notifications, the account.

import { h } from "../widget/dom.js";
import { icon } from "../widget/icons.js";
import { Alerts } from "./alerts.js";
import { ROLES, STATUSES } from "./labels.js";

export class TopBar {
  #sounds;
  #tabs = new Map();
  #statuses;
  #unread = h("span", { class: "unread", hidden: true });
  #sound = h("button", { type: "button", class: "tool" });
  #notify = h("button", { type: "button", class: "tool" }, "开启通知");

  /** `views`: [{ name, label, keys }]; `actions`: view(name), status(status), password(), logout(), help(). */
  constructor({ me, views, sounds, actions }) {
    this.#sounds = sounds;
    for (const { name, label, key } of views) {
      this.#tabs.set(name, h("button", { type: "button", class: "nav-tab", title: `${label}（${key}）`, onclick: () => actions.view(name) },
        label, name === "talk" ? this.#unread : null));
    }
    this.#statuses = Object.entries(STATUSES).map(([status, name]) => h("button", {
      type: "button", class: `status-button ${status}`, "aria-pressed": "false", "data-status": status, onclick: () => actions.status(status),
    }, name));
    this.#sound.addEventListener("click", () => { sounds.muted = !sounds.muted; });
    this.#notify.addEventListener("click", async () => { await Alerts.ask(); this.alerts(); });
    this.account = h("details", { class: "account" },
      h("summary", {}, `${me.seat.name}`, h("small", {}, ROLES[me.seat.role] ?? "")),
      h("div", { class: "account-menu" },
        h("p", { class: "hint" }, me.organization ?? ""),
        h("button", { type: "button", onclick: () => { this.account.open = false; actions.password(); } }, "修改密码"),
        h("button", { type: "button", onclick: () => { this.account.open = false; actions.logout(); } }, "退出登录")));
    document.addEventListener("click", (event) => { if (!this.account.contains(event.target)) this.account.open = false; });
    this.account.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.account.open = false;
      this.account.querySelector("summary").focus();
    });
    this.element = h("header", { class: "top" },
      h("h1", { class: "brand" }, icon("scales"), "法问", h("span", {}, "人工席位")),
      h("nav", { class: "nav", "aria-label": "视图" }, [...this.#tabs.values()]),
      h("div", { class: "statuses", role: "group", "aria-label": "我的状态" }, this.#statuses),
      h("div", { class: "tools" }, this.#notify, this.#sound,
        h("button", { type: "button", class: "tool", "aria-label": "键盘快捷键", title: "键盘快捷键（?）", onclick: () => actions.help() }, "?"), this.account));
    this.alerts();
  }

  view(name) {
    for (const [key, tab] of this.#tabs) {
      if (key === name) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    }
  }

  status(status) {
    for (const button of this.#statuses) button.setAttribute("aria-pressed", String(button.dataset.status === status));
  }

  unread(count) {
    this.#unread.hidden = count === 0;
    this.#unread.textContent = String(count);
    this.#unread.setAttribute("aria-label", `${count} 条未读`);
  }

  /** How the seat can be alerted at the moment. */
  alerts() {
    const { muted, allowed } = this.#sounds;
    this.#sound.textContent = muted ? "声音：关" : allowed ? "声音：开" : "声音：点一下启用";
    this.#sound.setAttribute("aria-pressed", String(!muted));
    this.#sound.classList.toggle("warn", !muted && !allowed);
    this.#notify.hidden = !Alerts.askable;
  }
}
