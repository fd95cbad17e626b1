// Checks the citations of a text while it is written: an article that doesn't exist must not reach a citizen.

import { asList, asText, h } from "../widget/dom.js";

const PAUSE = 700;
const PATIENCE = 2000;
const MAY_CITE = /[《第条]/;

export class CitationCheck {
  #api;
  #timer = 0;
  #abort = null;
  #checked = null; // { text, warnings }
  #list = h("ul");
  element = h("div", { class: "citation-warnings", role: "status", hidden: true }, this.#list);

  constructor(api) {
    this.#api = api;
  }

  changed(text) {
    clearTimeout(this.#timer);
    if (!MAY_CITE.test(text)) {
      this.#abort?.abort();
      this.#show(text, []);
    } else if (text !== this.#checked?.text) {
      this.#timer = setTimeout(() => this.#check(text), PAUSE);
    }
  }

  /** The warnings for `text`, now; empty when the service doesn't answer in time: a citizen is waiting. */
  async warnings(text) {
    if (!MAY_CITE.test(text)) return [];
    clearTimeout(this.#timer);
    if (this.#checked?.text !== text) {
      await Promise.race([this.#check(text), new Promise((resolve) => { setTimeout(resolve, PATIENCE); })]);
    }
    return this.#checked?.text === text ? this.#checked.warnings : [];
  }

  async #check(text) {
    this.#abort?.abort();
    this.#abort = new AbortController();
    try {
      const { citations } = await this.#api.post("citations", { text }, this.#abort.signal);
      const wrong = asList(citations).filter((one) => one?.ok === false);
      this.#show(text, wrong.map((one) => sentence(asText(one.written), asText(one.message))));
    } catch {
      // no answer, no warning; the next change asks again
    }
  }

  #show(text, warnings) {
    this.#checked = { text, warnings };
    this.#list.replaceChildren(...warnings.map((warning) => h("li", {}, warning)));
    this.element.hidden = warnings.length === 0;
  }
}

function sentence(written, message) {
  return message.includes(written) ? message : `${message}（您写的是“${written}”）`;
}
