// The structured forms of a bot message. Each known kind has a renderer; an unknown one is shown as plain text.

import { asList, asText, h } from "./dom.js";
import { icon } from "./icons.js";
import { STRINGS } from "./strings.js";

const DIALLABLE = /^[0-9]{3,12}$/;

const RENDERERS = new Map(Object.entries({ answer, unsure, guide, statute, emergency }));

/** Nodes for a `custom` object, or null when it is of no known kind. */
export function renderCustom(custom) {
  const kind = custom && typeof custom === "object" ? custom.kind : null;
  return RENDERERS.get(kind)?.(custom) ?? null;
}

function answer(custom) {
  return [
    heading(asText(custom.lead) || asText(custom.question), "question"),
    paragraph(custom.answer),
    section(STRINGS.steps, list("ol", custom.steps)),
    citations(STRINGS.legalBasis, custom.legal_basis),
    section(STRINGS.specialGroups, specialGroups(custom.special_groups)),
    notice(custom.notice),
  ];
}

/** What else may be meant is in the buttons. */
function unsure(custom) {
  return [paragraph(custom.answer), citations(STRINGS.mayBear, custom.legal_basis)];
}

function guide(custom) {
  return [
    heading(asText(custom.title), "question"),
    paragraph(custom.summary),
    asList(custom.sections).map((part) => section(asText(part?.heading), list("ul", part?.items))),
    citations(STRINGS.legalBasis, custom.legal_basis),
    section(STRINGS.hotlines, hotlines(custom.hotlines)),
    notice(custom.notice),
  ];
}

function statute(custom) {
  return [citations(STRINGS.statutes, custom.items), notice(custom.notice)];
}

function emergency(custom) {
  return [
    h("div", { class: "emergency", role: "alert" },
      h("p", { class: "emergency-title" }, icon("warning"), STRINGS.emergency),
      paragraph(custom.text),
      hotlines(custom.hotlines),
      section(STRINGS.advice, list("ul", custom.advice))),
    citations(STRINGS.legalBasis, custom.legal_basis),
  ];
}

function heading(text, className) {
  return text ? h("h3", { class: className }, text) : null;
}

function paragraph(value) {
  const text = asText(value);
  return text ? h("p", { class: "text" }, text) : null;
}

function notice(value) {
  const text = asText(value);
  return text ? h("p", { class: "notice" }, text) : null;
}

function section(title, content) {
  return content ? h("section", { class: "section" }, title ? h("h4", {}, title) : null, content) : null;
}

function list(tag, values) {
  const items = asList(values).map(asText).filter(Boolean);
  return items.length ? h(tag, {}, items.map((item) => h("li", {}, item))) : null;
}

function specialGroups(values) {
  const items = asList(values).filter((item) => asText(item?.note));
  if (!items.length) return null;
  return h("ul", { class: "groups" }, items.map((item) =>
    h("li", {}, asText(item.group) ? h("strong", {}, `${asText(item.group)}：`) : null, asText(item.note))));
}

function citations(title, values) {
  const items = asList(values).map(citation).filter(Boolean);
  return items.length ? section(title, h("div", { class: "citations" }, items)) : null;
}

function citation(item) {
  const name = asText(item?.citation) || [asText(item?.law), asText(item?.article)].filter(Boolean).join(" ");
  if (!name) return null;
  const text = asText(item.text);
  const note = asText(item.note);
  if (!text && !note) return h("p", { class: "citation bare" }, name);
  return h("details", { class: "citation" },
    h("summary", {}, name),
    text ? h("p", { class: "article" }, text) : null,
    note ? h("p", { class: "validity" }, note) : null);
}

/** Numbers come as strings (guides) or as { number, name } (emergencies); only plain digits become links. */
function hotlines(values) {
  const items = asList(values)
    .map((item) => (item && typeof item === "object" ? { number: asText(item.number), name: asText(item.name) } : { number: asText(item), name: "" }))
    .filter((item) => item.number);
  if (!items.length) return null;
  return h("div", { class: "hotlines" }, items.map(({ number, name }) =>
    DIALLABLE.test(number)
      ? h("a", { class: "hotline", href: `tel:${number}`, "aria-label": STRINGS.call(number, name) },
        icon("phone"), h("span", { class: "number" }, number), name ? h("span", { class: "name" }, name) : null)
      : h("span", { class: "hotline-text" }, [number, name].filter(Boolean).join(" "))));
}
