// The form of an operation, drawn by json-editor from form-schema.js's schema; the same input as JSON beside it.

import { element } from "./dom.js";
import { formSchema, shownFirst } from "./form-schema.js";
import { fromForm, holds, toForm } from "./form-values.js";
import { mark, unmark } from "./form-marks.js";
import { plain } from "./plain.js";

const OPTIONS = {
  theme: "plain",
  disable_theme_rules: true,
  disable_collapse: true,
  disable_edit_json: true,
  disable_properties: true,
  disable_array_reorder: true,
  disable_array_delete_all_rows: true,
  disable_array_delete_last_row: true,
  show_errors: "never",
  ajax: false,
};

/** A form for `entry` inside `holder`: `value()`, `set(input)`, `holds(input)`, `complain(problems)`, `focus(pointer)`;
 * `changed` is called after every change. */
export async function operationForm(holder, entry, changed) {
  const schema = formSchema(entry.inputSchema);
  const first = new Set(shownFirst(entry.inputSchema, entry.examples));
  const place = element("div", { class: "fields" });
  holder.append(place);
  const editor = new (plain(window.JSONEditor))(place, options(schema));
  await editor.promise;
  const rows = () => [...place.querySelectorAll("[data-schemapath]")];
  const row = (pointer) =>
    rows().find((one) => one.dataset.schemapath === `input${pointer.replaceAll("/", ".")}`);

  /** Inputs beyond the first wait behind a button, unless they have a value. */
  function arrange(input) {
    for (const [name] of Object.entries(schema.properties ?? {})) {
      row(`/${name}`)?.classList.toggle("later", !first.has(name) && !(name in input));
    }
  }

  function set(input) {
    unmark(place);
    editor.setValue(toForm(input, schema));
    arrange(input);
  }

  function more() {
    return Object.keys(schema.properties ?? {}).filter((name) => row(`/${name}`)?.classList.contains("later"))
      .length;
  }

  set({});
  editor.on("change", changed);
  return {
    place,
    set,
    more,
    holds: (input) => holds(input, schema),
    value: () => fromForm(editor.getValue(), schema),
    complain: (problems) => problems.forEach(({ pointer, message }) => mark(nearest(row, pointer), message)),
    quiet: () => unmark(place),
    focus: (pointer) => nearest(row, pointer)?.querySelector("input, select, textarea, button")?.focus(),
  };
}

/** The row of the field itself, or of what holds it: a list is one field here, whichever of its items is meant. */
function nearest(row, pointer) {
  for (let at = pointer; at; at = at.slice(0, at.lastIndexOf("/"))) {
    const found = row(at);
    if (found) {
      found.closest(".later")?.classList.remove("later");
      return found;
    }
  }
  return null;
}

function options(schema) {
  return { ...OPTIONS, schema: structuredClone(schema), form_name_root: "input" };
}
