// Ending a conversation: what came of it, for the ledger.

import { h } from "../widget/dom.js";
import { FormDialog } from "./dialogs.js";
import { Choice, area, field } from "./fields.js";
import { citizen, subject } from "./labels.js";

export function endDialog({ item, me, end }) {
  const options = Object.entries(me.dispositions ?? {})
    .map(([value, name], index) => ({ value, label: [h("kbd", {}, String(index + 1)), ` ${name}`] }));
  const disposition = new Choice("处理结果（按数字键选）", options, { value: options[0]?.value, className: "choice columns" });
  const result = area({ rows: "4", maxlength: "1000", placeholder: "例：告知申请劳动仲裁的时效和材料，已引导到区仲裁委。" });
  const content = h("div", {},
    h("p", { class: "dialog-about" }, `${citizen(item.conversation)} · ${subject(item)}`),
    disposition.element, field("办理情况（写入台账，可以以后再补）", result));
  new FormDialog({
    title: "结束对话", action: "结束", content,
    submit: () => end(item.conversation, disposition.value, result.value.trim()),
  }).open();
  disposition.focus();
}
