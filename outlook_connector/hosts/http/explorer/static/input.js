// The input's panel: the form, the same as JSON, the examples, and the button for the inputs that are seldom needed.

import { attachField } from "./attach.js";
import { element } from "./dom.js";
import { Unreadable } from "./form-values.js";

/** `value()` is the input or throws, `read()` the input or null with the fault shown at its field. */
export async function inputPanel(holder, entry, operationForm, changed) {
  const { more, formSide, text, problem, jsonSide, asJson, title } = skeleton();
  holder.append(title, formSide, jsonSide);

  const form = await operationForm(formSide, entry, changed);
  formSide.append(more);
  const attach = attachField(entry, (file) =>
    attempt(
      () => set(withFile(value(), entry, file)),
      () => undefined,
    ),
  );
  if (attach) holder.append(attach);

  function count() {
    const open = form.place.classList.contains("all");
    const hidden = form.more();
    more.hidden = hidden === 0;
    more.textContent = open ? "Fewer inputs" : `${hidden} more inputs`;
    more.setAttribute("aria-expanded", String(open));
  }

  const value = () => (asJson.checked ? parsed(text.value) : form.value());

  /** Shows an input: as JSON where the form can't hold it. */
  function set(input) {
    problem.textContent = "";
    asJson.checked = asJson.checked || !form.holds(input);
    text.value = JSON.stringify(input, null, 2);
    form.set(input);
    sides();
    changed();
  }

  function sides() {
    formSide.hidden = asJson.checked;
    jsonSide.hidden = !asJson.checked;
    count();
  }

  /** Takes the input over to the other side; what the form can't hold stays JSON. */
  function turn(json) {
    if (json) text.value = JSON.stringify(form.value(), null, 2);
    else {
      const input = parsed(text.value);
      if (!form.holds(input)) throw new Unreadable("", "is more than the form can hold");
      form.set(input);
    }
    asJson.checked = json;
  }

  /** What can't be read is told at its field, and stays as it is. */
  function complain(problems) {
    if (asJson.checked)
      problem.textContent = problems.map((one) => `${one.pointer || "input"}: ${one.message}`).join("; ");
    else form.complain(problems);
  }

  function attempt(action, otherwise) {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      complain([error]);
      form.focus(error.pointer);
      return otherwise();
    }
  }

  more.addEventListener("click", () => {
    form.place.classList.toggle("all");
    count();
  });
  asJson.addEventListener("change", () => {
    const json = asJson.checked;
    asJson.checked = !json;
    attempt(
      () => turn(json),
      () => undefined,
    );
    sides();
    changed();
  });
  text.addEventListener("input", changed);
  count();
  return {
    value,
    set,
    read: () => attempt(value, () => null),
    complain,
    quiet: () => {
      form.quiet();
      problem.textContent = "";
    },
    focus: (pointer) => (asJson.checked ? text.focus() : form.focus(pointer)),
    examples: examples(entry, set),
  };
}

/** The input with a file more, wherever the operation takes files. */
function withFile(input, entry, file) {
  if (!entry.inputSchema.properties.attachments) return { ...input, attachment: file };
  return { ...input, attachments: [...(input.attachments ?? []), file] };
}

function parsed(text) {
  let value;
  try {
    value = JSON.parse(text.trim() || "{}");
  } catch (error) {
    throw new Unreadable("", error.message);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new Unreadable("", "must be a JSON object");
  return value;
}

/** A choice of the operation's own examples. */
function examples(entry, set) {
  const filled = entry.examples.filter((one) => Object.keys(one).length > 0);
  const buttons = filled.map((one, at) =>
    element(
      "button",
      { type: "button", class: "quiet", "data-example": at, onclick: () => set(one) },
      filled.length > 1 ? `Example ${at + 1}` : "Example",
    ),
  );
  return element(
    "span",
    { class: "examples", role: "group", "aria-label": "Start from an example" },
    ...buttons,
    element("button", { type: "button", class: "quiet", id: "clear", onclick: () => set({}) }, "Clear"),
  );
}

function skeleton() {
  const more = element("button", { type: "button", class: "link", id: "more", "aria-expanded": "false" });
  const formSide = element("div", { id: "input-form" });
  const text = element("textarea", {
    id: "input-json",
    class: "json",
    rows: 14,
    spellcheck: "false",
    "aria-labelledby": "input-json-label",
    "aria-describedby": "input-json-problem",
  });
  const problem = element("p", { class: "field-problem", id: "input-json-problem", role: "alert" });
  const jsonSide = element(
    "div",
    { hidden: true },
    element("label", { id: "input-json-label", for: "input-json" }, "Input as JSON"),
    text,
    problem,
  );
  const asJson = element("input", { type: "checkbox", id: "as-json" });
  const title = element(
    "div",
    { class: "panel-head" },
    element("h2", { id: "input-title" }, "Input"),
    element("label", { class: "switch" }, asJson, "as JSON"),
  );
  return { more, formSide, text, problem, jsonSide, asJson, title };
}
