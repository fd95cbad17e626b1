// One message of a transcript, as a seat sees it. Long answers of the bot are folded to their beginning.

import { asList, asText, h } from "../widget/dom.js";
import { clock } from "./clock.js";

const FOLD_FROM = 90;
const BEGINNING = 60;
const NAMES = { user: "市民", bot: "机器人", system: "系统", seat: "席位" };

/** (Re)draw `element` for `record`. `actions` (or null: read only): retry(id), edit(id), discard(id). */
export function drawMessage(element, record, actions) {
  const role = record.role in NAMES ? record.role : "system";
  const unfolded = element.querySelector("details")?.open ?? false;
  element.className = `message ${role} ${record.state ?? "sent"}`;
  element.replaceChildren(
    h("p", { class: "message-meta" }, h("span", { class: "message-who" }, speaker(record, role)), meta(record)),
    h("div", { class: "bubble" }, body(record, role, unfolded)),
    record.state === "failed" && actions ? failure(record, actions) : "");
}

function speaker(record, role) {
  return (role === "seat" && asText(record.custom?.name)) || NAMES[role];
}

function meta(record) {
  if (record.state === "pending") return h("span", { class: "pending" }, "发送中…");
  return record.time ? h("time", { datetime: record.time }, clock(record.time)) : null;
}

function body(record, role, unfolded) {
  const text = asText(record.text);
  const buttons = role === "user" ? [] : asList(record.buttons).map((button) => asText(button?.title)).filter(Boolean);
  const content = [
    h("p", { class: "text" }, text),
    buttons.length ? h("p", { class: "buttons-shown" }, `按钮：${buttons.join(" ｜ ")}`) : null,
  ];
  if (role !== "bot" || text.length < FOLD_FROM) return content;
  const beginning = text.replace(/\s+/g, " ").slice(0, BEGINNING);
  return h("details", { open: unfolded }, h("summary", {}, h("span", { class: "beginning" }, `${beginning}…`)), content);
}

function failure(record, actions) {
  return h("div", { class: "failure", role: "group", "aria-label": "没有发出" },
    h("span", {}, `没有发出：${asText(record.error)}`),
    h("button", { type: "button", onclick: () => actions.retry(record.id) }, "重发"),
    h("button", { type: "button", onclick: () => actions.edit(record.id) }, "取回修改"),
    h("button", { type: "button", onclick: () => actions.discard(record.id) }, "删除"));
}

/** A whisper: between the seat and supervisors, and it has to look like it. */
export function whisperElement(whisper) {
  return h("article", { class: "message whisper" },
    h("p", { class: "message-meta" }, h("span", { class: "message-who" }, `悄悄话 · ${asText(whisper.from)}`), h("time", {}, clock(whisper.time))),
    h("div", { class: "bubble" }, h("p", { class: "text" }, asText(whisper.text))));
}
