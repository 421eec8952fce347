// json-editor's plain theme without style attributes, which the page's Content-Security-Policy forbids.

import { element } from "./dom.js";

/** Makes the theme known under the name that it returns. */
export function plainTheme(JSONEditor) {
  const themes = JSONEditor.defaults.themes;
  themes.plain ??= class extends themes.html {
    getHiddenLabel(text) {
      return element("label", { class: "unseen" }, text);
    }

    getHiddenText(text) {
      return element("span", { class: "unseen" }, text);
    }

    visuallyHidden(one) {
      one?.classList.add("unseen");
    }

    getOptInCheckbox() {
      const checkbox = element("input", { type: "checkbox" });
      const label = element("label");
      return { checkbox, label, container: element("span", {}, checkbox, label) };
    }

    getFormInputLabel(text, required) {
      return element("label", { class: required ? "required" : null }, text);
    }
  };
  return "plain";
}
