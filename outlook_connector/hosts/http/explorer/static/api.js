// Requests to the host that serves this page. Paths are relative, so that the host may stand below a path.

const STORED = "outlook-connector-key";

/** The API key, kept by this browser's tab alone and gone with it. */
export const key = {
  get: () => sessionStorage.getItem(STORED) ?? "",
  set: (value) => (value ? sessionStorage.setItem(STORED, value) : sessionStorage.removeItem(STORED)),
};

/** What the host, or the way to it, refused: `error` is `{error, code, message, retryable, details}`. */
export class Refused extends Error {
  constructor(error, status) {
    super(error.message);
    this.error = error;
    this.status = status;
  }
}

/** The answer's JSON. Throws `Refused`. */
export async function get(path, connection) {
  return call(path, { headers: headers(connection) });
}

/** The same for a call with an input. */
export async function post(path, input, connection) {
  const more = { "Content-Type": "application/json" };
  return call(path, {
    method: "POST",
    headers: { ...headers(connection), ...more },
    body: JSON.stringify(input),
  });
}

/** Brings a file to the host: `{path, size, expiresAt}`. Throws `Refused`. */
export async function upload(file) {
  const more = { "Content-Type": "application/octet-stream" };
  const path = `files?name=${encodeURIComponent(file.name)}`;
  return call(path, { method: "POST", headers: { ...headers(), ...more }, body: file });
}

function headers(connection) {
  const given = { "X-API-Key": key.get(), "X-Connection": connection ?? "" };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value));
}

async function call(path, request) {
  let answer;
  try {
    answer = await fetch(path, { ...request, credentials: "same-origin", redirect: "error" });
  } catch {
    throw new Refused(
      local("unreachable", "The host did not answer. Is `outlook-connector serve` still running?"),
      0,
    );
  }
  const told = await answer.json().catch(() => null);
  if (answer.ok && told !== null) return told;
  throw new Refused(
    told?.error ?? local("notJson", "What answered is not the host, or a proxy cut it off."),
    answer.status,
  );
}

function local(code, message) {
  return { error: "TransportError", code, message, retryable: true, details: {} };
}
