// One operation: what it does, its form, the button that runs it, what came back, and the same call for elsewhere.

import { post, Refused } from "./api.js";
import { effect } from "./catalogue.js";
import { confirmed } from "./confirm.js";
import { element, fill } from "./dom.js";
import { operationForm } from "./form.js";
import { inputPanel } from "./input.js";
import { problemView } from "./problem.js";
import { resultView } from "./result.js";
import { snippetPanel } from "./snippet-view.js";
import { pathOf } from "./snippets.js";

/** Shows `entry` in `place`. `bar` tells the connection; `moved()` says that it is another now. */
export async function operationView(place, entry, bar) {
  const result = element("div", {
    class: "result",
    id: "result",
    "aria-live": "polite",
    "aria-busy": "false",
  });
  const snippets = snippetPanel();
  const run = element("button", { class: "run", id: "run" }, entry.trigger ? "Poll" : "Run");
  const holder = element("form", { class: "input", "aria-label": "Input", novalidate: true });
  fill(place, head(entry), holder, section("Result", "result-title", result), snippets.view);

  const call = (input) => ({
    ...entry,
    input,
    url: base(),
    connection: bar.several() ? bar.chosen() : null,
    keyed: bar.keyed(),
  });
  const panel = await inputPanel(holder, entry, operationForm, () =>
    snippets.show(() => call(panel.value())),
  );
  holder.append(element("div", { class: "actions run-row" }, run, panel.examples));
  snippets.show(() => call(panel.value()));

  async function execute(input) {
    panel.quiet();
    run.disabled = true;
    result.setAttribute("aria-busy", "true");
    fill(result, element("p", { class: "hint" }, "Running …"));
    const begun = performance.now();
    const asked = bar.chosen();
    try {
      const answer = await post(pathOf(entry), input, asked);
      const next = onward(entry, input, answer, (more) => {
        panel.set(more);
        execute(more);
      });
      fill(result, whose(asked), resultView(answer, performance.now() - begun, next));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      panel.complain(error.error.details?.problems ?? []);
      fill(result, whose(asked), problemView(error.error, { field: panel.focus }));
    } finally {
      run.disabled = false;
      result.setAttribute("aria-busy", "false");
    }
    result.scrollIntoView({ block: "nearest" });
    bar.refresh();
  }

  /** Says so where another connection was chosen while this one was asked. */
  const whose = (asked) =>
    asked !== bar.chosen() && element("p", { class: "hint" }, `Answer of the connection ${asked}:`);

  function moved() {
    panel.quiet();
    fill(result);
    snippets.show(() => call(panel.value()));
  }

  holder.addEventListener("submit", async (event) => {
    event.preventDefault();
    const input = panel.read();
    if (input !== null && (await confirmed(entry, bar.chosen()))) await execute(input);
  });
  return { moved };
}

function head(entry) {
  const back = element("a", { class: "back", href: "#" }, "All operations");
  const title = element("h1", {}, entry.title, " ", effect(entry));
  const docs =
    entry.documentation &&
    element(
      "a",
      { href: entry.documentation, target: "_blank", rel: "noopener noreferrer" },
      "Microsoft's documentation",
    );
  const facts = element(
    "p",
    { class: "facts" },
    element("code", {}, entry.name),
    entry.idempotent && element("span", {}, "may be repeated"),
    docs,
  );
  return element(
    "header",
    { class: "operation-head" },
    back,
    title,
    element("p", { class: "lead" }, entry.description),
    facts,
    permissions(entry),
  );
}

function permissions(entry) {
  const needs = entry.permissions?.delegated ?? [];
  if (needs.length === 0) return null;
  const words = needs.map((need) => need.join(" or ")).join(", and ");
  return element("p", { class: "hint" }, `Needs ${words}.`);
}

function section(title, id, ...content) {
  return element(
    "section",
    { class: "panel", "aria-labelledby": id },
    element("h2", { id }, title),
    ...content,
  );
}

/** The button that asks for what comes next, where the answer leads on. */
function onward(entry, input, answer, go) {
  const cursor = entry.trigger ? answer.cursor : answer.nextCursor;
  if (!cursor) return null;
  const words = entry.trigger ? "Poll again from here" : "Next page";
  return element(
    "button",
    { type: "button", class: "quiet", onclick: () => go({ ...input, cursor }) },
    words,
  );
}

/** The host's address, as other programs on this machine would call it. */
function base() {
  return new URL(".", document.baseURI).href.replace(/\/$/, "");
}
