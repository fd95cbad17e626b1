// The middle column: one conversation with what is known about it, its transcript, whispers and the composer.

import { asText, h } from "../widget/dom.js";
import { Composer } from "./composer.js";
import { citizen, subject } from "./labels.js";
import { LogView } from "./log-view.js";

export class ConversationView {
  #desk;
  #actions;
  #conversation = null;
  #own = false;
  #log;
  #composer;
  #title = h("h2", { class: "talk-title", tabindex: "-1" });
  #badges = h("div", { class: "badges" });
  #slots = h("dl", { class: "slots" });
  #typing = h("p", { class: "typing", role: "status" });
  #ownButtons;
  #watchButtons;
  #whisperForm;
  #whisperField = h("input", {
    type: "text", id: "whisper", maxlength: "500", autocomplete: "off", placeholder: "只有接谈的席位和主管看得到，市民看不到",
  });
  #whisperToggle = h("button", {
    type: "button", class: "small secondary", "aria-expanded": "false", "aria-controls": "whisper-form", onclick: () => this.toggleWhisper(),
  }, "悄悄话 ", h("kbd", {}, "Alt+Y"));
  #body;
  #blank = h("div", { class: "blank" },
    h("p", {}, "左边选一个对话，或等待来访。"), h("p", { class: "hint" }, "按 ", h("kbd", {}, "?"), " 看键盘快捷键"));

  /** `actions`: transfer(item), end(item), takeOver(item), unwatch(conversation), failed(error). */
  constructor({ desk, api, keeping, actions }) {
    this.#desk = desk;
    this.#actions = actions;
    this.#log = new LogView({
      retry: (id) => desk.retry(id),
      edit: (id) => this.#composer.append(desk.withdraw(id)),
      discard: (id) => { desk.withdraw(id); this.#composer.focus(); },
    });
    this.#composer = new Composer({
      api,
      actions: {
        say: (conversation, text) => desk.say(conversation, text),
        typing: (conversation, on) => desk.typing(conversation, on),
        draft: (conversation) => keeping.draft(conversation),
        keepDraft: (conversation, text) => keeping.setDraft(conversation, text),
      },
    });
    this.#ownButtons = h("div", { class: "talk-buttons" }, this.#whisperToggle,
      h("button", { type: "button", class: "small secondary", onclick: () => this.transfer() }, "转接 ", h("kbd", {}, "Alt+T")),
      h("button", { type: "button", class: "small primary", onclick: () => this.end() }, "结束 ", h("kbd", {}, "Alt+O")));
    this.#watchButtons = h("div", { class: "talk-buttons" },
      h("button", { type: "button", class: "small secondary", onclick: () => actions.unwatch(this.#conversation) }, "不再旁听"),
      h("button", { type: "button", class: "small primary", onclick: () => actions.takeOver(this.#item) }, "接管"));
    this.#whisperForm = h("form", { id: "whisper-form", class: "whisper-form", hidden: true },
      h("label", { for: "whisper" }, "悄悄话"), this.#whisperField, h("button", { type: "submit", class: "small secondary" }, "说"));
    this.#whisperForm.addEventListener("submit", (event) => { event.preventDefault(); this.#whisper(); });
    this.#body = h("div", { class: "talk", hidden: true },
      h("header", { class: "talk-head" },
        h("div", { class: "talk-line" }, this.#title, this.#ownButtons, this.#watchButtons), this.#badges, this.#slots),
      this.#log.element, this.#typing, this.#whisperForm, this.#composer.element);
    this.element = h("main", { class: "middle", "aria-label": "对话" }, this.#blank, this.#body);
  }

  get conversation() { return this.#conversation; }

  get #item() {
    const same = (item) => item.conversation === this.#conversation;
    return this.#desk.conversations.find(same) ?? this.#desk.watched.find(same) ?? null;
  }

  /** Show `conversation` (null: none), or what changed of it. */
  show(conversation) {
    const isOther = conversation !== this.#conversation;
    this.#conversation = conversation;
    const item = this.#item;
    this.#blank.hidden = item !== null;
    this.#body.hidden = item === null;
    if (item === null) {
      this.#composer.open(null);
      return;
    }
    this.#own = this.#desk.conversations.includes(item);
    if (isOther) {
      this.#log.clear();
      this.#whisperField.value = "";
      this.#setWhisper(!this.#own);
    }
    this.#head(item);
    this.#ownButtons.hidden = !this.#own;
    this.#watchButtons.hidden = this.#own;
    this.#composer.element.hidden = !this.#own;
    this.#composer.open(this.#own ? conversation : null);
    this.messages();
    this.typing();
    this.#desk.fetchOnce(conversation);
  }

  messages() {
    if (!this.#conversation) return;
    const whispers = this.#desk.whispers(this.#conversation);
    if (whispers.length) this.#setWhisper(true);
    this.#log.show(this.#desk.transcript(this.#conversation).ordered, whispers);
  }

  typing() { this.#typing.textContent = this.#desk.isTyping(this.#conversation) ? "市民正在输入…" : ""; }

  focus() {
    if (this.#own) this.#composer.focus();
    else this.#title.focus();
  }

  /** Put text into the composer; false where there is none. */
  insert(text) {
    if (!this.#item || !this.#own) return false;
    this.#composer.insert(text);
    return true;
  }

  transfer() { if (this.#item && this.#own) this.#actions.transfer(this.#item); }
  end() { if (this.#item && this.#own) this.#actions.end(this.#item); }

  toggleWhisper() {
    if (!this.#item) return;
    const open = this.#whisperForm.hidden || document.activeElement !== this.#whisperField;
    this.#setWhisper(open);
    if (open) this.#whisperField.focus();
    else this.focus();
  }

  #setWhisper(open) {
    this.#whisperForm.hidden = !open;
    this.#whisperToggle.setAttribute("aria-expanded", String(open));
  }

  async #whisper() {
    const text = this.#whisperField.value.trim();
    if (!text) return;
    try {
      await this.#desk.request({ type: "whisper", conversation: this.#conversation, text });
      this.#whisperField.value = "";
    } catch (error) {
      this.#actions.failed(error);
    }
  }

  #head(item) {
    this.#title.textContent = `${citizen(item.conversation)} · ${subject(item)}`;
    this.#badges.replaceChildren(...[
      item.urgent ? h("span", { class: "badge red" }, "紧急") : null,
      this.#own ? null : h("span", { class: "badge amber" }, `旁听 · ${asText(item.seat_name)}接谈`),
      badge(item.reason_name), badge(item.service_name), badge(item.topic), badge(item.region),
      item.language && item.language !== "zh" ? badge(`语言 ${item.language}`) : null,
    ].filter(Boolean));
    const slots = [["诉求", item.gist], ["留言", item.note], ...Object.entries(item.slots ?? {})]
      .map(([name, value]) => [name, asText(value) || (value && typeof value === "object" ? JSON.stringify(value) : "")])
      .filter(([, value]) => value);
    this.#slots.replaceChildren(...slots.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", { title: value }, value))));
  }
}

function badge(text) {
  return asText(text) ? h("span", { class: "badge" }, asText(text)) : null;
}
