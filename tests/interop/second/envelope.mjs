// The envelope of every signed object: qr-code.md, rules 6 to 8. The payload comes out only after its signature held.

import { Reader, demandKeys, readCbor } from "./cbor.mjs";
import { join, same, toHex, utf8 } from "./octets.mjs";
import { demand } from "./refused.mjs";

const ALGORITHM = -65537n;

// The payload of `data`, verified with `key`; `type` is what the header must name, null for a token, which names none.
export function openEnvelope(data, key, type, limit) {
  demand(data.length <= limit, "envelope-length", `${data.length} octets`);
  const reader = new Reader(data, "envelope");
  demand(same(reader.take(2), Uint8Array.of(0xd2, 0x84)), "envelope", "no tag 18 with four members");
  const header = reader.octetString();
  demand(reader.take(1)[0] === 0xa0, "envelope", "an unprotected header that is not empty");
  const payload = reader.octetString();
  const signature = reader.octetString();
  demand(reader.at === data.length, "envelope", "octets after the signature");
  demand(signature.length === 64, "envelope", "a signature of another length");
  demandHeader(header, key, type);
  key.check(toBeSigned(header, payload), signature);
  return payload;
}

function demandHeader(octets, key, type) {
  const header = readCbor(octets, "header");
  demandKeys(header, [1n, 4n], [16n], "header");
  demand(header.get(1n) === ALGORITHM, "header-algorithm");
  demand(header.get(16n) === (type ?? undefined), "header-type", String(header.get(16n)));
  const keyId = header.get(4n);
  demand(keyId instanceof Uint8Array && keyId.length === 4, "header", "a key id that is not four octets");
  demand(same(keyId, key.keyId), "key-id", toHex(keyId));
}

function toBeSigned(header, payload) {
  const context = utf8("Signature1");
  return join(Uint8Array.of(0x84, 0x60 + context.length), context, string(header), Uint8Array.of(0x40), string(payload));
}

// A byte string in CBOR, its length in the shortest form.
function string(octets) {
  const length = octets.length;
  if (length < 24) return join(Uint8Array.of(0x40 + length), octets);
  const size = length < 0x100 ? 1 : length < 0x10000 ? 2 : 4;
  const spelt = Buffer.alloc(size);
  spelt.writeUIntBE(length, 0, size);
  return join(Uint8Array.of(0x58 + Math.log2(size)), spelt, octets);
}
