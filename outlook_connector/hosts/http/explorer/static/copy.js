// A button that copies a text.

import { element } from "./dom.js";

/** `text()` is asked when it is pressed; `label` says more than the words where they are not enough. */
export function copyButton(words, text, label = null) {
  const button = element(
    "button",
    { type: "button", class: "quiet copy", "aria-label": label, onclick: copy },
    words,
  );
  async function copy() {
    await written(text());
    button.textContent = "Copied";
    setTimeout(() => {
      button.textContent = words;
    }, 1500);
  }
  return button;
}

/** Without TLS, pages that are not of this machine have no clipboard of their own: then by way of a selection. */
async function written(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).catch(() => selected(text));
  return selected(text);
}

function selected(text) {
  const holder = element("textarea", { class: "away", "aria-hidden": "true" });
  holder.value = text;
  (document.querySelector("dialog[open]") ?? document.body).append(holder);
  holder.select();
  document.execCommand("copy");
  holder.remove();
}
