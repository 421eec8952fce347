// json-editor with a theme of no style attributes, which the page's Content-Security-Policy forbids, and with fields
// that keep a text as it is: its own read every value as HTML and leave out the tags.

import { element } from "./dom.js";

/** The library, with both made known to it; the theme's name is "plain". */
export function plain(JSONEditor) {
  const { themes, editors } = JSONEditor.defaults;
  editors.string = plainText(editors.string);
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
  return JSONEditor;
}

function plainText(editor) {
  if (Object.hasOwn(editor, "plain")) return editor;
  return class extends editor {
    static plain = true;

    purify(value) {
      return value;
    }
  };
}
