// The left column: who waits for a seat, who talks to this one, and what a supervisor watches.

import { h } from "../widget/dom.js";
import { now, ticking } from "./clock.js";
import { KeyedList } from "./keyed-list.js";
import { STATUSES, citizen, subject } from "./labels.js";

const SLOW_AFTER = 60;
const TOO_SLOW_AFTER = 180;

export class QueueView {
  #desk;
  #actions;
  #selected = null;
  #queueCount = h("span", { class: "count" });
  #mineCount = h("span", { class: "count" });
  #queueEmpty = h("p", { class: "empty" }, "没有人在等");
  #mineEmpty = h("p", { class: "empty" });
  #watchedSection;
  #queue;
  #mine;
  #watched;

  /** `actions`: accept(handoff), open(conversation). */
  constructor({ desk, actions }) {
    this.#desk = desk;
    this.#actions = actions;
    this.#queue = new KeyedList(h("ul", { class: "rows" }), (item) => item.handoff, (item) => this.#waitingRow(item));
    this.#mine = new KeyedList(h("ul", { class: "rows" }), (item) => item.conversation, (item) => this.#talkRow(item, true));
    this.#watched = new KeyedList(h("ul", { class: "rows" }), (item) => item.conversation, (item) => this.#talkRow(item, false));
    this.#watchedSection = h("section", { class: "side-section", "aria-label": "旁听", hidden: true },
      h("h2", {}, "旁听"), this.#watched.element);
    this.element = h("div", { class: "side" },
      h("section", { class: "side-section side-queue", "aria-label": "排队" },
        h("h2", {}, "排队 ", this.#queueCount), this.#queueEmpty, this.#queue.element),
      h("section", { class: "side-section side-mine", "aria-label": "我的对话" },
        h("h2", {}, "我的对话 ", this.#mineCount), this.#mineEmpty, this.#mine.element),
      this.#watchedSection);
  }

  show(selected) {
    this.#selected = selected;
    const queue = [...this.#desk.queue].sort((one, other) =>
      Number(other.urgent) - Number(one.urgent) || Number(other.mine) - Number(one.mine) || (other.waited_seconds ?? 0) - (one.waited_seconds ?? 0));
    const { conversations, watched, seat } = this.#desk;
    this.#queue.show(queue);
    this.#mine.show(conversations);
    this.#watched.show(watched);
    this.#queueEmpty.hidden = queue.length > 0;
    this.#mineEmpty.hidden = conversations.length > 0;
    this.#mineEmpty.textContent = seat.status === "online" ? "还没有接谈的对话" : `现在是${STATUSES[seat.status] ?? ""}，不会提请来访。点上面的“在线”开始接听。`;
    this.#watchedSection.hidden = watched.length === 0;
    this.#queueCount.textContent = String(queue.length);
    this.#mineCount.textContent = `${conversations.length}/${seat.capacity ?? "—"}`;
  }

  tick() { for (const list of [this.#queue, this.#mine, this.#watched]) list.tick(); }

  #waitingRow(first) {
    let item = first;
    const reason = h("span", { class: "badge" });
    const title = h("strong", { class: "row-title" });
    const gist = h("span", { class: "row-text" });
    const time = h("span", { class: "row-time" });
    const state = h("span", { class: "row-note" });
    const accept = h("button", { type: "button", class: "small primary", onclick: () => this.#actions.accept(item.handoff) }, "接听");
    const element = h("li", { class: "row waiting-row" },
      h("div", { class: "row-top" }, reason, title, time), gist, h("div", { class: "row-bottom" }, state, accept));
    const tick = () => {
      const waited = (item.waited_seconds ?? 0) + this.#desk.stateAge;
      time.textContent = ticking(waited);
      time.setAttribute("aria-label", `已等 ${ticking(waited)}`);
      time.className = `row-time ${urgency(waited)}`;
    };
    return {
      element, tick,
      update: (next) => {
        item = next;
        element.classList.toggle("urgent", Boolean(item.urgent));
        element.classList.toggle("mine", Boolean(item.mine));
        reason.textContent = item.urgent ? "紧急" : item.reason_name ?? "";
        reason.className = `badge ${item.urgent ? "red" : ""}`;
        title.textContent = subject(item);
        gist.textContent = item.gist || item.last_text || "";
        gist.title = gist.textContent;
        const offered = item.mine ? "正提请您" : item.state === "offered" ? `正提请${item.seat_name || "同事"}` : null;
        state.textContent = [item.urgent ? item.reason_name : null, offered, item.region, language(item)].filter(Boolean).join(" · ");
        accept.setAttribute("aria-label", `接听：${subject(item)}`);
        tick();
      },
    };
  }

  #talkRow(first, own) {
    let item = first;
    const key = h("kbd", { class: "row-key" });
    const title = h("strong", { class: "row-title" });
    const unread = h("span", { class: "unread" });
    const gist = h("span", { class: "row-text" });
    const time = h("span", { class: "row-time" });
    const who = h("span", { class: "row-note" });
    const button = h("button", { type: "button", class: "row-button", onclick: () => this.#actions.open(item.conversation) },
      h("span", { class: "row-top" }, key, title, unread), gist, h("span", { class: "row-bottom" }, who, time));
    const element = h("li", { class: "row talk-row" }, button);
    const tick = () => {
      const typing = this.#desk.isTyping(item.conversation);
      const since = own ? this.#desk.transcript(item.conversation).waitingSince(item.accepted_at) : NaN;
      const waited = (now() - since) / 1000;
      time.className = `row-time ${Number.isNaN(since) ? "" : urgency(waited)}`;
      time.textContent = typing ? "正在输入…" : Number.isNaN(since) ? "" : `待回复 ${ticking(waited)}`;
    };
    return {
      element, tick,
      update: (next, index) => {
        item = next;
        const records = this.#desk.transcript(item.conversation).ordered;
        const count = own ? this.#desk.unread(item.conversation) : 0;
        const selected = item.conversation === this.#selected;
        element.classList.toggle("selected", selected);
        element.classList.toggle("urgent", Boolean(item.urgent));
        if (selected) button.setAttribute("aria-current", "true");
        else button.removeAttribute("aria-current");
        key.textContent = own && index < 9 ? String(index + 1) : "";
        key.hidden = !key.textContent;
        key.title = `Alt+${index + 1}`;
        title.textContent = (item.urgent ? "【紧急】" : "") + subject(item);
        const lastSaid = records.filter((record) => record.role === "user" || record.role === "seat").at(-1);
        gist.textContent = lastSaid?.text || item.last_text || item.gist || "";
        unread.textContent = count ? String(count) : "";
        unread.hidden = count === 0;
        unread.setAttribute("aria-label", `${count} 条未读`);
        who.textContent = [citizen(item.conversation), own ? item.region : item.seat_name, language(item)].filter(Boolean).join(" · ");
        tick();
      },
    };
  }
}

function urgency(seconds) {
  return seconds > TOO_SLOW_AFTER ? "late" : seconds > SLOW_AFTER ? "slow" : "";
}

function language(item) {
  return item.language && !/^zh(-CN)?$/i.test(item.language) ? item.language : null;
}
