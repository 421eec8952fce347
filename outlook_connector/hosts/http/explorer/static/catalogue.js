// The list of operations on the left, by noun, and the search above it.

import { byId, element, fill } from "./dom.js";
import { found, grouped, spoken } from "./search.js";

/** `show(entries)`, `entry(name)`, `mark(name)`. */
export function catalogueView() {
  const search = byId("search");
  let entries = [];
  let marked = "";

  function draw() {
    const matching = found(entries, search.value);
    byId("found").textContent = search.value.trim()
      ? `${matching.length} of ${entries.length}`
      : `${entries.length} operations and triggers`;
    fill(byId("groups"), ...grouped(matching).map(group));
    mark(marked);
  }

  function mark(name) {
    marked = name;
    for (const link of byId("groups").querySelectorAll("a")) {
      if (link.dataset.name === name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => {
    const links = [...byId("groups").querySelectorAll("a")];
    if (event.key === "Enter" && links.length) links[0].click();
    if (event.key === "ArrowDown" && links.length) step(event, links[0]);
  });
  byId("groups").addEventListener("keydown", (event) => {
    const links = [...byId("groups").querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "ArrowDown" && links[at + 1]) step(event, links[at + 1]);
    if (event.key === "ArrowUp") step(event, links[at - 1] ?? search);
  });

  return {
    show(listed) {
      entries = listed;
      draw();
    },
    entry: (name) => entries.find((one) => one.name === name),
    mark,
  };
}

function step(event, target) {
  event.preventDefault();
  target.focus();
}

function group([noun, entries]) {
  const id = `group-${noun}`;
  const items = entries.map((entry) => element("li", {}, link(entry)));
  return element(
    "section",
    { "aria-labelledby": id },
    element("h2", { id }, spoken(noun)),
    element("ul", {}, ...items),
  );
}

function link(entry) {
  const attributes = { href: `#${entry.name}`, "data-name": entry.name, title: entry.description };
  const words = element(
    "span",
    { class: "link-words" },
    element("span", { class: "link-title" }, entry.title),
    element("code", {}, entry.name),
  );
  return element("a", attributes, words, effect(entry));
}

/** What an operation does to the mailbox, as a word. */
export function effect(entry) {
  const word = entry.trigger ? "event" : entry.effect;
  return element("span", { class: `effect effect-${word}` }, word);
}
