/** A stream of uniform numbers in [0, 1) that a stored seed reproduces on every machine. */
export interface RandomStream {
  next(): number;
}

/**
 * xoshiro128** (Blackman & Vigna 2021) seeded through splitmix32. 32-bit integer arithmetic only, so that every engine
 * gives the same stream.
 *
 * @param seed any integer; the same seed gives the same stream
 */
export function createRandomStream(seed: number): RandomStream {
  const state = seedState(seed);
  return { next: () => nextWord(state) / 2 ** 32 };
}

function seedState(seed: number): Uint32Array {
  const state = new Uint32Array(4);
  let word = seed >>> 0;
  for (let index = 0; index < 4; index++) {
    word = (word + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    state[index] = mixed ^ (mixed >>> 15);
  }
  return state;
}

function nextWord(state: Uint32Array): number {
  const result = Math.imul(rotateLeft(Math.imul(state[1]!, 5), 7), 9) >>> 0;
  const shifted = state[1]! << 9;
  state[2]! ^= state[0]!;
  state[3]! ^= state[1]!;
  state[1]! ^= state[2]!;
  state[0]! ^= state[3]!;
  state[2]! ^= shifted;
  state[3] = rotateLeft(state[3]!, 11);
  return result;
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
