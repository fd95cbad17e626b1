// 工作台账: find, read and correct records, and take them along as a spreadsheet.

import { asList, asText, h } from "../widget/dom.js";
import { FormDialog } from "./dialogs.js";
import { area, choose, field, input, select, serviceOptions, topicOptions } from "./fields.js";
import { CHANNELS, isSupervisor } from "./labels.js";

const COLUMNS = ["时间", "渠道", "服务对象", "服务类型 / 主题", "内容摘要", "处理结果", "席位", "评分", ""];
const PAUSE = 400;

export class LedgerView {
  #api;
  #me;
  #page = 1;
  #timer = 0;
  #asked = 0;
  #from = input({ type: "date" });
  #to = input({ type: "date" });
  #text = input({ type: "search", placeholder: "摘要、结果、服务对象" });
  #topic;
  #mine = h("input", { type: "checkbox", id: "ledger-mine" });
  #status = h("p", { class: "hint", role: "status" });
  #rows = h("tbody");
  #previous = h("button", { type: "button", class: "small secondary", onclick: () => this.#turn(-1) }, "上一页");
  #next = h("button", { type: "button", class: "small secondary", onclick: () => this.#turn(1) }, "下一页");
  #month = input({ type: "month" });
  #quarter;

  constructor({ api, me }) {
    this.#api = api;
    this.#me = me;
    this.#topic = select(topicOptions(me, "全部"));
    this.#quarter = select(recentQuarters());
    this.#month.value = monthOf(new Date());
    const mine = isSupervisor(me.seat) ? h("div", { class: "field check" }, this.#mine, h("label", { for: "ledger-mine" }, "只看自己的")) : null;
    const filters = h("form", { class: "filters", role: "search", "aria-label": "台账筛选" },
      field("从", this.#from), field("到", this.#to), field("文字", this.#text), field("主题", this.#topic), mine);
    const restart = () => { this.#page = 1; clearTimeout(this.#timer); this.#timer = setTimeout(() => this.#load(), PAUSE); };
    filters.addEventListener("input", restart);
    filters.addEventListener("submit", (event) => { event.preventDefault(); restart(); });
    this.element = h("main", { class: "view ledger", "aria-label": "台账", hidden: true },
      h("div", { class: "ledger-top" }, filters,
        h("div", { class: "exports", role: "group", "aria-label": "导出表格" },
          field("按月", this.#month), h("button", { type: "button", class: "secondary", onclick: () => this.#export(this.#month.value) }, "导出月表"),
          field("按季", this.#quarter), h("button", { type: "button", class: "secondary", onclick: () => this.#export(this.#quarter.value) }, "导出季表"))),
      h("div", { class: "table-frame", tabindex: "0", role: "region", "aria-label": "台账记录" },
        h("table", { class: "table ledger-table" },
          h("thead", {}, h("tr", {}, COLUMNS.map((name) => h("th", { scope: "col" }, name || h("span", { class: "sr-only" }, "操作"))))),
          this.#rows)),
      h("div", { class: "pager" }, this.#status, this.#previous, this.#next));
  }

  shown() { this.#load(); }
  focus() { this.#text.focus(); }

  #turn(by) {
    this.#page += by;
    this.#load();
  }

  async #load() {
    const asked = ++this.#asked;
    try {
      const answer = await this.#api.get("ledger", {
        from: this.#from.value, to: this.#to.value, text: this.#text.value.trim(), topic: this.#topic.value,
        mine: this.#mine.checked ? "1" : "", page: this.#page,
      });
      if (asked !== this.#asked) return;
      this.#rows.replaceChildren(...asList(answer.records).map((record) => this.#row(record)));
      this.#status.textContent = answer.total ? `共 ${answer.total} 条，第 ${answer.page} / ${answer.pages} 页` : "没有符合条件的记录";
      this.#previous.disabled = answer.page <= 1;
      this.#next.disabled = answer.page >= answer.pages;
    } catch (error) {
      if (asked === this.#asked) this.#status.textContent = error.message;
    }
  }

  #row(record) {
    const ended = asText(record.ended_at).slice(-5);
    return h("tr", {},
      h("td", { class: "nowrap" }, asText(record.started_at), ended && record.ended_at !== record.started_at ? h("small", {}, `至 ${ended}`) : null),
      h("td", { class: "nowrap" }, asText(record.channel_name) || CHANNELS[record.channel] || asText(record.channel)),
      h("td", {}, asText(record.person), record.region ? h("small", {}, asText(record.region)) : null),
      h("td", {}, asText(record.service_name) || "—", record.topic ? h("small", {}, asText(record.topic)) : null),
      h("td", {}, h("p", { class: "cell-text", title: asText(record.gist) }, asText(record.gist))),
      h("td", {}, h("p", { class: "cell-text", title: asText(record.result) }, asText(record.result))),
      h("td", { class: "nowrap" }, asText(record.seat)),
      h("td", { class: "nowrap" }, asText(record.score) ? `${asText(record.score)} 分` : ""),
      h("td", {}, h("button", { type: "button", class: "small secondary", "aria-label": `修改第 ${record.id} 条`, onclick: () => this.#edit(record) }, "修改")));
  }

  #edit(record) {
    const person = input({ maxlength: "80" });
    const service = select(serviceOptions(this.#me));
    const topic = select(topicOptions(this.#me));
    const gist = area({ rows: "5", maxlength: "4000" });
    const result = area({ rows: "5", maxlength: "4000" });
    const controls = { person, service_type: service, topic, gist, result };
    for (const [name, control] of Object.entries(controls)) {
      if (control === service) choose(control, record[name], record.service_name);
      else if (control === topic) choose(control, record[name]);
      else control.value = record[name] ?? "";
    }
    const content = h("div", {},
      h("p", { class: "dialog-about" }, [`第 ${record.id} 条`, asText(record.started_at), asText(record.channel_name), asText(record.seat)].filter(Boolean).join(" · ")),
      h("div", { class: "field-row" }, field("服务对象", person), field("服务类型", service), field("主题", topic)),
      field("内容摘要", gist), field("处理结果", result));
    new FormDialog({
      title: "修改台账", action: "保存", className: "wide", content,
      submit: async () => {
        const changes = Object.fromEntries(Object.entries(controls)
          .map(([name, control]) => [name, control.value.trim()]).filter(([name, value]) => value !== (record[name] ?? "")));
        if (Object.keys(changes).length) await this.#api.post(`ledger/${record.id}`, changes);
        this.#load();
      },
    }).open();
    gist.focus();
  }

  #export(period) {
    if (!period) {
      this.#status.textContent = "请先选择月份。";
      return;
    }
    const link = h("a", { href: `${this.#api.url("ledger.xlsx")}?period=${encodeURIComponent(period)}`, download: `台账-${period}.xlsx` });
    document.body.append(link);
    link.click();
    link.remove();
  }
}

function monthOf(date) {
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}`;
}

function recentQuarters() {
  const today = new Date();
  const quarters = [];
  for (let back = 0; back < 8; back += 1) {
    const date = new Date(today.getFullYear(), today.getMonth() - 3 * back, 1);
    const quarter = Math.floor(date.getMonth() / 3) + 1;
    quarters.push([`${date.getFullYear()}-Q${quarter}`, `${date.getFullYear()} 年 ${quarter} 季度`]);
  }
  return quarters;
}
