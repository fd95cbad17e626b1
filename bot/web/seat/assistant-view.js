// The right column: what could be said. Suggestions for what the citizen said last, a search over everything, standard answers.

import { asList, asText, h } from "../widget/dom.js";
import { newId } from "../widget/ids.js";

const PAUSE = 350;
const SEARCH_PAUSE = 300;
export const INSERT_KEYS = ["KeyZ", "KeyX", "KeyC"];
const KINDS = { "": "全部", entry: "答问", guide: "办事指南", statute: "法条", phrase: "标准答问" };
const KIND_NAMES = { entry: "答问", guide: "指南", statute: "法条", phrase: "标准答问" };

export class AssistantView {
  #api;
  #insert;
  #leave;
  #phrases = [];
  #tab = "advice";
  #kind = "";
  #consulted = ""; // what the shown advice is about
  #conversation = null;
  #advice = null;
  #adviceTimer = 0;
  #adviceAbort = null;
  #searchTimer = 0;
  #searchAbort = null;
  #offered = []; // insertable texts in order of their keys
  #search = h("input", {
    type: "search", class: "assistant-search", autocomplete: "off", placeholder: "搜索  Alt+S", "aria-label": "搜索答问、指南、法条、标准答问",
  });
  #kinds;
  #tabs;
  #status = h("p", { class: "assistant-status", role: "status" });
  #body = h("div", { class: "assistant-body", role: "tabpanel", "aria-label": "助手内容" });

  /** `insert(text)` puts text where the user writes; `leave()` takes the focus there. */
  constructor({ api, insert, leave }) {
    this.#api = api;
    this.#insert = insert;
    this.#leave = leave;
    this.#kinds = h("select", { class: "assistant-kind", "aria-label": "搜索范围" },
      Object.entries(KINDS).map(([value, name]) => h("option", { value }, name)));
    this.#tabs = { advice: this.#tabButton("advice", "建议"), phrases: this.#tabButton("phrases", "标准答问") };
    this.element = h("aside", { class: "assistant", "aria-label": "助手" },
      h("div", { class: "assistant-top" }, this.#search, this.#kinds),
      h("div", { class: "tabs", role: "tablist", "aria-label": "助手" }, Object.values(this.#tabs)),
      this.#status, this.#body);
    this.#search.addEventListener("input", () => this.#searchSoon());
    this.#kinds.addEventListener("change", () => { this.#kind = this.#kinds.value; this.#searchSoon(); });
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.#draw();
  }

  set phrases(phrases) {
    this.#phrases = asList(phrases);
    this.#draw();
  }

  focusSearch() { this.#search.focus(); this.#search.select(); }

  focusPhrases() {
    this.#search.value = "";
    this.#tab = "phrases";
    this.#draw();
    this.#firstButton()?.focus();
  }

  /** Suggestion number `index`, as the keys count. */
  insertNth(index) { if (this.#offered[index]) this.#insert(this.#offered[index]); }

  /** Advice about `text`. Asking again for the same costs nothing. */
  consult(text, conversation = null) {
    const key = `${conversation}\n${text}`;
    if (key === this.#consulted) return;
    this.#consulted = key;
    this.#turnToAdvice(conversation);
    clearTimeout(this.#adviceTimer);
    this.#adviceAbort?.abort();
    if (!text.trim()) {
      this.#advice = null;
      this.#draw();
      return;
    }
    this.#adviceTimer = setTimeout(() => this.#ask(text, conversation), PAUSE);
  }

  /** News from the citizen come first, unless the agent is at work in here. Another conversation ends a search. */
  #turnToAdvice(conversation) {
    const isOther = conversation !== this.#conversation;
    this.#conversation = conversation;
    if (this.element.contains(document.activeElement)) return;
    this.#tab = "advice";
    if (isOther) {
      this.#search.value = "";
      this.#advice = null;
    }
    this.#draw();
  }

  /** What was understood of the text last consulted: { service_type, service_name, topic, urgent } or null. */
  get understood() { return this.#advice?.understood ?? null; }
  onUnderstood = () => {};

  async #ask(text, conversation) {
    const abort = new AbortController();
    this.#adviceAbort = abort;
    this.#say("正在查找…");
    try {
      this.#advice = await this.#api.post("assist", { text, conversation }, abort.signal);
      this.#say("");
      this.#draw();
      this.onUnderstood(this.understood);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.#consulted = "";
      this.#say(error.message);
    }
  }

  #searchSoon() {
    clearTimeout(this.#searchTimer);
    this.#searchAbort?.abort();
    if (!this.#search.value.trim()) {
      this.#say("");
      this.#draw();
      return;
    }
    this.#searchTimer = setTimeout(() => this.#find(this.#search.value.trim()), SEARCH_PAUSE);
  }

  async #find(text) {
    const phrases = this.#kind === "" || this.#kind === "phrase" ? this.#phrases.filter((phrase) => matches(phrase, text)).map(asHit) : [];
    let hits = [];
    try {
      if (this.#kind !== "phrase") {
        this.#searchAbort = new AbortController();
        hits = asList((await this.#api.post("search", { text, kind: this.#kind || null }, this.#searchAbort.signal)).hits);
      }
    } catch (error) {
      if (error.name === "AbortError") return;
      this.#say(error.message);
    }
    const all = [...hits, ...phrases];
    this.#say(`“${text}”：${all.length} 项`);
    this.#begin();
    this.#group(null, all);
    if (!all.length) this.#empty("没有找到。换个说法试试。");
  }

  // ---- drawing

  #draw() {
    if (this.#search.value.trim()) return; // the results stay until the search is emptied
    for (const [name, button] of Object.entries(this.#tabs)) {
      button.setAttribute("aria-selected", String(name === this.#tab));
      button.tabIndex = name === this.#tab ? 0 : -1;
    }
    this.#begin();
    if (this.#tab === "phrases") this.#drawPhrases();
    else this.#drawAdvice();
  }

  #drawAdvice() {
    if (!this.#advice) {
      this.#empty("市民说话以后，这里会有可用的答问、指南和法条。");
      return;
    }
    const { understood, suggestions, guides, articles } = this.#advice;
    const heard = [understood?.service_name, understood?.topic].map(asText).filter(Boolean).join(" · ");
    if (heard || understood?.urgent) {
      this.#body.append(h("p", { class: "understood" }, "听懂：", h("strong", {}, heard || "—"),
        understood?.urgent ? h("span", { class: "badge red" }, "可能紧急") : null));
    }
    this.#group("答问", suggestions);
    this.#group("办事指南", guides);
    this.#group("法条", articles);
    if (!asList(suggestions).length && !asList(guides).length && !asList(articles).length) this.#empty("没有可用的建议。可以搜索。");
  }

  #drawPhrases() {
    const groups = new Map();
    for (const phrase of this.#phrases) {
      const name = asText(phrase.group) || "其他";
      groups.set(name, [...groups.get(name) ?? [], phrase]);
    }
    for (const [name, phrases] of groups) this.#group(name, phrases.map(asHit));
    if (!groups.size) this.#empty("还没有标准答问。");
  }

  #begin() {
    this.#offered = [];
    this.#body.replaceChildren();
    this.#body.scrollTop = 0;
  }

  #group(title, items) {
    const cards = asList(items).map((item) => this.#card(item, title === null)).filter(Boolean);
    if (!cards.length) return;
    this.#body.append(h("section", { class: "card-group" }, title ? h("h3", {}, title) : null, cards));
  }

  #card(item, showKind) {
    const text = asText(item?.text);
    const title = asText(item?.title) || asText(item?.citation) || text.slice(0, 30);
    const insert = asText(item?.insert) || text;
    if (!title) return null;
    const id = `s-${newId()}`;
    const key = insert ? INSERT_KEYS[this.#offered.push(insert) - 1] : null;
    const citations = asList(item.citations).map(asText).filter((citation) => citation && citation !== title);
    const kind = showKind ? KIND_NAMES[item.kind] : null;
    return h("article", { class: "card", "aria-labelledby": id },
      h("div", { class: "card-top" },
        h("h4", { id, class: "card-title" }, kind ? h("span", { class: "card-kind" }, kind) : null, title),
        insert ? h("button", { type: "button", class: "small secondary card-insert", "aria-describedby": id, onclick: () => this.#insert(insert) },
          "插入", key ? h("kbd", {}, `Alt+${key.slice(3)}`) : null) : null),
      h("p", { class: "card-meta" }, confidence(item.confidence),
        citations.length ? h("span", { class: "card-citations", title: citations.join("、") }, citations.join("、")) : null),
      text ? foldable(text) : null);
  }

  #tabButton(name, label) {
    return h("button", { type: "button", role: "tab", class: "tab", onclick: () => { this.#search.value = ""; this.#say(""); this.#tab = name; this.#draw(); } }, label);
  }

  #empty(text) { this.#body.append(h("p", { class: "empty" }, text)); }
  #say(text) { this.#status.textContent = text; }

  // ---- keys

  #buttons() { return [...this.#body.querySelectorAll(".card-insert")]; }
  #firstButton() { return this.#buttons()[0]; }

  #key(event) {
    if (event.isComposing || event.altKey || event.ctrlKey) return;
    const active = document.activeElement;
    if (event.key === "Escape") {
      event.preventDefault();
      if (active === this.#search && this.#search.value) {
        this.#search.value = "";
        this.#searchSoon();
      } else this.#leave();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (active.matches("select")) return;
      const buttons = this.#buttons();
      const index = buttons.indexOf(active);
      const next = event.key === "ArrowDown" ? buttons[index + 1] : index > 0 ? buttons[index - 1] : this.#search;
      event.preventDefault();
      next?.focus();
    } else if (event.key === "Enter" && active === this.#search) {
      event.preventDefault();
      this.#firstButton()?.focus();
    } else if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && active.matches("[role=tab]")) {
      this.#tab = this.#tab === "advice" ? "phrases" : "advice";
      this.#draw();
      this.#tabs[this.#tab].focus();
    }
  }
}

/** Two lines at first; the whole on demand. */
function foldable(text) {
  const paragraph = h("p", { class: "card-text" }, text);
  if (text.length < 60 && !text.includes("\n")) return paragraph;
  const button = h("button", { type: "button", class: "link card-more", "aria-expanded": "false" }, "展开");
  paragraph.classList.add("clamped");
  button.addEventListener("click", () => {
    const clamped = paragraph.classList.toggle("clamped");
    button.closest(".card").classList.toggle("open", !clamped);
    button.textContent = clamped ? "展开" : "收起";
    button.setAttribute("aria-expanded", String(!clamped));
  });
  return [paragraph, button];
}

function confidence(value) {
  if (typeof value !== "number" || !Number.isFinite(value)) return null;
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100);
  // Below `low` the bot itself would say that it isn't sure.
  const scale = { min: "0", max: "100", low: "25", high: "60", optimum: "100", "aria-hidden": "true" };
  return h("span", { class: "confidence" }, h("meter", { ...scale, value: String(percent) }), `把握 ${percent}%`);
}

function matches(phrase, text) {
  const haystack = [phrase.group, phrase.title, phrase.text].map(asText).join("\n").toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => haystack.includes(word));
}

function asHit(phrase) {
  return { kind: "phrase", id: phrase.id, title: phrase.title, text: phrase.text, insert: phrase.text };
}
