// Telephone mode: the agent types what the caller says, gets the same assistant, fills the form, files the call.

import { h } from "../widget/dom.js";
import { AssistantView } from "./assistant-view.js";
import { CitationCheck } from "./citation-check.js";
import { area, field, input, offers, select, serviceOptions, topicOptions } from "./fields.js";
import { insertAtCaret, jumpWithTab } from "./placeholders.js";

const DRAFT = "call";

export class CallsView {
  #api;
  #keeping;
  #filed;
  #assistant;
  #check;
  #service;
  #topic;
  #chosenByHand = new Set();
  #said = area({ rows: "5", class: "said", placeholder: "边听边记，右边会给出可用的答问和法条" });
  #person = input({ maxlength: "60", placeholder: "可不填" });
  #phone = input({ inputmode: "tel", maxlength: "20", placeholder: "可不填" });
  #gist = area({ rows: "2", maxlength: "4000", placeholder: "留空则用上面的记录" });
  #result = area({ rows: "7", maxlength: "4000", placeholder: "右边的建议会插入到这里，Tab 跳到下一个要填的空" });
  #error = h("p", { class: "form-error", role: "alert" });
  #button = h("button", { type: "submit", class: "primary" }, "登记这次来电 ", h("kbd", {}, "Ctrl+Enter"));
  #form;

  /** `filed(record)` is told after a call was stored. */
  constructor({ api, me, keeping, filed }) {
    this.#api = api;
    this.#keeping = keeping;
    this.#filed = filed;
    this.#service = select(serviceOptions(me, "请选择"));
    this.#topic = select(topicOptions(me, "请选择"));
    this.#check = new CitationCheck(api);
    this.#assistant = new AssistantView({
      api, insert: (text) => this.#insert(text), leave: () => this.#said.focus(),
    });
    this.#assistant.onUnderstood = (understood) => this.#suggestKind(understood);
    this.#form = h("form", { class: "call-form" },
      h("h2", {}, "来电登记"),
      field("来电人说", this.#said),
      h("div", { class: "field-row" },
        field("来电人", this.#person), field("电话", this.#phone), field("服务类型", this.#service), field("主题", this.#topic)),
      field("内容摘要", this.#gist), field("答复与处理", this.#result), this.#check.element, this.#error,
      h("div", { class: "form-actions" }, h("button", { type: "button", class: "secondary", onclick: () => this.#clear() }, "清空"), this.#button));
    this.#form.addEventListener("submit", (event) => { event.preventDefault(); this.#file(); });
    this.#form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.ctrlKey || event.isComposing) return;
      event.preventDefault();
      this.#file();
    });
    this.#form.addEventListener("input", () => this.#keep());
    this.#result.addEventListener("input", () => this.#check.changed(this.#result.value.trim()));
    this.#said.addEventListener("input", () => this.#assistant.consult(this.#said.value.trim()));
    for (const control of [this.#service, this.#topic]) control.addEventListener("change", () => this.#chosenByHand.add(control));
    jumpWithTab(this.#result);
    this.element = h("div", { class: "view calls", hidden: true },
      h("main", { class: "calls-main", "aria-label": "来电登记" }, this.#form), this.#assistant.element);
    this.#restore();
  }

  get assistant() { return this.#assistant; }

  focus() { this.#said.focus(); }
  shown() { this.#assistant.consult(this.#said.value.trim()); }

  #insert(text) {
    const target = document.activeElement === this.#gist ? this.#gist : this.#result;
    insertAtCaret(target, text);
  }

  /** Fill in what was understood, as long as the agent hasn't chosen otherwise. */
  #suggestKind(understood) {
    if (!understood) return;
    for (const [control, value] of [[this.#service, understood.service_type], [this.#topic, understood.topic]]) {
      if (!this.#chosenByHand.has(control) && offers(control, value ?? "")) control.value = value ?? "";
    }
  }

  async #file() {
    const gist = this.#gist.value.trim() || this.#said.value.trim();
    this.#error.textContent = gist ? "" : "请先写来电内容。";
    if (!gist || this.#button.disabled) {
      if (!gist) this.#said.focus();
      return;
    }
    this.#button.disabled = true;
    try {
      const record = await this.#api.post("calls", {
        person: this.#person.value.trim(), phone: this.#phone.value.trim(), service_type: this.#service.value,
        topic: this.#topic.value, gist, result: this.#result.value.trim(),
      });
      this.#clear();
      this.#filed(record);
      this.focus();
    } catch (error) {
      this.#error.textContent = error.message;
    } finally {
      this.#button.disabled = false;
    }
  }

  #clear() {
    this.#form.reset();
    this.#chosenByHand.clear();
    this.#error.textContent = "";
    this.#check.changed("");
    this.#keep();
    this.#assistant.consult("");
  }

  get #controls() { return [this.#said, this.#person, this.#phone, this.#gist, this.#result]; }

  #keep() {
    const values = this.#controls.map((control) => control.value);
    this.#keeping.setDraft(DRAFT, values.some(Boolean) ? values : "");
  }

  #restore() {
    const values = this.#keeping.draft(DRAFT);
    if (Array.isArray(values)) this.#controls.forEach((control, index) => { control.value = values[index] ?? ""; });
  }
}
