// Rating a session with a person: one to five stars and, if wanted, a few words.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { LONGEST_WORDS, SCORES, ratingMessage } from "./session-rating.js";
import { STRINGS } from "./strings.js";

export class RatingForm {
  element = h("div", { class: "rating" });
  #stars = SCORES.map((score) => star(score));
  #label = h("p", { class: "rating-label", role: "status" }, STRINGS.rateHint);
  #words = h("input", {
    type: "text", class: "rating-words", maxlength: LONGEST_WORDS, autocomplete: "off", enterkeyhint: "send",
    "aria-label": STRINGS.rateWords, placeholder: STRINGS.rateWords,
  });
  #form = h("form", { class: "rating-form", novalidate: true },
    h("fieldset", {}, h("legend", { class: "sr-only" }, STRINGS.rate), h("div", { class: "stars" }, this.#stars)),
    this.#label,
    h("div", { class: "rating-row" }, this.#words, h("button", { type: "submit" }, STRINGS.rateSubmit)));

  #shown = null;

  /** `submit(text, payload)` gets the rating as a message. */
  constructor(submit) {
    this.#form.addEventListener("change", () => this.#chosen());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const score = this.#score;
      if (!score) {
        this.#label.textContent = STRINGS.rateFirst;
        this.#label.classList.add("wanting");
        this.#stars[0].firstElementChild.focus();
        return;
      }
      const { text, payload } = ratingMessage(score, this.#words.value);
      submit(text, payload);
    });
  }

  /** Show the form while `isOpen`, what was given once there is a `rating`, otherwise nothing. Keeps what is half entered. */
  update({ rating, isOpen }) {
    const shown = rating ? `${rating.score} ${rating.words}` : isOpen ? "form" : "nothing";
    if (shown === this.#shown) return; // drawn again, it would be read out again
    this.#shown = shown;
    this.element.replaceChildren(rating ? done(rating) : isOpen ? this.#form : "");
    this.element.hidden = shown === "nothing";
  }

  get #score() {
    return Number(this.#stars.map((each) => each.firstElementChild).find((input) => input.checked)?.value ?? 0);
  }

  #chosen() {
    const score = this.#score;
    this.#stars.forEach((each, index) => each.classList.toggle("lit", index < score));
    if (!score) return;
    this.#label.classList.remove("wanting");
    this.#label.textContent = STRINGS.rated(score);
  }
}

function star(score) {
  return h("label", { class: "star" },
    h("input", { type: "radio", name: "score", value: score, class: "sr-only", "aria-label": STRINGS.rated(score) }),
    h("span", { class: "star-face", "aria-hidden": "true" }, icon("star"), h("span", {}, String(score))));
}

function done({ score, words }) {
  return h("div", { class: "rating-done" },
    h("div", { class: "stars", "aria-hidden": "true" }, SCORES.map((each) => h("span", { class: each <= score ? "star lit" : "star" }, icon("star")))),
    h("p", {}, STRINGS.youRated(score)),
    words ? h("p", { class: "text" }, words) : null);
}
