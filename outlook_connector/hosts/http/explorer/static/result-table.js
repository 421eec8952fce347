// A table from JSON: pure.

const COLUMNS = 5;
const FIRST = [
  "message",
  "subject",
  "displayName",
  "name",
  "title",
  "from",
  "toRecipients",
  "receivedDateTime",
];
const FIRST_TOO = [
  "isRead",
  "hasAttachments",
  "importance",
  "totalItemCount",
  "unreadItemCount",
  "contentType",
  "size",
  "status",
];
const HIDDEN = ["id", "messageId", "etag", "changeKey"];

/** `{columns, rows}` of a list's items: each row `{id, cells}` with `[short text, whole text]` for every column. */
export function tableOf(items) {
  const columns = chosen(items);
  const rows = items.map((item) => ({
    id: idOf(item),
    cells: (isPlain(item) ? columns.map((name) => item[name]) : [item]).map((value) => [
      brief(value),
      shown(value),
    ]),
  }));
  return { columns, rows };
}

/** What other operations take: an event's message, else the item itself. */
function idOf(item) {
  const id = item?.messageId ?? item?.id;
  return typeof id === "string" ? id : null;
}

/** `[[name, text], ...]` of an object. */
export function pairsOf(object) {
  return Object.entries(object)
    .filter(([name]) => !name.startsWith("@"))
    .map(([name, value]) => [name, shown(value)]);
}

/** The items of an answer that is a collection, else null. */
export function itemsOf(answer) {
  return Array.isArray(answer?.value) ? answer.value : null;
}

function chosen(items) {
  if (!items.some(isPlain)) return ["value"];
  const names = [...new Set(items.filter(isPlain).flatMap((item) => Object.keys(item)))];
  const filled = names.filter(
    (name) => !name.startsWith("@") && !HIDDEN.includes(name) && items.some((item) => shown(item?.[name])),
  );
  const order = [...FIRST, ...FIRST_TOO].filter((name) => filled.includes(name));
  const rest = filled.filter((name) => !order.includes(name));
  return [...order, ...rest.sort((one, other) => weight(items, one) - weight(items, other))].slice(
    0,
    COLUMNS,
  );
}

/** Short values before long ones. */
function weight(items, name) {
  return Math.max(...items.map((item) => shown(item?.[name]).length)) > 60 ? 1 : 0;
}

/** People by name, where they have one, messages by subject; everything else as `shown`. */
function brief(value) {
  if (Array.isArray(value)) return value.map(brief).filter(Boolean).join(", ");
  if (typeof value?.subject === "string") return value.subject;
  const person = value?.emailAddress ?? value;
  return typeof person?.address === "string" && person.name ? person.name : shown(value);
}

const isPlain = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** One value as a short text. */
export function shown(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(shown).filter(Boolean).join(", ");
  if (typeof value !== "object") return instant(String(value));
  if (isPlain(value.emailAddress)) return shown(value.emailAddress);
  if (typeof value.address === "string") return address(value);
  if (typeof value.content === "string") return value.content;
  if (typeof value.dateTime === "string") return `${instant(value.dateTime)} ${value.timeZone ?? ""}`.trim();
  return Object.entries(value)
    .filter(([name]) => !name.startsWith("@"))
    .map(([name, one]) => `${name}: ${shown(one)}`)
    .join(", ");
}

const address = ({ name, address: place }) => (name && name !== place ? `${name} <${place}>` : place);

/** "2026-11-24T09:15:00Z" as "2026-11-24 09:15"; other texts as they are. */
function instant(text) {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z?)$/.exec(text);
  return parts ? `${parts[1]} ${parts[2]}${parts[3] ? " UTC" : ""}` : text;
}
