// Runs scenarios and prints one JSON line for each; the order comes as one JSON object on stdin.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

export const order = JSON.parse(readFileSync(0, "utf8"));
// Bytes of the large attachment: no multiple of any client's piece.
const SIZE = 10 * 1024 * 1024 + 11;

export async function run(scenarios) {
  for (const [scenario, work] of Object.entries(scenarios)) {
    let line;
    try {
      line = { scenario, facts: await work() };
    } catch (failure) {
      const told = failure?.statusCode ? ` (${failure.statusCode} ${failure.code}: ${failure.body})` : "";
      line = { scenario, failed: `${failure?.stack ?? failure}${told}` };
    }
    console.log(JSON.stringify(line));
  }
}

// What a person's browser does with an authorization URL: the code that the sign-in page sends it back with.
export async function signIn(url, user) {
  const answer = await fetch(url, { headers: { "X-Sandbox-User": user }, redirect: "manual" });
  return new URL(answer.headers.get("location")).searchParams.get("code");
}

const sha256 = (content) => createHash("sha256").update(content).digest();

// Ten megabytes that no two pieces of are alike.
export function largeFile() {
  const hashes = Array.from({ length: 32768 }, (_, number) => {
    const written = Buffer.alloc(4);
    written.writeUInt32BE(number);
    return sha256(written);
  });
  return Buffer.alloc(SIZE, Buffer.concat(hashes));
}

export const digest = (content) => ({ size: content.length, sha256: sha256(content).toString("hex") });
