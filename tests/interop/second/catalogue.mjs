// A catalogue entry: catalogue-entry.md, envelope and outer form. What its fields mean is for whoever fills them in.

import { openEnvelope } from "./envelope.mjs";
import { demandInstant, demandMembers, readJson } from "./json.mjs";
import { demand } from "./refused.mjs";

const TYPE = "application/vnd.yinzheng.catalogue-entry+json";
const MOST_PAYLOAD = 524288;
const ENVELOPE = 512;
const REASON = "catalogue-entry";
const MEMBERS = [
  "approval", "authority", "code", "fields", "format", "holder_code_types", "layout", "least_grade", "name", "number",
  "seals", "short", "since", "source", "status", "validity", "version",
];

export function readCatalogueEntry(data, key) {
  return readCataloguePayload(openEnvelope(data, key, TYPE, MOST_PAYLOAD + ENVELOPE));
}

export function readCataloguePayload(octets) {
  demand(octets.length <= MOST_PAYLOAD, REASON, "too long");
  const entry = readJson(octets, REASON);
  const checked = entry !== null && typeof entry === "object" && entry.format === "yinzheng-catalogue-entry/2";
  demandMembers(entry, checked ? [...MEMBERS, "check_months"] : MEMBERS, REASON);
  demand(checked || entry.format === "yinzheng-catalogue-entry/1", REASON, "another format");
  demand(!checked || (Number.isSafeInteger(entry.check_months) && entry.check_months >= 1 && entry.check_months <= 120),
    REASON, "no number of months");
  demandMembers(entry.authority, ["code", "name"], REASON);
  demand(String(entry.code).startsWith(entry.authority.code), REASON, "a code of another authority");
  demand(Number.isSafeInteger(entry.version) && entry.version > 0, REASON, "not a version");
  demand(["published", "retired"].includes(entry.status), REASON, "no status");
  demandInstant(entry.since, REASON);
  demandMembers(entry.layout, ["bundle", "digest"], REASON);
  demand(/^sm3:[0-9a-f]{64}$/.test(entry.layout.digest), REASON, "no digest of the layout");
  return entry;
}
