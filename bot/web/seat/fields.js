// Labelled form fields, and the lists of service types and topics that several forms share.

import { asList, asText, h } from "../widget/dom.js";
import { newId } from "../widget/ids.js";

// Service types of what citizens say, not of what they are served with.
const SMALL_TALK = new Set(["human_handoff", "greeting", "thanks", "goodbye"]);

/** A label above a control. */
export function field(label, control, hint = null) {
  if (!control.id) control.id = `f-${newId()}`;
  const note = hint ? h("small", { id: `${control.id}-hint`, class: "field-hint" }, hint) : null;
  if (note) control.setAttribute("aria-describedby", note.id);
  return h("div", { class: "field" }, h("label", { for: control.id }, label), control, note);
}

export function input(attributes = {}) { return h("input", { type: "text", autocomplete: "off", ...attributes }); }
export function area(attributes = {}) { return h("textarea", { rows: "3", ...attributes }); }

/** `options`: [[value, name], …]. */
export function select(options, attributes = {}) {
  return h("select", attributes, options.map(([value, name]) => h("option", { value }, name)));
}

/** A group of radio buttons; `value` reads it. Digits choose while the focus is inside. */
export class Choice {
  #inputs;

  constructor(label, options, { value = null, className = "choice" } = {}) {
    const name = `c-${newId()}`;
    this.#inputs = options.map((option) => h("input", {
      type: "radio", name, value: option.value, checked: option.value === value, disabled: option.disabled,
    }));
    this.element = h("fieldset", { class: className }, h("legend", {}, label), options.map((option, index) =>
      h("label", { class: "choice-row" }, this.#inputs[index], h("span", { class: "choice-text" }, option.label))));
    this.element.addEventListener("keydown", (event) => {
      const chosen = /^Digit[1-9]$/.test(event.code) && !event.altKey && !event.ctrlKey ? this.#inputs[Number(event.code.slice(5)) - 1] : null;
      if (!chosen || chosen.disabled) return;
      event.preventDefault();
      chosen.checked = true;
      chosen.focus();
      chosen.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  get value() { return this.#inputs.find((one) => one.checked)?.value ?? null; }
  focus() { (this.#inputs.find((one) => one.checked) ?? this.#inputs.find((one) => !one.disabled))?.focus(); }
}

export function serviceOptions(me, empty = "—") {
  return [["", empty], ...Object.entries(me.service_types ?? {}).filter(([id]) => !SMALL_TALK.has(id))];
}

export function topicOptions(me, empty = "—") {
  return [["", empty], ...topicNames(me).map((name) => [name, name])];
}

/** Whether a select lists `value`. */
export function offers(control, value) {
  return [...control.options].some((option) => option.value === value);
}

/** A select shows nothing for a value it doesn't list; give it one. */
export function choose(control, value, name = value) {
  const text = asText(value);
  if (!offers(control, text)) control.append(h("option", { value: text }, asText(name)));
  control.value = text;
}

function topicNames(me) {
  return asList(me.topics).map((topic) => asText(topic) || asText(topic?.name)).filter(Boolean);
}
