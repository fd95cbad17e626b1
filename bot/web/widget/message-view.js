// One message on screen.

import { renderCustom } from "./custom-view.js";
import { asList, asText, h } from "./dom.js";
import { icon } from "./icons.js";
import { STRINGS } from "./strings.js";

const ROLES = new Set(["user", "bot", "seat", "system"]);

const AVATARS = { bot: "scales", seat: "person" };

/**
 * (Re)draw `element` for `record`. `actions`: reply(title, payload), retry(id), edit(id), discard(id).
 * `extra`, an element or null, stands under the message instead of its quick replies.
 */
export function drawMessage(element, record, actions, extra = null) {
  const role = ROLES.has(record.role) ? record.role : "system";
  element.className = `message ${role} ${record.state}`;
  element.replaceChildren(
    role in AVATARS ? h("span", { class: "avatar" }, icon(AVATARS[role])) : "",
    h("div", { class: "column" },
      role === "seat" ? sender(record) : h("span", { class: "sr-only" }, `${STRINGS[role === "user" ? "you" : role]}：`),
      h("div", { class: "bubble" }, body(record, role)),
      record.state === "failed" ? failure(record, actions) : meta(record),
      role === "user" ? null : extra ?? quickReplies(record, actions)),
  );
}

/** Visible to all: the visitor must know that this is a person, and which. */
function sender(record) {
  const name = asText(record.custom?.name);
  return h("p", { class: "sender" }, h("strong", {}, name || STRINGS.seat), name ? h("span", { class: "sender-role" }, STRINGS.seat) : null);
}

function body(record, role) {
  const structured = role === "user" ? null : renderCustom(record.custom);
  return structured ? structured.flat() : h("p", { class: "text" }, asText(record.text));
}

function meta(record) {
  if (record.state === "pending") {
    return h("p", { class: "meta" }, h("span", { class: "spinner", "aria-hidden": "true" }), STRINGS.pending);
  }
  const date = new Date(record.time ?? NaN);
  return Number.isNaN(date.getTime()) ? null : h("p", { class: "meta" }, h("time", { datetime: date.toISOString() }, clock(date)));
}

function clock(date) {
  const sameDay = date.toDateString() === new Date().toDateString();
  const time = { hour: "2-digit", minute: "2-digit", hour12: false };
  return new Intl.DateTimeFormat("zh-CN", sameDay ? time : { month: "long", day: "numeric", ...time }).format(date);
}

function failure(record, actions) {
  return h("div", { class: "failure", role: "group", "aria-label": STRINGS.failed },
    h("p", {}, `${STRINGS.failed}：${asText(record.error)}`),
    h("div", { class: "failure-actions" },
      h("button", { type: "button", onclick: () => actions.retry(record.id) }, STRINGS.retry),
      h("button", { type: "button", onclick: () => actions.edit(record.id) }, STRINGS.edit),
      h("button", { type: "button", onclick: () => actions.discard(record.id) }, STRINGS.discard)));
}

function quickReplies(record, actions) {
  // While the visitor waits, the line above the input offers the same; when the waiting is over, nothing of it holds.
  if (record.custom?.kind === "queue") return null;
  const buttons = asList(record.buttons).filter((button) => asText(button?.title));
  if (!buttons.length) return null;
  return h("div", { class: "replies", role: "group", "aria-label": STRINGS.quickReplies },
    buttons.map((button) => h("button", {
      type: "button", onclick: () => actions.reply(asText(button.title), asText(button.payload) || null),
    }, asText(button.title))));
}
