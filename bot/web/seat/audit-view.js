// Administrators: who looked at which conversation and did what, newest first.

import { asList, asText, h } from "../widget/dom.js";
import { dateTime } from "./clock.js";

const ACTIONS = {
  login: "登录", login_failed: "登录失败", logout: "退出", password: "改密码", read: "查看对话", accept: "接听",
  end: "结束", transfer: "转接", assign: "指派", take_over: "接管", watch: "旁听", call: "登记来电", ledger: "修改台账", export: "导出台账",
};
const COLUMNS = ["时间", "谁", "做了什么", "对话", "说明"];

export class AuditView {
  #api;
  #page = 1;
  #rows = h("tbody");
  #status = h("p", { class: "hint", role: "status" });
  #newer = h("button", { type: "button", class: "small secondary", onclick: () => this.#turn(-1) }, "较新");
  #older = h("button", { type: "button", class: "small secondary", onclick: () => this.#turn(1) }, "较早");

  constructor({ api }) {
    this.#api = api;
    this.element = h("main", { class: "view audit", "aria-label": "审计", hidden: true },
      h("div", { class: "table-frame", tabindex: "0", role: "region", "aria-label": "审计记录" },
        h("table", { class: "table" }, h("thead", {}, h("tr", {}, COLUMNS.map((name) => h("th", { scope: "col" }, name)))), this.#rows)),
      h("div", { class: "pager" }, this.#status, this.#newer, this.#older));
  }

  shown() { this.#load(); }
  focus() { this.#older.focus(); }

  #turn(by) {
    this.#page = Math.max(1, this.#page + by);
    this.#load();
  }

  async #load() {
    try {
      const answer = await this.#api.get("audit", { page: this.#page });
      const lines = asList(answer.lines);
      this.#rows.replaceChildren(...lines.map((line) => h("tr", {},
        h("td", { class: "nowrap" }, dateTime(line.time) || asText(line.time)),
        h("td", { class: "nowrap" }, asText(line.seat), h("small", {}, asText(line.username))),
        h("td", { class: "nowrap" }, ACTIONS[line.action] ?? asText(line.action)),
        h("td", {}, asText(line.conversation)), h("td", {}, asText(line.detail)))));
      this.#newer.disabled = this.#page <= 1;
      this.#older.disabled = lines.length === 0;
      this.#status.textContent = lines.length ? `第 ${this.#page} 页` : "没有更早的记录";
    } catch (error) {
      this.#status.textContent = error.message;
    }
  }
}
