// The console as a whole: puts the views together, says which one is on screen, and passes the desk's news on to them.

import { h } from "../widget/dom.js";
import { Storage } from "../widget/storage.js";
import { Alerts, Sounds } from "./alerts.js";
import { AssistantView, INSERT_KEYS } from "./assistant-view.js";
import { AuditView } from "./audit-view.js";
import { CallsView } from "./calls-view.js";
import { millis, now } from "./clock.js";
import { ConversationView } from "./conversation-view.js";
import { confirmDialog } from "./dialogs.js";
import { endDialog } from "./end-dialog.js";
import { citizen, isSupervisor, subject } from "./labels.js";
import { LedgerView } from "./ledger-view.js";
import { OfferBar } from "./offer-bar.js";
import { passwordDialog } from "./password-dialog.js";
import { previewDialog } from "./preview-dialog.js";
import { QueueView } from "./queue-view.js";
import { Shortcuts } from "./shortcuts.js";
import { SupervisionView } from "./supervision-view.js";
import { Toasts } from "./toasts.js";
import { TopBar } from "./top-bar.js";
import { transferDialog } from "./transfer-dialog.js";

const MUTED = "muted";
const NEWS_FOR = 15000; // milliseconds; older messages are history that is being replayed

export class Console {
  #api;
  #desk;
  #keeping;
  #me;
  #logout;
  #view = "talk";
  #selected = null;
  #opensByItself = true; // whether the first conversation may come up without being asked for
  #wanted = null; // { handoff, own }: accepted or to be watched; opened when the state shows it
  #interrupted = false;
  #toasts = new Toasts();
  #announcer = h("p", { class: "sr-only", role: "status" }); // for what is only to be seen at the left
  #shortcuts = new Shortcuts();
  #sounds;
  #alerts;
  #top;
  #offers;
  #queue;
  #talk;
  #assistant;
  #views;
  #lineText = h("span");
  #line = h("div", { class: "line-status", role: "status", hidden: true }, this.#lineText,
    h("button", { type: "button", class: "small secondary", onclick: () => this.#desk.reconnect() }, "立即重连"));

  constructor({ api, desk, keeping, me, logout }) {
    this.#api = api;
    this.#desk = desk;
    this.#keeping = keeping;
    this.#me = me;
    this.#logout = logout;
    const preferences = new Storage("fawen-seat", "localStorage");
    this.#sounds = new Sounds({
      muted: preferences.get(MUTED) === true,
      changed: () => { preferences.set(MUTED, this.#sounds.muted); this.#top.alerts(); },
    });
    this.#alerts = new Alerts({ sounds: this.#sounds, show: () => this.#show("talk") });
    this.#buildViews();
    this.#listen();
    this.#addShortcuts();
    this.element = h("div", { class: "console" }, this.#top.element, this.#line, this.#offers.element,
      [...this.#views.values()].map((view) => view.element), this.#toasts.element, this.#announcer);
    this.#show("talk");
    setInterval(() => this.#tick(), 1000);
    this.#loadPhrases();
  }

  // ---- building

  #buildViews() {
    const desk = this.#desk;
    const supervises = isSupervisor(this.#me.seat);
    this.#offers = new OfferBar({ desk, actions: {
      accept: (handoff) => this.#accept(handoff), decline: (handoff) => this.#do({ type: "decline", handoff }), preview: (item) => this.#preview(item),
    } });
    this.#queue = new QueueView({ desk, actions: { accept: (handoff) => this.#accept(handoff), open: (conversation) => this.#open(conversation) } });
    this.#assistant = new AssistantView({
      api: this.#api,
      insert: (text) => { if (!this.#talk.insert(text)) this.#toasts.say("先打开一个自己接谈的对话，再插入。"); },
      leave: () => this.#talk.focus(),
    });
    this.#talk = new ConversationView({ desk, api: this.#api, keeping: this.#keeping, actions: {
      transfer: (item) => transferDialog({
        item, me: this.#me, seat: desk.seat, colleagues: desk.colleagues, transfer: (conversation, to) => desk.transfer(conversation, to),
      }),
      end: (item) => endDialog({ item, me: this.#me, end: (...how) => desk.end(...how) }),
      takeOver: (item) => this.#takeOver(item),
      unwatch: (conversation) => this.#unwatch(conversation),
      failed: (error) => this.#toasts.error(error.message),
    } });
    const calls = new CallsView({
      api: this.#api, me: this.#me, keeping: this.#keeping, filed: (record) => this.#toasts.say(`已登记，台账第 ${record.id} 条。`),
    });
    this.#views = new Map([
      ["talk", {
        element: h("div", { class: "view talk-view" }, this.#queue.element, this.#talk.element, this.#assistant.element),
        assistant: this.#assistant, focus: () => this.#talk.focus(), shown: () => this.#refresh(),
      }],
      ["calls", calls],
      ["ledger", new LedgerView({ api: this.#api, me: this.#me })],
    ]);
    if (supervises) {
      this.#views.set("supervision", new SupervisionView({ api: this.#api, me: this.#me, actions: {
        preview: (item) => this.#preview(item),
        assign: (item, seat) => desk.request({ type: "assign", handoff: item.handoff, seat }),
        watch: (item) => this.#watch(item),
        takeOver: (item) => this.#takeOver(item),
      } }));
    }
    if (this.#me.seat.role === "administrator") this.#views.set("audit", new AuditView({ api: this.#api }));
    const labels = { talk: ["对话", "Alt+H"], calls: ["来电", "Alt+L"], ledger: ["台账", "Alt+K"], supervision: ["班长台", "Alt+B"], audit: ["审计", "Alt+U"] };
    this.#top = new TopBar({
      me: this.#me, sounds: this.#sounds,
      views: [...this.#views.keys()].map((name) => ({ name, label: labels[name][0], key: labels[name][1] })),
      actions: {
        view: (name) => this.#show(name),
        status: (status) => this.#do({ type: "status", status }),
        help: () => this.#shortcuts.showSheet(),
        password: () => passwordDialog({ api: this.#api, changed: () => this.#toasts.say("密码已修改。") }),
        logout: () => this.#askLogout(),
      },
    });
  }

  #addShortcuts() {
    const keys = this.#shortcuts;
    const visible = () => this.#views.get(this.#view);
    keys.alt(["KeyA", "KeyJ"], "接听（没有提请就接排在最前的）", () => this.#acceptFirst());
    keys.alt("KeyN", "不接，转给下一个", () => this.#declineFirst());
    keys.altDigits("切换到第几个对话", (digit) => this.#openNth(digit - 1));
    keys.mention(["Alt+↑", "Alt+↓"], "上一个、下一个对话");
    keys.alt("ArrowUp", null, () => this.#step(-1));
    keys.alt("ArrowDown", null, () => this.#step(1));
    keys.alt("KeyI", "回到输入框", () => visible().focus());
    keys.mention(["Enter", "Ctrl+Enter"], "发送（Shift+Enter 换行）");
    keys.mention(["Alt+Z", "X", "C"], "插入助手的第 1、2、3 条，改好再发");
    INSERT_KEYS.forEach((code, index) => keys.alt(code, null, () => visible().assistant?.insertNth(index)));
    keys.mention("Tab", "跳到下一个 {要填的空}");
    keys.alt("KeyS", "搜索（↓ 选，Enter 插入，Esc 回输入框）", () => visible().assistant?.focusSearch());
    keys.alt("KeyP", "标准答问", () => visible().assistant?.focusPhrases());
    keys.alt("KeyT", "转接", () => this.#talk.transfer());
    keys.alt("KeyO", "结束对话", () => this.#talk.end());
    keys.alt("KeyY", "悄悄话", () => this.#talk.toggleWhisper());
    keys.alt("KeyH", "对话", () => this.#show("talk", true));
    keys.alt("KeyL", "来电登记", () => this.#show("calls", true));
    keys.alt("KeyK", "台账", () => this.#show("ledger", true));
    if (this.#views.has("supervision")) keys.alt("KeyB", "班长台", () => this.#show("supervision", true));
    if (this.#views.has("audit")) keys.alt("KeyU", "审计", () => this.#show("audit", true));
    keys.alt("Slash", "显示这张表（不在输入框里时按 ? 也行）", () => keys.showSheet());
  }

  #listen() {
    const desk = this.#desk;
    const on = (type, listener) => desk.addEventListener(type, (event) => listener(event.detail));
    on("state", () => this.#refresh());
    on("connection", (state) => this.#lineChanged(state));
    on("transcript", (conversation) => this.#transcriptChanged(conversation));
    on("whispers", (conversation) => this.#whispersChanged(conversation));
    on("typing", () => { this.#talk.typing(); this.#queue.tick(); });
    on("message", ({ conversation, record }) => this.#messageArrived(conversation, record));
    on("notice", (text) => this.#toasts.error(text));
    on("left", ({ conversation, ownDoing }) => this.#left(conversation, ownDoing));
    on("undelivered", (item) => this.#keepWords(item.conversation, "这句没有发出", item.text));
    window.addEventListener("focus", () => this.#seen());
    document.addEventListener("visibilitychange", () => this.#seen());
  }

  // ---- showing

  #show(name, focus = false) {
    this.#views.get(this.#view).hide?.();
    this.#view = name;
    for (const [key, view] of this.#views) view.element.hidden = key !== name;
    this.#top.view(name);
    this.#views.get(name).shown?.();
    if (focus) this.#views.get(name).focus();
  }

  /** Everything that follows from the state. */
  #refresh() {
    const desk = this.#desk;
    const open = [...desk.conversations, ...desk.watched];
    const wanted = open.find((item) => item.handoff === this.#wanted?.handoff);
    if (wanted && (wanted.seat === desk.seat.id || !this.#wanted.own)) {
      this.#wanted = null;
      this.#open(wanted.conversation);
      return;
    }
    if (!open.some((item) => item.conversation === this.#selected)) {
      this.#selected = this.#opensByItself ? open[0]?.conversation ?? null : null;
    }
    this.#top.status(desk.seat.status);
    this.#offers.show();
    this.#queue.show(this.#selected);
    if (this.#view === "talk") this.#talk.show(this.#selected);
    this.#alerts.offers(desk.offers);
    this.#views.get("supervision")?.changed();
    this.#consult();
    this.#seen();
    this.#countUnread();
  }

  #transcriptChanged(conversation) {
    if (conversation === this.#selected) {
      this.#talk.messages();
      this.#consult();
      this.#seen();
    }
    this.#queue.show(this.#selected);
    this.#countUnread();
  }

  #messageArrived(conversation, record) {
    const isNews = record.role === "user" && now() - millis(record.time) < NEWS_FOR;
    if (!isNews || (this.#reading && conversation === this.#selected)) return;
    this.#alerts.message();
    this.#announcer.textContent = `${citizen(conversation)} 有新消息`;
  }

  /** A conversation is gone. Only when this page ended it the next one opens by itself: else somebody who is
      typing would go on typing to another citizen. */
  #left(conversation, ownDoing) {
    const draft = this.#keeping.draft(conversation);
    this.#keeping.setDraft(conversation, "");
    if (conversation === this.#selected) {
      this.#selected = null;
      this.#opensByItself = ownDoing;
    }
    if (ownDoing) {
      setTimeout(() => { if (this.#view === "talk") this.#talk.focus(); }, 100);
      return;
    }
    this.#toasts.say(`${citizen(conversation)} 的对话已结束或转走。办理情况可以在台账里补。`);
    if (draft.trim()) this.#keepWords(conversation, "没写完的话在这里", draft);
  }

  #keepWords(conversation, what, text) {
    const action = navigator.clipboard ? { label: "复制", run: () => navigator.clipboard.writeText(text) } : null;
    this.#toasts.keep(`${citizen(conversation)} 的对话已不在您手上，${what}：“${text}”`, action);
  }

  #whispersChanged(conversation) {
    if (conversation === this.#selected) this.#talk.messages();
    else this.#toasts.say(`${citizen(conversation)}：有新的悄悄话`);
  }

  #consult() {
    const item = [...this.#desk.conversations, ...this.#desk.watched].find((one) => one.conversation === this.#selected);
    const last = item ? this.#desk.transcript(this.#selected).lastFromCitizen : null;
    // Before the citizen says something to the seat the last words are “转人工”; the question in focus tells more.
    const isNew = last !== null && millis(last.time) >= millis(item.accepted_at);
    this.#assistant.consult((isNew ? "" : item?.gist) || last?.text || "", this.#selected);
  }

  get #reading() { return this.#view === "talk" && !document.hidden && document.hasFocus(); }

  #seen() {
    if (this.#reading && this.#selected) this.#desk.markSeen(this.#selected);
  }

  #countUnread() {
    const unread = this.#desk.conversations.reduce((sum, item) => sum + this.#desk.unread(item.conversation), 0);
    const { offers } = this.#desk;
    this.#top.unread(unread);
    this.#alerts.title({ unread, offers: offers.length, urgent: offers.some((item) => item.urgent) });
  }

  #tick() {
    this.#offers.tick();
    this.#queue.tick();
    this.#views.get("supervision")?.tick();
  }

  #lineChanged(state) {
    if (state === "lost") this.#interrupted = true;
    const wasInterrupted = this.#interrupted;
    if (state === "ready") this.#interrupted = false;
    this.#line.hidden = state === "ready" || !wasInterrupted;
    this.element?.classList.toggle("offline", !this.#line.hidden);
    this.#lineText.textContent = this.#line.hidden ? "" : "连接中断，正在重连。写好的话会留着，连上以后自动发出。";
  }

  // ---- doing

  async #do(frame) {
    try {
      await this.#desk.request(frame);
      return true;
    } catch (error) {
      this.#toasts.error(error.message);
      return false;
    }
  }

  async #accept(handoff) {
    this.#wanted = { handoff, own: true };
    if (!await this.#do({ type: "accept", handoff })) this.#wanted = null;
  }

  #acceptFirst() {
    const first = (items) => items.find((item) => item.urgent) ?? items[0];
    const item = first(this.#desk.offers) ?? first(this.#desk.queue.filter((one) => one.state === "waiting"));
    if (item) this.#accept(item.handoff);
    else this.#toasts.say("现在没有人在等。");
  }

  #declineFirst() {
    const item = this.#desk.offers[0];
    if (item) this.#do({ type: "decline", handoff: item.handoff });
  }

  #open(conversation) {
    this.#selected = conversation;
    this.#opensByItself = true;
    if (this.#view !== "talk") this.#show("talk");
    else this.#refresh();
    this.#talk.focus();
  }

  #openNth(index) {
    const item = this.#desk.conversations[index];
    if (item) this.#open(item.conversation);
  }

  #step(by) {
    const all = [...this.#desk.conversations, ...this.#desk.watched].map((item) => item.conversation);
    if (!all.length) return;
    const index = all.indexOf(this.#selected);
    this.#open(all[(index + by + all.length) % all.length]);
  }

  async #preview(item) {
    try {
      await previewDialog({ api: this.#api, item });
    } catch (error) {
      this.#toasts.error(error.message);
    }
  }

  async #watch(item) {
    try {
      this.#wanted = { handoff: item.handoff, own: false };
      await this.#desk.watch(item.conversation, true);
      this.#refresh();
    } catch (error) {
      this.#toasts.error(error.message);
    }
  }

  async #unwatch(conversation) {
    try {
      await this.#desk.watch(conversation, false);
    } catch (error) {
      this.#toasts.error(error.message);
    }
  }

  #takeOver(item) {
    confirmDialog({
      title: "接管对话", action: "接管",
      text: `${item.seat_name || "同事"}接谈的“${subject(item)}”将转到您手上，市民会看到工作人员换了人。`,
      run: async () => {
        this.#wanted = { handoff: item.handoff, own: true };
        await this.#desk.request({ type: "take_over", conversation: item.conversation });
      },
    });
  }

  #askLogout() {
    const unsent = this.#keeping.outbox().length;
    const talking = this.#desk.conversations.length;
    confirmDialog({
      title: "退出登录", action: "退出", danger: unsent > 0,
      text: [
        talking ? `手上还有 ${talking} 个对话，退出后会退回队列。` : "退出后不再接到来访。",
        unsent ? `有 ${unsent} 句话还没有发出，将一并放弃。` : "",
      ].join(""),
      run: () => this.#logout(),
    });
  }

  async #loadPhrases() {
    try {
      const { phrases } = await this.#api.get("phrases");
      for (const view of this.#views.values()) if (view.assistant) view.assistant.phrases = phrases;
    } catch {
      setTimeout(() => this.#loadPhrases(), 10000);
    }
  }
}
