// Proofs of inclusion and consistency: RFC 9162 §2.1.3.2 and §2.1.4.2 with SM3. Sizes and indices are BigInt.

import { join, same } from "./octets.mjs";
import { demand } from "./refused.mjs";
import { sm3 } from "./sm.mjs";

export function leafHash(entry) {
  return sm3(join(Uint8Array.of(0), entry));
}

function nodeHash(left, right) {
  return sm3(join(Uint8Array.of(1), left, right));
}

export function demandInclusion(leaf, index, size, path, root) {
  demand(index >= 0n && index < size, "inclusion", "an index beyond the tree");
  let [fn, sn, hash] = [index, size - 1n, leaf];
  for (const step of hashes(path, "inclusion")) {
    demand(sn > 0n, "inclusion", "a hash too many");
    if (fn & 1n || fn === sn) {
      hash = nodeHash(step, hash);
      [fn, sn] = upToRight(fn, sn);
    } else hash = nodeHash(hash, step);
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  demand(sn === 0n, "inclusion", "a hash too few");
  demand(same(hash, root), "inclusion", "another root");
}

export function demandConsistency(old, next, oldRoot, nextRoot, path) {
  demand(old > 0n && old <= next, "consistency", "from nothing, or backwards");
  if (old === next) {
    demand(path.length === 0 && same(oldRoot, nextRoot), "consistency", "one size and two trees");
    return;
  }
  demand(path.length > 0, "consistency", "no hashes");
  const steps = [...hashes(path, "consistency")];
  if ((old & (old - 1n)) === 0n) steps.unshift(oldRoot);
  let [fn, sn] = [old - 1n, next - 1n];
  while (fn & 1n) [fn, sn] = [fn >> 1n, sn >> 1n];
  let [before, after] = [steps[0], steps[0]];
  for (const step of steps.slice(1)) {
    demand(sn > 0n, "consistency", "a hash too many");
    if (fn & 1n || fn === sn) {
      [before, after] = [nodeHash(step, before), nodeHash(step, after)];
      [fn, sn] = upToRight(fn, sn);
    } else after = nodeHash(after, step);
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  demand(sn === 0n, "consistency", "a hash too few");
  demand(same(before, oldRoot) && same(after, nextRoot), "consistency", "another root");
}

function hashes(path, reason) {
  for (const step of path) demand(step.length === 32, reason, "an element that is not 32 octets");
  return path;
}

// Up to where the node is a right child, or the leftmost one.
function upToRight(fn, sn) {
  while (fn !== 0n && !(fn & 1n)) [fn, sn] = [fn >> 1n, sn >> 1n];
  return [fn, sn];
}
