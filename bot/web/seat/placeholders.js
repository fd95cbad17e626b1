// Text fields with suggestions: insertion at the caret (one undo takes it back) and {placeholders} to jump through.

const HOLE = /\{[^{}\n]{1,40}\}/g;

export function holes(text) {
  return [...text.matchAll(HOLE)].map((match) => ({ text: match[0], start: match.index, end: match.index + match[0].length }));
}

/** Put `text` where the caret is and select its first placeholder. */
export function insertAtCaret(control, text) {
  control.focus();
  const start = control.selectionStart;
  // Deprecated, but the only way that leaves the browser's undo working.
  if (!document.execCommand("insertText", false, text)) {
    control.setRangeText(text, start, control.selectionEnd, "end");
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const hole = holes(control.value).find((one) => one.start >= start && one.end <= start + text.length);
  if (hole) control.setSelectionRange(hole.start, hole.end);
}

/** Make Tab go from placeholder to placeholder as long as one lies ahead; otherwise Tab leaves the field as ever. */
export function jumpWithTab(control) {
  control.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    const all = holes(control.value);
    const hole = event.shiftKey
      ? all.filter((one) => one.end <= control.selectionStart).at(-1)
      : all.find((one) => one.start >= control.selectionEnd);
    if (!hole) return;
    event.preventDefault();
    control.setSelectionRange(hole.start, hole.end);
  });
}
