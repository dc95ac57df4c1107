// The one way in which anything here says no: a stable reason, and words for whoever looks into it.

export class Refused extends Error {
  constructor(reason, words = "") {
    super(words ? `${reason}: ${words}` : reason);
    this.reason = reason;
  }
}

export function demand(condition, reason, words) {
  if (!condition) throw new Refused(reason, words);
}
