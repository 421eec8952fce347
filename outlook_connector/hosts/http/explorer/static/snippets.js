// The same call for other places: pure. A call is `{name, trigger, input, url, connection, keyed}`; where the host
// asks for a key, its place is named and the key never is.

import { wso2 } from "./snippet-wso2.js";

export const SNIPPETS = [
  ["curl", "curl", curl],
  ["python", "Python", python],
  ["cli", "Command line", commandLine],
  ["wso2", "WSO2", wso2],
];

/** The path below the host's address. */
export function pathOf(call) {
  return call.trigger ? `triggers/${call.name}/poll` : `operations/${call.name}`;
}

function curl(call) {
  const parts = [
    `curl ${quoted(`${call.url}/${pathOf(call)}`)}`,
    "-H 'Content-Type: application/json'",
    call.connection && `-H ${quoted(`X-Connection: ${call.connection}`)}`,
    call.keyed && '-H "X-API-Key: $OUTLOOK_KEY"',
    `--data-raw ${quoted(JSON.stringify(call.input))}`,
  ];
  return parts.filter(Boolean).join(" \\\n  ");
}

function python(call) {
  const verb = call.trigger ? "poll" : "invoke";
  const given = Object.keys(call.input).length ? `, ${literal(call.input, "    ")}` : "";
  return [
    "from outlook_connector import connect",
    "",
    `with connect(${literal(file(call), "")}) as connector:`,
    `    answer = connector.${verb}(${literal(call.name, "")}${given})`,
    "print(answer)",
  ].join("\n");
}

function commandLine(call) {
  const verb = call.trigger ? "watch" : "invoke";
  const parts = [
    `outlook-connector ${verb} ${call.name}`,
    quoted(JSON.stringify(watched(call))),
    `--config ${quoted(file(call))}`,
  ];
  return parts.join(" \\\n  ");
}

/** What `watch` takes: it keeps the cursor itself. */
function watched({ trigger, input }) {
  if (!trigger) return input;
  const { cursor, ...kept } = input;
  return kept;
}

/** The connection's configuration as the examples of the documentation call it. */
const file = ({ connection }) => `${connection && connection !== "default" ? connection : "outlook"}.yaml`;

/** A text in single quotes for a POSIX shell. */
export function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const CONSTANTS = new Map([
  [true, "True"],
  [false, "False"],
  [null, "None"],
]);

/** A JSON value as a Python literal. JSON's strings are Python's too, but for what lies beyond the basic plane. */
export function literal(value, indent) {
  if (CONSTANTS.has(value)) return CONSTANTS.get(value);
  if (typeof value !== "object") return typeof value === "string" ? JSON.stringify(value) : String(value);
  const deeper = `${indent}    `;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const parts = Array.isArray(value)
    ? value.map((one) => literal(one, deeper))
    : Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${literal(one, deeper)}`);
  const flat = `${open}${parts.join(", ")}${close}`;
  if (flat.length <= 76 && !flat.includes("\n")) return flat;
  return `${open}\n${parts.map((part) => `${deeper}${part},\n`).join("")}${indent}${close}`;
}
