// The visitor's opinion of a session with a person: how it is worded as a message, and how it is found again. No DOM.
// What has been rated is read off the transcript, so that a reload and a second tab know it, too.

export const SCORES = [1, 2, 3, 4, 5];
export const LONGEST_WORDS = 80;

// Not allowed in a command's payload.
const NOT_IN_PAYLOAD = /[{}"\s]+/g;
const PAYLOAD = /^\/rate_session ([1-5])(?: (.+))?$/;
// The server keeps the payload to itself, so after a reload only the text is left.
const TEXT = /^([1-5]) 分(?:：(.+))?$/;

/** The message that rates: { text, payload }. */
export function ratingMessage(score, words) {
  const kept = Array.from(words.replace(NOT_IN_PAYLOAD, " ").trim()).slice(0, LONGEST_WORDS).join("").trim();
  return kept
    ? { text: `${score} 分：${kept}`, payload: `/rate_session ${score} ${kept}` }
    : { text: `${score} 分`, payload: `/rate_session ${score}` };
}

export function asksForRating(record) {
  return record.role !== "user" && record.custom?.kind === "session_rating";
}

/** The requests among `ordered` records: request → { rating: { score, words } or null, isLatest }. */
export function ratingRequests(ordered) {
  const requests = new Map();
  let latest = null;
  for (const record of ordered) {
    if (asksForRating(record)) {
      if (latest) requests.get(latest).isLatest = false;
      latest = record;
      requests.set(record, { rating: null, isLatest: true });
    } else if (latest) {
      requests.get(latest).rating ??= ratingIn(record);
    }
  }
  return requests;
}

function ratingIn(record) {
  if (record.role !== "user" || record.state === "failed") return null;
  const match = typeof record.payload === "string" ? PAYLOAD.exec(record.payload) : TEXT.exec(record.text);
  return match ? { score: Number(match[1]), words: match[2] ?? "" } : null;
}
