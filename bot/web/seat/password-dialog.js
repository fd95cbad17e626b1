// Changing one's own password.

import { h } from "../widget/dom.js";
import { FormDialog } from "./dialogs.js";
import { field, input } from "./fields.js";

const SHORTEST = 10;

export function passwordDialog({ api, changed }) {
  const old = input({ type: "password", autocomplete: "current-password", required: true });
  const fresh = input({ type: "password", autocomplete: "new-password", required: true, minlength: String(SHORTEST) });
  const again = input({ type: "password", autocomplete: "new-password", required: true });
  new FormDialog({
    title: "修改密码", action: "修改",
    content: h("div", {}, field("现在的密码", old), field("新密码", fresh, `至少 ${SHORTEST} 个字符`), field("再输一次新密码", again)),
    submit: async () => {
      if (fresh.value !== again.value) throw new Error("两次输入的新密码不一样。");
      await api.post("password", { old: old.value, new: fresh.value });
      changed();
    },
  }).open();
  old.focus();
}
