// The supervisor's panel: all seats, who waits, who talks; and what a supervisor does about it.

import { asList, asText, h } from "../widget/dom.js";
import { millis, now, ticking } from "./clock.js";
import { FormDialog } from "./dialogs.js";
import { Choice } from "./fields.js";
import { KeyedList } from "./keyed-list.js";
import { ROLES, STATUSES, citizen, subject } from "./labels.js";

const EVERY = 5000;
const SOON = 300;

export class SupervisionView {
  #api;
  #me;
  #actions;
  #panel = { seats: [], waiting: [], active: [] };
  #panelAt = 0;
  #timer = 0;
  #loading = false;
  #summary = h("p", { class: "panel-summary" });
  #status = h("p", { class: "hint", role: "status" });
  #seats;
  #waiting;
  #active;

  /** `actions`: preview(item), assign(item, seat), watch(item), takeOver(item). */
  constructor({ api, me, actions }) {
    this.#api = api;
    this.#me = me;
    this.#actions = actions;
    this.#seats = new KeyedList(h("tbody"), (seat) => seat.id, () => this.#seatRow());
    this.#waiting = new KeyedList(h("tbody"), (item) => item.handoff, (item) => this.#waitingRow(item));
    this.#active = new KeyedList(h("tbody"), (item) => item.handoff, (item) => this.#activeRow(item));
    this.element = h("main", { class: "view supervision", "aria-label": "班长台", hidden: true },
      h("header", { class: "panel-head" }, this.#summary, this.#status),
      table("排队", ["已等", "原因", "问题", "地区", "提请", ""], this.#waiting.element),
      table("正在接谈", ["席位", "问题", "最后一句", "已谈", ""], this.#active.element),
      table("席位", ["席位", "状态", "接谈", "技能", "地区", "身份"], this.#seats.element));
  }

  shown() {
    this.#load();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => { if (!document.hidden) this.#load(); }, EVERY);
  }

  hide() { clearInterval(this.#timer); }
  focus() { this.element.querySelector("button")?.focus(); }

  /** Something changed at the desk: look soon, but once for a flurry of changes. */
  changed() {
    if (this.element.hidden || this.#loading) return;
    this.#loading = true;
    setTimeout(() => this.#load(), SOON);
  }

  tick() { for (const list of [this.#waiting, this.#active]) list.tick(); }

  async #load() {
    try {
      const panel = await this.#api.get("supervision");
      this.#panel = { seats: asList(panel.seats), waiting: asList(panel.waiting), active: asList(panel.active) };
      this.#panelAt = performance.now();
      this.#status.textContent = "";
      this.#draw();
    } catch (error) {
      this.#status.textContent = error.message;
    } finally {
      this.#loading = false;
    }
  }

  #draw() {
    const { seats, waiting, active } = this.#panel;
    const present = seats.filter(isPresent);
    const online = present.filter((seat) => seat.status === "online").length;
    const urgent = waiting.filter((item) => item.urgent).length;
    const longest = Math.max(0, ...waiting.map((item) => item.waited_seconds ?? 0));
    this.#summary.textContent = `在线 ${online} 席（在岗 ${present.length}） · 排队 ${waiting.length} 人`
      + `${urgent ? `（紧急 ${urgent}）` : ""}${waiting.length ? `，最久 ${ticking(longest)}` : ""} · 接谈 ${active.length} 个`;
    const rank = Object.keys(STATUSES);
    this.#seats.show([...seats].sort((one, other) => rank.indexOf(one.status) - rank.indexOf(other.status) || one.id - other.id));
    this.#waiting.show([...waiting].sort((one, other) => Number(other.urgent) - Number(one.urgent) || (other.waited_seconds ?? 0) - (one.waited_seconds ?? 0)));
    this.#active.show(active);
  }

  get #age() { return (performance.now() - this.#panelAt) / 1000; }

  #seatRow() {
    const element = h("tr");
    return {
      element,
      update: (seat) => {
        element.classList.toggle("dim", !isPresent(seat));
        element.replaceChildren(
          h("td", {}, h("strong", {}, asText(seat.name)), h("small", {}, asText(seat.username))),
          h("td", {}, h("span", { class: `status-name ${seat.status}` }, STATUSES[seat.status] ?? asText(seat.status)),
            seat.present === false && seat.status !== "offline" ? h("small", {}, "控制台没有打开") : null),
          h("td", {}, `${seat.load ?? 0} / ${seat.capacity ?? "—"}`),
          h("td", {}, asList(seat.skills).map((skill) => this.#me.service_types?.[skill] ?? skill).join("、") || "全部"),
          h("td", {}, asList(seat.regions).join("、") || "全部"),
          h("td", {}, ROLES[seat.role] ?? asText(seat.role)));
      },
    };
  }

  #waitingRow(first) {
    let item = first;
    const time = h("td", { class: "nowrap strong" });
    const cells = [h("td"), h("td"), h("td"), h("td")];
    const element = h("tr", {}, time, cells, h("td", { class: "row-actions" },
      h("button", { type: "button", class: "small secondary", onclick: () => this.#actions.preview(item) }, "看对话"),
      h("button", { type: "button", class: "small primary", onclick: () => this.#assign(item) }, "指派")));
    const tick = () => { time.textContent = ticking((item.waited_seconds ?? 0) + this.#age); };
    return {
      element, tick,
      update: (next) => {
        item = next;
        element.classList.toggle("urgent", Boolean(item.urgent));
        cells[0].textContent = `${item.urgent ? "【紧急】" : ""}${item.reason_name ?? ""}`;
        cells[1].replaceChildren(h("strong", {}, subject(item)), h("small", {}, asText(item.gist)));
        cells[2].textContent = item.region ?? "";
        cells[3].textContent = item.state === "offered" ? item.seat_name || "提请中" : "";
        tick();
      },
    };
  }

  #activeRow(first) {
    let item = first;
    const time = h("td", { class: "nowrap" });
    const cells = [h("td"), h("td"), h("td")];
    const element = h("tr", {}, cells, time, h("td", { class: "row-actions" },
      h("button", { type: "button", class: "small secondary", onclick: () => this.#actions.watch(item) }, "旁听"),
      h("button", { type: "button", class: "small secondary", onclick: () => this.#actions.takeOver(item) }, "接管")));
    const tick = () => {
      const started = millis(item.accepted_at);
      time.textContent = Number.isNaN(started) ? "" : ticking((now() - started) / 1000);
    };
    return {
      element, tick,
      update: (next) => {
        item = next;
        const own = item.seat === this.#me.seat.id;
        element.classList.toggle("urgent", Boolean(item.urgent));
        for (const button of element.querySelectorAll("button")) button.hidden = own;
        cells[0].replaceChildren(h("strong", {}, own ? "我" : asText(item.seat_name)));
        cells[1].replaceChildren(`${item.urgent ? "【紧急】" : ""}${subject(item)}`, h("small", {}, citizen(item.conversation)));
        cells[2].replaceChildren(h("p", { class: "cell-text" }, asText(item.last_text) || asText(item.gist)));
        tick();
      },
    };
  }

  #assign(item) {
    const seats = this.#panel.seats.filter(isPresent);
    const target = new Choice("直接接通给", seats.map((seat) => ({
      value: String(seat.id),
      label: h("span", { class: "colleague" }, h("strong", {}, seat.name), h("span", { class: `status-name ${seat.status}` }, STATUSES[seat.status] ?? ""),
        h("span", {}, `${seat.load ?? 0}/${seat.capacity ?? "—"}`)),
    })));
    new FormDialog({
      title: `指派 · ${subject(item)}`, action: "指派",
      content: seats.length ? target.element : h("p", {}, "现在没有人在岗。"),
      submit: async () => {
        if (!target.value) throw new Error("请选择席位。");
        await this.#actions.assign(item, Number(target.value));
        this.#load();
      },
    }).open();
    target.focus();
  }
}

/** Somebody sits there, whatever their status. */
function isPresent(seat) {
  return seat.present ?? seat.status !== "offline";
}

function table(caption, columns, body) {
  return h("section", { class: "panel-section" }, h("h2", {}, caption),
    h("div", { class: "table-frame" }, h("table", { class: "table", "aria-label": caption },
      h("thead", {}, h("tr", {}, columns.map((name) => h("th", { scope: "col" }, name || h("span", { class: "sr-only" }, "操作"))))), body)));
}
