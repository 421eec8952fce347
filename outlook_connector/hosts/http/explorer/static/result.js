// What came back: a table or JSON.

import { element, fill } from "./dom.js";
import { itemsOf, pairsOf, tableOf } from "./result-table.js";
import { copyButton } from "./copy.js";

/** `milliseconds` is what the call took, `next` a button that leads on, or null. */
export function resultView(answer, milliseconds, next) {
  const items = itemsOf(answer);
  const count = items ? `${items.length} ${items.length === 1 ? "item" : "items"}` : "Done";
  const text = JSON.stringify(answer, null, 2);
  const holder = element("div", { class: "result-body" });
  const show = {
    Table: () => fill(holder, items ? listed(items) : paired(answer)),
    JSON: () => fill(holder, json(text)),
  };
  show.Table();
  const head = element(
    "div",
    { class: "result-head" },
    element("p", { class: "done" }, `${count} in ${Math.round(milliseconds)} ms`),
    choice(show),
    copyButton("Copy JSON", () => text),
    next,
  );
  return element("div", {}, head, holder);
}

function choice(show) {
  const options = Object.keys(show).map((name, at) => {
    const radio = element("input", {
      type: "radio",
      name: "shown",
      value: name,
      checked: at === 0,
      onchange: show[name],
    });
    return element("label", {}, radio, name);
  });
  return element("fieldset", { class: "choice" }, element("legend", {}, "Show as"), ...options);
}

const json = (text) =>
  element("pre", { class: "json", tabindex: "0", role: "region", "aria-label": "Answer as JSON" }, text);

function listed(items) {
  if (items.length === 0) return element("p", { class: "hint" }, "Nothing found.");
  const { columns, rows } = tableOf(items);
  const ids = rows.some((row) => row.id);
  const heads = [
    ...columns.map((name) => element("th", { scope: "col" }, name)),
    ids && element("th", { scope: "col" }, "id"),
  ];
  const body = rows.map((row) =>
    element("tr", {}, ...row.cells.map(cell), ids && element("td", {}, row.id && idButton(row))),
  );
  return scrolled(
    element("table", {}, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...body)),
  );
}

function cell([text, whole]) {
  const date = /^\d{4}-\d\d-\d\d \d\d:\d\d( UTC)?$/.test(text);
  return element(
    "td",
    { class: date && "date" },
    element("div", { title: (text !== whole || text.length > 40) && whole }, text),
  );
}

function idButton(row) {
  return copyButton("Copy id", () => row.id, `Copy the id of ${row.cells[0][0] || row.id}`);
}

function paired(answer) {
  const rows = pairsOf(answer).map(([name, text]) =>
    element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, text)),
  );
  return scrolled(element("table", { class: "pairs" }, element("tbody", {}, ...rows)));
}

const scrolled = (table) =>
  element(
    "div",
    { class: "scrolled", tabindex: "0", role: "region", "aria-label": "Answer as a table" },
    table,
  );
