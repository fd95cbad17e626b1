// The server's time on a machine whose own clock may be wrong, and durations as people read them.

let skew = 0; // milliseconds the server is ahead of this machine

/** The server said that it is `time` now. */
export function serverSays(time) {
  if (Number.isFinite(time)) skew = time - Date.now();
}

/** The server stamped something `time`, so it is at least that late there. */
export function atLeast(time) {
  if (Number.isFinite(time) && time > now()) serverSays(time);
}

export function now() { return Date.now() + skew; }

export function millis(text) { return typeof text === "string" ? Date.parse(text) : NaN; }

/** "2:05", "1:02:05": for numbers that tick. */
export function ticking(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

const SAME_DAY = { hour: "2-digit", minute: "2-digit", hour12: false };
const OTHER_DAY = { month: "2-digit", day: "2-digit", ...SAME_DAY };
const FULL = { year: "numeric", ...OTHER_DAY };

/** "14:03", with the date if it isn't today. */
export function clock(text) {
  const date = new Date(millis(text));
  if (Number.isNaN(date.getTime())) return "";
  const today = new Date(now()).toDateString() === date.toDateString();
  return new Intl.DateTimeFormat("zh-CN", today ? SAME_DAY : OTHER_DAY).format(date);
}

export function dateTime(text) {
  const date = new Date(millis(text));
  return Number.isNaN(date.getTime()) ? "" : new Intl.DateTimeFormat("zh-CN", FULL).format(date);
}
