// Reading a conversation without taking it: one that is offered, or (supervisors) any.

import { asList, h } from "../widget/dom.js";
import { SheetDialog } from "./dialogs.js";
import { subject } from "./labels.js";
import { LogView } from "./log-view.js";

export async function previewDialog({ api, item }) {
  const { messages, whispers } = await api.get(`conversations/${encodeURIComponent(item.conversation)}`);
  const log = new LogView();
  const dialog = new SheetDialog(`对话记录 · ${subject(item)}`, h("div", { class: "preview" }, log.element), "wide");
  dialog.open();
  log.show(asList(messages), asList(whispers));
  log.toBottom();
}
