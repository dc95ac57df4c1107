// A citation receipt: citation.md, rules 1 to 11 as far as they are a reader's. What rule 8 keeps out of the texts is for
// whoever makes a receipt to search: a reader does not know the holder's code.

import { checkCharacter } from "./check_character.mjs";
import { openEnvelope } from "./envelope.mjs";
import { demandInstant, demandMembers, readJson } from "./json.mjs";
import { characters } from "./octets.mjs";
import { demand } from "./refused.mjs";

const TYPE = "application/vnd.yinzheng.receipt+json";
const MOST_OCTETS = 66048;
const REASON = "receipt";

export function readReceipt(data, key) {
  const receipt = readJson(openEnvelope(data, key, TYPE, MOST_OCTETS), REASON);
  demandMembers(receipt, ["at", "facts", "format", "kind"], REASON);
  const { at, facts, format, kind } = receipt;
  demand(format === "yinzheng-receipt/1" && kind === "citation", REASON, "another format or kind");
  demandInstant(at, REASON);
  demandMembers(facts, ["case", "consent", "licence", "number", "purpose", "verdict"], REASON);
  demandNumber(facts.number);
  demandCase(facts.case);
  demandPurpose(facts.purpose);
  demandConsent(facts.consent);
  demandLicence(facts.licence);
  demandVerdict(facts.verdict);
  return receipt;
}

function demandNumber(number) {
  demand(typeof number === "string" && /^YZ[A-Z2-7]{26}[0-9A-Z]$/.test(number), REASON, "no citation number");
  demand(checkCharacter(number.slice(0, -1)) === number.at(-1), REASON, "the check character of the citation number");
}

function demandCase(value) {
  demandMembers(value, ["department", "matter", "number", "officer", "requirement"], REASON);
  for (const one of Object.values(value)) demand(typeof one === "string" && one, REASON, "a member of the case");
}

function demandPurpose(purpose) {
  demand(typeof purpose === "string", REASON, "no purpose");
  const length = characters(purpose);
  demand(length > 0 && length <= 200 && purpose.normalize("NFC") === purpose, REASON, "a purpose out of bounds or form");
}

function demandConsent(consent) {
  demandMembers(consent, ["fields", "mode", "reference", "valid_until"], REASON);
  const { fields, mode, reference, valid_until: until } = consent;
  demand(["holder", "agent", "statutory"].includes(mode), REASON, "no mode of consent");
  demand(typeof reference === "string" && reference, REASON, "no reference");
  demand(Array.isArray(fields) && fields.every((one) => typeof one === "string"), REASON, "no list of fields");
  if (until !== null) demandInstant(until, REASON);
  demand(until !== null || mode === "statutory", REASON, "a consent without end");
}

function demandLicence(licence) {
  const names = ["file", "identifier", "type"];
  demandMembers(licence, "grade" in licence ? [...names, "grade"] : names, REASON);
  const { file, identifier, type, grade = "A" } = licence;
  demand(typeof file === "string" && /^sm3:[0-9a-f]{64}$/.test(file), REASON, "no digest of the file");
  demand(typeof identifier === "string" && identifier.split(".")[5] === type, REASON, "a type that is not the identifier's");
  demand(["A", "B", "C", "D"].includes(grade), REASON, "no grade");
}

function demandVerdict(verdict) {
  demandMembers(verdict, ["indication", "policy", "standing", "status_list"], REASON);
  const { indication, policy, standing, status_list: list } = verdict;
  demand(indication === "PASSED" && typeof policy === "string" && policy, REASON, "no verdict of a policy");
  demand(count(standing) && (list === null || count(list)), REASON, "no standing, or no list");
}

function count(value) {
  return Number.isSafeInteger(value) && value >= 0;
}
