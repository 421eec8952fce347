// The schema of the form, made from the operation's own. The form only collects: the host alone judges an input, so
// patterns and lengths are left out here, and with them every default, which would be sent as if it had been chosen.
//
// What json-editor has no handy field for becomes a text with an "x-form", which form-values.js reads again:
// "lines" (a list of texts, one a line), "recipient" (a text for an object with name and address), "truth" (yes, no, or
// neither), "text" and "json".

const LONG = 10000;
const KEPT = ["title", "required", "uniqueItems"];

/** The form's schema of an input's JSON Schema (draft 2020-12, complete in itself). */
export function formSchema(schema) {
  return { ...node(schema, schema, 0), title: "", description: undefined };
}

/** The names of the inputs that are shown at once: required ones, those of the examples, and the first few. */
export function shownFirst(schema, examples) {
  const names = Object.keys(schema.properties ?? {});
  const needed = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap(
    (one) => one.required ?? [],
  );
  const used = new Set([...needed, ...examples.slice(0, 2).flatMap(Object.keys)]);
  const wanted = Math.max(0, 5 - names.filter((name) => used.has(name)).length);
  const more = names.filter((name) => !used.has(name) && name !== "mailbox").slice(0, wanted);
  return names.length <= 7 ? names : names.filter((name) => used.has(name) || more.includes(name));
}

function node(given, top, depth) {
  const schema = resolved(given, top);
  const kept = Object.fromEntries(KEPT.filter((name) => name in schema).map((name) => [name, schema[name]]));
  return { ...kept, description: described(schema), ...shape(schema, top, depth) };
}

/** The definition that a reference leads to, with what stands beside the reference put over it. */
function resolved(schema, top) {
  if (!schema.$ref) return schema;
  const found = schema.$ref
    .split("/")
    .slice(1)
    .reduce((at, step) => at[unescaped(step)], top);
  const { $ref, ...beside } = schema;
  return { ...resolved(found, top), ...beside };
}

const unescaped = (step) => decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");

function described(schema) {
  if (schema.default === undefined) return schema.description;
  return [schema.description, `Default: ${JSON.stringify(schema.default).replace(/^"|"$/g, "")}.`]
    .filter(Boolean)
    .join(" ");
}

function shape(schema, top, depth) {
  if (schema["x-kind"] === "recipient") return text("recipient", "kim@contoso.example");
  if (schema.enum?.every((one) => typeof one === "string")) return choice(schema.enum, schema.enum, "text");
  const kinds = [schema.type].flat().filter((kind) => kind !== "null");
  if (kinds.length !== 1 || depth > 5) return json();
  return SHAPES[kinds[0]](schema, top, depth);
}

const SHAPES = {
  string: (schema) => (isLong(schema) ? text("text", "") : field("string", schema)),
  integer: (schema) => field("integer", schema),
  number: (schema) => field("number", schema),
  boolean: () => choice(["true", "false"], ["yes", "no"], "truth"),
  array: (schema, top, depth) => list(schema, resolved(schema.items ?? {}, top), top, depth),
  object: (schema, top, depth) => (isClosed(schema) ? object(schema, top, depth) : json()),
};

const isClosed = (schema) => schema.properties && schema.additionalProperties === false;
const isLong = (schema) => schema.contentEncoding === "base64" || (schema.maxLength ?? 0) >= LONG;

function field(type, schema) {
  const example = schema.examples?.find((one) => typeof one === "string" && one.length <= 40);
  return { type, options: example ? { inputAttributes: { placeholder: example } } : {} };
}

function text(form, placeholder) {
  const format = form === "recipient" ? {} : { format: "textarea" };
  return { type: "string", "x-form": form, ...format, options: { inputAttributes: { placeholder } } };
}

/** One of these, or none: json-editor's own choice would begin with the first of them. */
function choice(values, titles, form) {
  return {
    type: "string",
    "x-form": form,
    enum: ["", ...values],
    options: { enum_titles: ["\u2013", ...titles] },
  };
}

const json = () => text("json", "JSON");

function list(schema, items, top, depth) {
  if (items.enum)
    return {
      type: "array",
      uniqueItems: true,
      format: "checkbox",
      items: { type: "string", enum: items.enum },
    };
  if (items["x-kind"] === "recipient" || items.type === "string") return text("lines", "one a line");
  if (items.type !== "object" || !isClosed(items)) return json();
  return { type: "array", items: node(schema.items, top, depth + 1) };
}

function object(schema, top, depth) {
  const properties = Object.entries(schema.properties).map(([name, one]) => [
    name,
    node(one, top, depth + 1),
  ]);
  return { type: "object", properties: Object.fromEntries(properties), additionalProperties: false };
}
