// Building DOM nodes. Text only ever enters the page as text nodes; nothing here parses HTML.

/** Create an element: attributes are set as attributes, `on…` functions as listeners, children appended as text or nodes. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** What came from the network, as a string: anything that is no string or number counts as empty. */
export function asText(value) {
  if (typeof value === "string") return value.trim();
  return typeof value === "number" ? String(value) : "";
}

/** What came from the network, as a list: anything else counts as empty. */
export function asList(value) {
  return Array.isArray(value) ? value : [];
}
