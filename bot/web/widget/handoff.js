// Where the visitor's way to a person stands, as the server tells it. No DOM, no network.

import { asText } from "./dom.js";

const STATES = new Set(["none", "waiting", "active", "ended", "left"]);

export const NO_HANDOFF = Object.freeze({ state: "none", ahead: 0, minutes: null, staffed: false, seat: "", urgent: false });

/** A `handoff` frame: { state, ahead, minutes (null: nobody can tell), staffed, seat, urgent }. */
export function readHandoff(frame) {
  return {
    state: STATES.has(frame.state) ? frame.state : "none",
    ahead: count(frame.ahead) ?? 0,
    minutes: count(frame.wait_minutes),
    staffed: frame.staffed === true,
    seat: asText(frame.seat),
    urgent: frame.urgent === true,
  };
}

function count(value) {
  return Number.isInteger(value) && value >= 0 ? value : null;
}
