"""The look of the sandbox's pages: one style sheet, inline, light and dark, nothing loaded from elsewhere."""

CSS = """
:root { color-scheme: light dark; --bg: #f2f4f8; --card: #fff; --text: #1b1f24; --soft: #57606a;
  --line: #8c959f; --accent: #0a5fb4; --on-accent: #fff; --note: #fff4ce; --note-text: #5c4400;
  --error: #a4262c; }
@media (prefers-color-scheme: dark) { :root { --bg: #14171c; --card: #1f242c; --text: #e9edf2;
  --soft: #a8b3c1; --line: #6b7785; --accent: #6cb6ff; --on-accent: #0b1520; --note: #3b3113;
  --note-text: #ffe7a0; --error: #ff9a9f; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem 1rem;
  background: var(--bg); color: var(--text); font: 1rem/1.5 system-ui, "Segoe UI", sans-serif; }
main { width: min(27.5rem, 100%); background: var(--card); padding: 2.25rem 2.5rem 2rem;
  border-radius: .75rem; box-shadow: 0 .25rem 1.5rem rgb(0 0 0 / .14); overflow-wrap: anywhere; }
.brand { display: flex; align-items: center; gap: .6rem; margin: 0 0 1.25rem; color: var(--soft);
  font-weight: 600; }
.brand svg { flex: none; }
.brand span { margin-left: auto; padding: .1rem .6rem; border-radius: 1rem; background: var(--note);
  color: var(--note-text); font-size: .8125rem; }
h1 { margin: 0 0 .35rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0 0 1rem; }
.soft { color: var(--soft); }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
input { width: 100%; padding: .6rem .75rem; font: inherit; color: inherit; background: transparent;
  border: 1px solid var(--line); border-radius: .375rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.buttons { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: .75rem; margin-top: 1.5rem; }
button { padding: .6rem 1.5rem; min-width: 7rem; font: inherit; font-weight: 600; border-radius: .375rem;
  border: 1px solid var(--line); background: transparent; color: inherit; cursor: pointer; }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
ul { margin: .75rem 0 1rem; padding: 0; list-style: none; }
li { padding: .5rem 0 .5rem 1.75rem; position: relative; border-top: 1px solid rgb(128 128 128 / .25); }
li::before { content: "\\2713"; position: absolute; left: .25rem; color: var(--accent); font-weight: 700; }
li code { display: block; color: var(--soft); font-size: .8125rem; }
.note { margin: 1.5rem 0 0; padding: .75rem 1rem; border-radius: .375rem; background: var(--note);
  color: var(--note-text); font-size: .875rem; }
.note code { font-size: .875rem; }
.error { margin: 1rem 0 0; color: var(--error); font-weight: 600; }
.error.long { font-weight: 400; }
pre { white-space: pre-wrap; font: .8125rem/1.5 ui-monospace, monospace; }
"""

LOGO = (
    '<svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true">'
    '<rect x="1" y="5" width="26" height="19" rx="3" fill="none" stroke="currentColor" stroke-width="2"/>'
    '<path d="M2 8l12 8 12-8" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"/>'
    "</svg>"
)
