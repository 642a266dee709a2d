/** Random numbers that a seed repeats: the same seed gives the same sequence on every machine. */
export interface Random {
  /** In [0, 1), in steps of 2⁻³². */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<Value>(values: readonly Value[]): Value;
  /** Of a normal distribution with mean 0 and deviation 1. */
  normal(): number;
}

/** The sfc32 generator. Give every use a `stream` of its own, so that changing one leaves the others as they were. */
export function createRandom(seed: number, stream: string): Random {
  let a = seed | 0;
  let b = hash(stream);
  let c = 0x9e3779b9;
  let counter = 1;
  const bits = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round++) bits();
  const next = () => bits() / 2 ** 32;
  return {
    next,
    integer: (min, max) => min + Math.floor(next() * (max - min + 1)),
    chance: (probability) => next() < probability,
    pick: (values) => at(values, Math.floor(next() * values.length)),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

/**
 * Picks by Zipf's law, as words are used: the value at rank r is chosen in proportion to 1 / r^`exponent`.
 * Constant time a pick (Vose's alias method).
 */
export function zipf<Value>(values: readonly Value[], exponent: number): (random: Random) => Value {
  const weights = values.map((_, rank) => 1 / (rank + 1) ** exponent);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = weights.map((weight) => (weight / total) * values.length);
  const own = values.map(() => 1);
  const alias = values.map((_, rank) => rank);
  const small = [...shares.keys()].filter((rank) => at(shares, rank) < 1);
  const large = [...shares.keys()].filter((rank) => at(shares, rank) >= 1);
  while (small.length > 0 && large.length > 0) {
    const less = small.pop() ?? 0;
    const more = large.at(-1) ?? 0;
    own[less] = at(shares, less);
    alias[less] = more;
    shares[more] = at(shares, more) - (1 - at(shares, less));
    if (at(shares, more) < 1) small.push(large.pop() ?? 0);
  }
  return (random) => {
    const rank = Math.floor(random.next() * values.length);
    return at(values, random.next() < at(own, rank) ? rank : at(alias, rank));
  };
}

export function shuffled<Value>(values: readonly Value[], random: Random): Value[] {
  const result = [...values];
  for (let i = result.length - 1; i > 0; i--) {
    const other = random.integer(0, i);
    const value = at(result, i);
    result[i] = at(result, other);
    result[other] = value;
  }
  return result;
}

/** The value at an index that is there. */
export function at<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new RangeError(`No value at ${index} of ${values.length}`);
  return value;
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value | 0;
}
