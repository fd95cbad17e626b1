// What the embedding page chose: the attributes of the script tag, and the server the script came from.

import { STRINGS } from "./strings.js";

/**
 * Settings of the script tag that loaded `moduleUrl` (…/web/widget/fawen.js).
 * A server behind a path prefix works too: the prefix is whatever stands before `/web/widget/`.
 */
export function readOptions(moduleUrl, page = document) {
  const script = Array.from(page.querySelectorAll("script[src]")).find((tag) => tag.src === moduleUrl);
  const data = script?.dataset ?? {};
  const base = new URL("../../", moduleUrl);
  const socket = new URL("ws/chat", base);
  socket.protocol = base.protocol === "https:" ? "wss:" : "ws:";
  return {
    title: data.title?.trim() || STRINGS.defaultTitle,
    open: data.open === "true" || data.open === "",
    target: data.target ? page.querySelector(data.target) : null,
    maxLength: positiveInteger(data.maxLength) ?? 2000,
    socketUrl: socket.href,
    stylesUrl: new URL("styles.css", moduleUrl).href,
    namespace: `fawen:${base.href}`,
  };
}

function positiveInteger(value) {
  const number = Number(value);
  return Number.isInteger(number) && number > 0 ? number : null;
}
