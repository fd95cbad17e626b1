// Handing a citizen on: to a colleague, or back to the queue for those who know the matter.

import { asList, h } from "../widget/dom.js";
import { FormDialog } from "./dialogs.js";
import { Choice, field, input, select, serviceOptions, topicOptions } from "./fields.js";
import { STATUSES, citizen, subject } from "./labels.js";

export function transferDialog({ item, me, seat, colleagues, transfer }) {
  const others = colleagues.filter((one) => one.id !== seat.id && one.status !== "offline").sort(byAvailability);
  const skills = select([], { "aria-label": "技能" });
  skills.append(
    h("option", { value: "" }, "任何人都可以"),
    group("服务类型", serviceOptions(me).slice(1)),
    group("主题", topicOptions(me).slice(1)));
  const target = new Choice("转给谁", [
    ...others.map((one) => ({ value: `seat:${one.id}`, label: colleague(one, me) })),
    { value: "skill", label: h("span", { class: "choice-skill" }, "重新排队，找懂这个的：", skills) },
  ], { value: others.length ? `seat:${others[0].id}` : "skill" });
  skills.addEventListener("change", () => { target.element.querySelector("input[value=skill]").checked = true; });
  const note = input({ maxlength: "500", placeholder: "对方会看到，市民看不到" });
  const content = h("div", {},
    h("p", { class: "dialog-about" }, `${citizen(item.conversation)} · ${subject(item)}`),
    target.element, field("留言", note));
  new FormDialog({
    title: "转接", action: "转接", content,
    submit: () => transfer(item.conversation, target.value === "skill"
      ? { skill: skills.value || null, note: note.value.trim() }
      : { seat: Number(target.value.slice("seat:".length)), note: note.value.trim() }),
  }).open();
  target.focus();
}

function group(label, options) {
  return h("optgroup", { label }, options.map(([value, name]) => h("option", { value }, name)));
}

function colleague(one, me) {
  const skills = asList(one.skills).map((skill) => me.service_types?.[skill] ?? skill).join("、");
  return h("span", { class: "colleague" }, h("strong", {}, one.name),
    h("span", { class: `status-name ${one.status}` }, STATUSES[one.status] ?? one.status),
    h("span", {}, `${one.load ?? 0}/${one.capacity ?? "—"}`), h("span", { class: "skills" }, skills || "什么都接"));
}

function byAvailability(one, other) {
  const busy = (seat) => (seat.status === "online" ? 0 : 1) + (seat.load >= seat.capacity ? 1 : 0);
  return busy(one) - busy(other) || (one.load ?? 0) - (other.load ?? 0);
}
