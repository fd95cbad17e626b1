// The demo page around the chat window: example questions and the embed snippet.

import { ask } from "./widget/fawen.js";

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
