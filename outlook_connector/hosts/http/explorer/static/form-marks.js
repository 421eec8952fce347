// Errors at the fields that they name.

import { element } from "./dom.js";

/** Puts the message under the row's field. */
export function mark(row, message) {
  if (!row) return;
  const id = `${row.dataset.schemapath}-problem`;
  row.querySelector(`:scope > .field-problem`)?.remove();
  row.classList.add("wrong");
  row.append(element("p", { class: "field-problem", id }, message));
  const field = row.querySelector("input, select, textarea");
  field?.setAttribute("aria-invalid", "true");
  const described = field?.dataset.described ?? field?.getAttribute("aria-describedby") ?? "";
  if (field) field.dataset.described = described;
  field?.setAttribute("aria-describedby", `${described} ${id}`.trim());
}

/** Takes all messages away. */
export function unmark(place) {
  for (const row of place.querySelectorAll(".wrong")) row.classList.remove("wrong");
  for (const told of place.querySelectorAll(".field-problem")) told.remove();
  for (const field of place.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    if (field.dataset.described) field.setAttribute("aria-describedby", field.dataset.described);
    else field.removeAttribute("aria-describedby");
  }
}
