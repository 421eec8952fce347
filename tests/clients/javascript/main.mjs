// Every scenario with @microsoft/microsoft-graph-client.
import * as more from "./more.mjs";
import * as reading from "./reading.mjs";
import { run } from "./running.mjs";
import * as writing from "./writing.mjs";

await run({
  list: reading.listing,
  page: reading.paging,
  filter: reading.filtering,
  search: reading.searching,
  mime: reading.mime,
  application: reading.byApplication,
  refusal: reading.refusal,
  immutable: reading.immutable,
  throttled: reading.throttled,
  send: writing.sending,
  reply: writing.replying,
  move: writing.moving,
  attachment: writing.attaching,
  sendMime: writing.sendingMime,
  batch: more.batching,
  delta: more.changing,
  rules: more.ruling,
  subscriptions: more.subscribing,
});
