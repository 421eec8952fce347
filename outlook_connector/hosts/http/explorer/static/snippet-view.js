// The same call for other places, to copy.

import { element } from "./dom.js";
import { copyButton } from "./copy.js";
import { SNIPPETS } from "./snippets.js";

/** `view` is the panel; `show(call)` takes a function that gives the call, or throws while the form can't be read. */
export function snippetPanel() {
  let made = () => null;
  let chosen = SNIPPETS[0];
  const code = element("pre", {
    id: "snippet",
    class: "json",
    tabindex: "0",
    role: "region",
    "aria-label": "The same call",
  });

  function draw() {
    try {
      const call = made();
      if (call) code.textContent = chosen[2](call);
    } catch {
      return; // what is being typed is no JSON yet: the last that was stays
    }
  }

  const options = SNIPPETS.map((one, at) => {
    const radio = element("input", {
      type: "radio",
      name: "snippet",
      value: one[0],
      checked: at === 0,
      onchange: () => {
        chosen = one;
        draw();
      },
    });
    return element("label", {}, radio, one[1]);
  });
  const choice = element("fieldset", { class: "choice" }, element("legend", {}, "Write it for"), ...options);
  const view = element(
    "section",
    { class: "panel", "aria-labelledby": "snippet-title" },
    element("h2", { id: "snippet-title" }, "The same call"),
    element(
      "div",
      { class: "result-head" },
      choice,
      copyButton("Copy", () => code.textContent),
    ),
    code,
  );
  return {
    view,
    show: (call) => {
      made = call;
      draw();
    },
  };
}
