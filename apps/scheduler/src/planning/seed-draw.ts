import { hash } from 'node:crypto';
import type { DrawOf } from './domain/planning-problem';

/** Bytes of one number: as many as a double holds exactly. */
const NUMBER_BYTES = 6;

/**
 * What the committed seed draws for a person: the first two numbers of SHA-256 over seed, line feed and id. Whoever knows
 * seed and ids can draw them again.
 */
export function drawFrom(seed: string): DrawOf {
  return (personId) => {
    const digest = hash('sha256', `${seed}\n${personId}`, 'buffer');
    return { place: digest.readUIntBE(0, NUMBER_BYTES), seat: digest.readUIntBE(NUMBER_BYTES, NUMBER_BYTES) };
  };
}
