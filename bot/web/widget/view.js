// The window itself: launcher, header, status line, messages, handoff line, input, dialogs; opening, closing and focus.

import { Composer } from "./composer.js";
import { ConfirmDialog } from "./confirm-dialog.js";
import { h } from "./dom.js";
import { HandoffBar } from "./handoff-bar.js";
import { icon } from "./icons.js";
import { LogView } from "./log-view.js";
import { DISCLAIMER, STRINGS } from "./strings.js";
import { followViewport } from "./viewport.js";

const SHEET = "(max-width: 640px), (max-height: 480px)";
const NOTICE_FOR = 6000;
const CONNECTING_QUIETLY_FOR = 800;

export class View {
  /** Set by the owner: say(text, payload), typing(on), retry(id), withdraw(id) → text, startAnew(), hasUnsent(), reconnect(), opened(), closed(). */
  actions = {};

  #host;
  #options;
  #preferences;
  #transcript;
  #log;
  #composer;
  #handoffBar;
  #seat = "";
  #sheet = window.matchMedia(SHEET);
  #coarse = window.matchMedia("(pointer: coarse)");
  #isOpen = false;
  #unread = 0;
  #statusTimer = 0;
  #noticeTimer = 0;

  constructor({ host, options, preferences, transcript }) {
    this.#host = host;
    this.#options = options;
    this.#preferences = preferences;
    this.#transcript = transcript;
    this.#log = new LogView({
      reply: (title, payload) => this.#reply(title, payload),
      retry: (id) => this.actions.retry(id),
      edit: (id) => this.#edit(id),
      discard: (id) => { this.actions.withdraw(id); this.#focusInside(); },
    });
    this.#composer = new Composer({
      limit: options.maxLength,
      draft: preferences.draft,
      send: (text) => this.actions.say(text, null),
      changed: (text) => { preferences.draft = text; },
      typing: (on) => this.actions.typing(on),
    });
    this.#handoffBar = new HandoffBar({
      say: (title, payload) => this.#reply(title, payload),
      askEnd: () => this.endDialog.ask(),
    });
    this.#build();
    this.#applyLargeType(preferences.largeType);
    preferences.onForeignLargeType((on) => this.#applyLargeType(on));
    this.#setUnread(0);
    this.#applyMode();
    this.#sheet.addEventListener("change", () => this.#applyMode());
  }

  // ---- what the conversation tells the view

  show(record, change) {
    this.#log.show(record, this.#transcript.ordered, change);
    if (change.isNew && !change.isHistory && record.role !== "user" && !this.#isOpen) this.#setUnread(this.#unread + 1);
  }

  remove(record) { this.#log.remove(record, this.#transcript.ordered); }
  clear() { this.#log.clear(); this.#setUnread(0); }
  typing(on, who) { this.#log.typing(on, who, this.#seat); }
  stopTyping() { this.#log.stopTyping(); }
  history(on) { this.#log.history(on); }
  organization(name) { this.subtitle.textContent = name || STRINGS.subtitle; }

  connection(state, interrupted) {
    clearTimeout(this.#statusTimer);
    this.panel.dataset.connection = state;
    if (state === "ready") this.#status("");
    else if (interrupted) this.#status(STRINGS.reconnecting, true);
    else this.#statusTimer = setTimeout(() => this.#status(STRINGS.loading), CONNECTING_QUIETLY_FOR);
  }

  handoff(handoff) {
    this.#seat = handoff.seat;
    this.panel.dataset.handoff = handoff.state;
    if (handoff.state !== "active") this.endDialog.close();
    const hadFocus = this.#handoffBar.hasFocus;
    this.#log.staying(() => {
      this.#handoffBar.show(handoff);
      this.#log.canRate(handoff.state === "none" || handoff.state === "ended", this.#transcript.ordered);
    });
    if (hadFocus && !this.#handoffBar.hasFocus) this.#focusInside(); // its button is gone, the place at the keyboard isn't
  }

  /** A passing remark of the server. */
  notice(text) {
    clearTimeout(this.#noticeTimer);
    this.noticeLine.textContent = text;
    this.#noticeTimer = setTimeout(() => { this.noticeLine.textContent = ""; }, NOTICE_FOR);
  }

  // ---- opening and closing

  open({ takeFocus = true } = {}) {
    this.#isOpen = true;
    this.#preferences.open = true;
    this.#applyOpen();
    this.#setUnread(0);
    this.#composer.fit();
    this.#log.toBottom();
    if (takeFocus) {
      if (this.root.dataset.mode === "inline") this.panel.scrollIntoView({ block: "nearest" });
      this.#focusInside();
    }
    this.actions.opened();
  }

  close() {
    this.#isOpen = false;
    this.#preferences.open = false;
    this.#applyOpen();
    this.launcher.focus();
  }

  // ---- building

  #build() {
    const { title } = this.#options;
    this.badge = h("span", { class: "badge", hidden: true });
    this.launcher = h("button", { type: "button", class: "launcher", "aria-haspopup": "dialog", onclick: () => this.open() },
      icon("scales"), h("span", {}, title), this.badge);
    this.subtitle = h("p", { class: "subtitle" }, STRINGS.subtitle);
    this.largeButton = h("button", { type: "button", class: "tool", "aria-pressed": "false", onclick: () => this.#toggleLargeType() },
      h("span", { class: "glyph", "aria-hidden": "true" }, "大"), h("span", { class: "tool-text" }, STRINGS.largeType));
    this.restartButton = h("button", { type: "button", class: "tool", onclick: () => this.#askRestart() },
      icon("restart"), h("span", { class: "tool-text" }, STRINGS.restart));
    this.statusLine = h("p", { class: "status-text" });
    this.statusButton = h("button", { type: "button", hidden: true, onclick: () => this.actions.reconnect() }, STRINGS.reconnectNow);
    this.noticeLine = h("div", { class: "notice-line", role: "status" });
    this.#buildDialogs();
    this.panel = h("div", { class: "panel", tabindex: "-1", "aria-label": title },
      h("header", { class: "header" },
        h("span", { class: "emblem" }, icon("scales")),
        h("div", { class: "heading" }, h("h2", { class: "title" }, title), this.subtitle),
        h("div", { class: "tools", role: "group", "aria-label": title },
          this.largeButton, this.restartButton,
          h("button", { type: "button", class: "tool close", "aria-label": STRINGS.close, onclick: () => this.close() }, icon("close")))),
      h("div", { class: "status" }, h("div", { role: "status" }, this.statusLine), this.statusButton),
      this.noticeLine,
      this.#log.element,
      this.#handoffBar.element,
      h("footer", { class: "footer" }, this.#composer.element, h("p", { class: "disclaimer" }, DISCLAIMER)),
      this.restartDialog.element,
      this.endDialog.element);
    this.root = h("div", { class: "root", lang: "zh-CN", hidden: true }, this.panel, this.launcher);
    this.panel.addEventListener("keydown", (event) => this.#key(event));
    const shadow = this.#host.attachShadow({ mode: "open", delegatesFocus: false });
    const styles = h("link", { rel: "stylesheet", href: this.#options.stylesUrl });
    const reveal = () => { this.root.hidden = false; this.#composer.fit(); this.#log.toBottom(); };
    styles.addEventListener("load", reveal);
    styles.addEventListener("error", reveal);
    shadow.append(styles, this.root);
    // Typing here must not trigger the host page's keyboard shortcuts.
    for (const type of ["keydown", "keyup", "keypress"]) shadow.addEventListener(type, (event) => event.stopPropagation());
    followViewport(this.root);
  }

  #buildDialogs() {
    this.restartPending = h("p", { class: "warning-text", hidden: true }, STRINGS.restartPending);
    this.restartDialog = new ConfirmDialog({
      id: "fawen-restart", question: STRINGS.restartQuestion, notes: [h("p", {}, STRINGS.restartNote), this.restartPending],
      action: STRINGS.restart, confirm: () => this.#restart(),
    });
    this.endDialog = new ConfirmDialog({
      id: "fawen-end", question: STRINGS.endQuestion, notes: [h("p", {}, STRINGS.endNote)],
      action: STRINGS.endSession, confirm: () => this.#reply(STRINGS.endMessage, "/end_session"),
    });
  }

  // ---- behaviour

  #reply(title, payload) {
    this.actions.say(title, payload);
    this.#focusInside();
  }

  #edit(id) {
    const text = this.actions.withdraw(id);
    this.#composer.text = [this.#composer.text, text].filter(Boolean).join("\n");
    this.#composer.focus();
  }

  #askRestart() {
    this.restartPending.hidden = !this.actions.hasUnsent();
    this.restartDialog.ask();
  }

  #restart() {
    this.actions.startAnew();
    this.#focusInside();
  }

  #key(event) {
    if (this.restartDialog.isOpen || this.endDialog.isOpen) return;
    if (event.key === "Escape" && !event.isComposing) {
      event.preventDefault();
      this.close();
    } else if (event.key === "Tab" && this.#sheet.matches) {
      this.#keepFocusInside(event);
    }
  }

  /** The full-screen sheet hides the page, so Tab goes round inside it. */
  #keepFocusInside(event) {
    const stops = [...this.panel.querySelectorAll("button, a[href], textarea, summary, [tabindex='0']")]
      .filter((element) => !element.closest("dialog") && element.getClientRects().length > 0);
    const [first, last] = [stops[0], stops[stops.length - 1]];
    const edge = event.shiftKey ? first : last;
    if (this.#host.shadowRoot.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }

  /** Into the input; on touch screens to the messages, so that the keyboard doesn't cover them. */
  #focusInside() {
    if (this.#coarse.matches) this.#log.focus();
    else this.#composer.focus();
  }

  #toggleLargeType() {
    this.#preferences.largeType = !this.#preferences.largeType;
    this.#applyLargeType(this.#preferences.largeType);
  }

  #applyLargeType(on) {
    this.root.classList.toggle("large", on);
    this.largeButton.setAttribute("aria-pressed", String(on));
    this.#composer.fit();
    this.#log.toBottom();
  }

  #applyMode() {
    const mode = this.#sheet.matches ? "sheet" : this.#options.target ? "inline" : "floating";
    this.#host.dataset.mode = mode;
    this.root.dataset.mode = mode;
    this.panel.setAttribute("role", mode === "inline" ? "region" : "dialog");
    if (mode === "sheet") this.panel.setAttribute("aria-modal", "true");
    else this.panel.removeAttribute("aria-modal");
    this.#applyOpen();
    this.#composer.fit();
  }

  #applyOpen() {
    this.#host.dataset.state = this.#isOpen ? "open" : "closed";
    this.panel.hidden = !this.#isOpen;
    this.launcher.hidden = this.#isOpen;
    this.launcher.setAttribute("aria-expanded", String(this.#isOpen));
  }

  #setUnread(count) {
    this.#unread = count;
    this.badge.hidden = count === 0;
    this.badge.textContent = count > 99 ? "99+" : String(count);
    this.launcher.setAttribute("aria-label", STRINGS.open(this.#options.title) + (count ? STRINGS.unread(count) : ""));
  }

  #status(text, offerRetry = false) {
    this.statusLine.textContent = text;
    this.statusButton.hidden = !offerRetry;
    this.panel.classList.toggle("has-status", Boolean(text));
  }
}
