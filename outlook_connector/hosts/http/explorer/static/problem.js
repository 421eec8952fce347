// An error of the host's: its code, its message, what to do, and the fields that it names.

import { element } from "./dom.js";

const DO = {
  wrongKey: "Enter one of this host's API keys at the top of the page.",
  signInRequired: "Connect the mailbox (button at the top of the page), then run it again.",
  consentRequired:
    "Connect the mailbox again and accept the permissions, or ask an administrator to grant them.",
  operationDenied: "The connection's configuration does not allow this. Whoever runs the host can change it.",
  unknownOperation: "Choose an operation from the list.",
  invalidInput: "Correct the fields that are named, and run it again.",
  outcomeUnknown: "Look in the mailbox before you run it again: it may have been done.",
};

/** `options.heading` is the heading's element; `options.field(pointer)` goes to the field that a problem names. */
export function problemView(error, options = {}) {
  const { details = {} } = error;
  const problems = Array.isArray(details.problems) ? details.problems : [];
  return element(
    "div",
    { class: "problem", role: "alert" },
    element(options.heading ?? "h3", {}, problems.length ? firstSentence(error.message) : error.message),
    problems.length > 0 && element("ul", {}, ...problems.map((one) => problemItem(one, options.field))),
    ...advice(error, details).map((text) =>
      element("p", { class: "do" }, element("strong", {}, "Do: "), text),
    ),
    element(
      "p",
      { class: "hint" },
      element("code", {}, error.code),
      ` ${error.error}`,
      error.retryable && " · may be tried again",
    ),
    rest(details),
  );
}

function firstSentence(message) {
  return /^.*?[.!?](?=\s|$)/s.exec(message)?.[0] ?? message;
}

function problemItem({ pointer, message }, field) {
  const words = pointer || "the whole input";
  const place =
    pointer && field
      ? element("button", { type: "button", class: "link", onclick: () => field(pointer) }, words)
      : element("code", {}, words);
  return element("li", {}, place, `: ${message}`);
}

function advice(error, details) {
  const told = [details.do, details.advice, details.check].filter((one) => typeof one === "string");
  if (typeof details.retryAfter === "number") told.push(`Wait ${details.retryAfter} seconds.`);
  return told.length ? told : [DO[error.code]].filter(Boolean);
}

const TOLD = ["problems", "do", "advice", "check", "retryAfter"];

function rest(details) {
  const left = Object.fromEntries(Object.entries(details).filter(([name]) => !TOLD.includes(name)));
  if (Object.keys(left).length === 0) return null;
  return element(
    "details",
    {},
    element("summary", {}, "Details"),
    element("pre", { tabindex: "0" }, JSON.stringify(left, null, 2)),
  );
}
