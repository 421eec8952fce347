// Between an operation's input and what its form holds; see form-schema.js for the fields.

/** What the form shows for an input: a value for every field, since json-editor takes away those that have none. */
export function toForm(value, schema) {
  if (schema["x-form"]) return value === undefined ? "" : TO_TEXT[schema["x-form"]](value);
  if (schema.properties) {
    const fields = Object.entries(schema.properties);
    return Object.fromEntries(fields.map(([name, one]) => [name, toForm(value?.[name], one)]));
  }
  if (schema.type === "array") return (value ?? []).map((one) => toForm(one, schema.items));
  return value ?? "";
}

/** The input that a form's value stands for, without what was left empty. Throws `Unreadable`. */
export function fromForm(value, schema) {
  return read(value, schema, "") ?? {};
}

/** A field does not hold what it should; `pointer` leads to it (RFC 6901). */
export class Unreadable extends Error {
  constructor(pointer, message) {
    super(message);
    this.pointer = pointer;
  }
}

const TO_TEXT = {
  text: (value) => value,
  truth: String,
  recipient: written,
  lines: (value) => value.map(written).join("\n"),
  json: (value) => JSON.stringify(value, null, 2),
};

function written(recipient) {
  if (typeof recipient === "string") return recipient;
  return recipient.name ? `${recipient.name} <${recipient.address}>` : recipient.address;
}

const TRUTHS = { true: true, false: false };

const FROM_TEXT = {
  text: (value) => value,
  truth: (value) => TRUTHS[value],
  recipient: (value) => value.trim() || undefined,
  lines: (value) => {
    const lines = value
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
    return lines.length ? lines : undefined;
  },
  json: (value, pointer) => {
    if (!value.trim()) return undefined;
    try {
      return JSON.parse(value);
    } catch {
      throw new Unreadable(pointer, "must be JSON");
    }
  },
};

/** Without empty texts, lists and objects, but for what was written as JSON; `undefined` where nothing remains. */
function read(value, schema, pointer) {
  if (value === undefined || value === null || value === "") return undefined;
  if (schema["x-form"]) return FROM_TEXT[schema["x-form"]](String(value), pointer);
  if (Array.isArray(value)) {
    const items = value
      .map((one, at) => read(one, schema.items, `${pointer}/${at}`))
      .filter((one) => one !== undefined);
    return items.length ? items : undefined;
  }
  if (typeof value !== "object") return value;
  const fields = Object.entries(value).filter(([name]) => schema.properties[name]);
  return object(
    fields.map(([name, one]) => [name, read(one, schema.properties[name], `${pointer}/${name}`)]),
  );
}

function object(entries) {
  const kept = entries.filter(([, one]) => one !== undefined);
  return kept.length ? Object.fromEntries(kept) : undefined;
}

/** Whether the form can hold an input: it can't hold an empty list, nor anything that the schema does not know. */
export function holds(input, schema) {
  return canonical(fromForm(toForm(input, schema), schema)) === canonical(input);
}

/** The same text for values that mean the same: members in order, and recipients as texts. */
function canonical(value) {
  return JSON.stringify(value, (key, one) => {
    if (one === null || typeof one !== "object" || Array.isArray(one)) return one;
    if (typeof one.address === "string") return written(one);
    return Object.fromEntries(Object.entries(one).sort(([first], [second]) => (first < second ? -1 : 1)));
  });
}
