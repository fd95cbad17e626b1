// The demo page around the chat window: example questions, the embed snippet, and news in the title.

import { ask, onMessage } from "./widget/fawen.js";

for (const button of document.querySelectorAll("[data-ask]")) {
  button.addEventListener("click", () => ask(button.dataset.ask));
}

const source = new URL("./widget/fawen.js", import.meta.url).href;
const snippet = `<script type="module" src="${source}" data-title="法律咨询" data-open="false"></script>`;
document.getElementById("snippet").textContent = snippet;

const copied = document.getElementById("copied");
document.getElementById("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(snippet);
    copied.textContent = "已复制";
  } catch {
    getSelection().selectAllChildren(document.getElementById("snippet"));
    copied.textContent = "请按 Ctrl+C 复制选中的代码";
  }
});

// A person's words don't wait: the tab says so while another one is in front. Only here; a page that embeds the window
// keeps its own title.
const title = document.title;
let missed = 0;
onMessage(({ role }) => {
  if (role !== "seat" || !document.hidden) return;
  missed += 1;
  document.title = `(${missed}) 新消息 · ${title}`;
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  missed = 0;
  document.title = title;
});
