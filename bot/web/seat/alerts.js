// What calls a seat back to the screen: sound, browser notifications, the page title.

const NOTES = {
  offer: [[880, 0, 0.16], [1175, 0.2, 0.24]],
  emergency: [[1397, 0, 0.12], [932, 0.16, 0.12], [1397, 0.32, 0.12], [932, 0.48, 0.2]],
  message: [[660, 0, 0.08]],
};
const VOLUME = { offer: 0.25, emergency: 0.4, message: 0.08 };
const EMERGENCY_EVERY = 1800;
const LOCK = "fawen-seat-sound";

export class Sounds {
  #context = null;
  #muted;
  #speaks = false; // of several tabs only one makes sounds
  #onChange;

  constructor({ muted, changed }) {
    this.#muted = muted;
    this.#onChange = changed;
    // Browsers allow sound only after the user did something on the page.
    const unlock = () => this.unlock();
    for (const type of ["pointerdown", "keydown"]) window.addEventListener(type, unlock, { capture: true });
    // The login was something the user did, too.
    if (navigator.userActivation?.hasBeenActive) setTimeout(unlock, 0);
  }

  /** False as long as the browser keeps the page silent. */
  get allowed() { return this.#context?.state === "running"; }
  get muted() { return this.#muted; }
  set muted(on) { this.#muted = on; this.#onChange(); }

  async unlock() {
    if (this.allowed) return;
    const Context = window.AudioContext ?? window.webkitAudioContext;
    if (!Context) return;
    this.#context ??= new Context();
    await this.#context.resume().catch(() => {});
    if (this.allowed) this.#claim();
    this.#onChange();
  }

  play(name) {
    if (this.#muted || !this.allowed || !this.#speaks) return;
    const start = this.#context.currentTime + 0.02;
    for (const [frequency, offset, length] of NOTES[name]) {
      const tone = this.#context.createOscillator();
      const gain = this.#context.createGain();
      tone.type = name === "emergency" ? "square" : "sine";
      tone.frequency.value = frequency;
      gain.gain.setValueAtTime(0, start + offset);
      gain.gain.linearRampToValueAtTime(VOLUME[name], start + offset + 0.01);
      gain.gain.setTargetAtTime(0, start + offset + length * 0.7, length * 0.15);
      tone.connect(gain).connect(this.#context.destination);
      tone.start(start + offset);
      tone.stop(start + offset + length + 0.2);
    }
  }

  /** Held until the tab closes; then the next tab that may sound takes over. Without locks every tab sounds: better twice than never. */
  #claim() {
    if (this.#speaks) return;
    if (!navigator.locks) {
      this.#speaks = true;
      return;
    }
    navigator.locks.request(LOCK, () => { this.#speaks = true; return new Promise(() => {}); }).catch(() => { this.#speaks = true; });
  }
}

export class Alerts {
  #sounds;
  #announced = new Set(); // handoffs already announced
  #notifications = new Map();
  #ring = 0;
  #title = document.title;
  #flash = 0;
  #show;

  /** `show(handoff)` is called when a notification is clicked. */
  constructor({ sounds, show }) {
    this.#sounds = sounds;
    this.#show = show;
  }

  static get canNotify() { return "Notification" in window && window.isSecureContext; }
  static get askable() { return Alerts.canNotify && Notification.permission === "default"; }
  static ask() { return Alerts.canNotify ? Notification.requestPermission() : Promise.resolve("denied"); }

  /** What is offered to this seat right now. */
  offers(items) {
    const current = new Set(items.map((item) => item.handoff));
    for (const item of items) {
      if (this.#announced.has(item.handoff)) continue;
      this.#announced.add(item.handoff);
      if (!item.urgent) this.#sounds.play("offer");
      this.#notify(item);
    }
    for (const handoff of this.#announced) {
      if (current.has(handoff)) continue;
      this.#announced.delete(handoff);
      this.#notifications.get(handoff)?.close();
      this.#notifications.delete(handoff);
    }
    this.#ringWhile(items.some((item) => item.urgent));
  }

  message() { this.#sounds.play("message"); }

  title({ offers, urgent, unread }) {
    clearInterval(this.#flash);
    const count = unread ? `(${unread}) ` : "";
    const calm = `${count}${this.#title}`;
    document.title = calm;
    if (!offers) return;
    const loud = urgent ? "【紧急】请接听" : "【来访】请接听";
    document.title = loud;
    this.#flash = setInterval(() => { document.title = document.title === loud ? calm : loud; }, 1000);
  }

  #ringWhile(on) {
    if (on === Boolean(this.#ring)) return;
    clearInterval(this.#ring);
    this.#ring = 0;
    if (!on) return;
    this.#sounds.play("emergency");
    this.#ring = setInterval(() => this.#sounds.play("emergency"), EMERGENCY_EVERY);
  }

  /** The tag makes several tabs show one notification. What the citizen said stays off the lock screen. */
  #notify(item) {
    if (!Alerts.canNotify || Notification.permission !== "granted") return;
    try {
      const note = new Notification(item.urgent ? "紧急：有市民等待接听" : "有市民等待接听", {
        body: [item.reason_name, item.topic || item.service_name].filter(Boolean).join(" · "),
        tag: `fawen-offer-${item.handoff}`, requireInteraction: Boolean(item.urgent),
      });
      note.onclick = () => { window.focus(); this.#show(item.handoff); note.close(); };
      this.#notifications.set(item.handoff, note);
    } catch {
      // some browsers only allow notifications from service workers
    }
  }
}
