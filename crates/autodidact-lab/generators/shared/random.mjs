/** A seeded source of draws (mulberry32): the same seed gives the same file on every machine. */
export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A number in [0, 1). */
  unit() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  }

  /** True with the probability `share`. */
  chance(share) {
    return this.unit() < share;
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low, high) {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  /** One entry of `list`. */
  pick(list) {
    return list[Math.floor(this.unit() * list.length)];
  }

  /** The value of one of the `[weight, value]` pairs, in proportion to the weights. */
  weighted(pairs) {
    let left = this.unit() * pairs.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of pairs) if ((left -= weight) < 0) return value;
    return pairs.at(-1)[1];
  }

  /** A copy of `list` in another order. */
  shuffle(list) {
    const out = [...list];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.whole(0, i);
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  }

  /** `pattern` with each `#` as a digit, `@` as a capital, `%` as a small letter, `*` as a hexadecimal digit. */
  fill(pattern) {
    const sets = {
      '#': '0123456789',
      '@': 'ABCDEFGHJKLMNPQRSTUVWXYZ',
      '%': 'abcdefghijkmnopqrstuvwxyz',
      '*': '0123456789abcdef',
    };
    return pattern.replace(/[#@%*]/g, (sign) => this.pick(sets[sign]));
  }
}
