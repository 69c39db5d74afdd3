import { createRandomStream, normalQuantile } from '@app/psychometrics';
import { calibratedPackage, mendedKey, type Sat12 } from './sat12-packages';

const SEED = 32;
const OPTIONS = ['1', '2', '3', '4', '5'];

/**
 * Options chosen by people of N(0, 1) who answer SAT12 as its calibration under the mended key says. A wrong answer is any
 * other option, but for the item with the wrong key: there the printed option is chosen as often, at each ability, as its
 * calibration under the printed key says of the real people, so that this key is as bad here as it was among them. The same
 * number of people gives the same choices.
 */
export function simulateChoices(sat12: Sat12, people: number): string[][] {
  const key = mendedKey(sat12);
  const right = curvesUnder(sat12, key, 2);
  const printed = curvesUnder(sat12, sat12.key, 1);
  const stream = createRandomStream(SEED);
  return Array.from({ length: people }, () => {
    const theta = normalQuantile(stream.next() + 2 ** -33);
    return right.map((chance, item) => {
      const isRight = stream.next() < chance(theta);
      const draw = stream.next();
      if (isRight) return key[item]!;
      if (key[item] === sat12.key[item]) return oneOf(draw, [key[item]!]);
      const ofTheWrong = printed[item]!(theta) / (1 - chance(theta));
      if (draw < ofTheWrong) return sat12.key[item]!;
      return oneOf((draw - ofTheWrong) / (1 - ofTheWrong), [key[item]!, sat12.key[item]!]);
    });
  });
}

/** Probability of the keyed option by ability, for each item. */
function curvesUnder(sat12: Sat12, key: readonly string[], version: number): ((theta: number) => number)[] {
  return calibratedPackage(sat12, key, version).calibration!.items.map((item) => {
    if (item.model !== '2PL') throw new Error('the calibration is a 2PL');
    return (theta) => 1 / (1 + Math.exp(-item.a * (theta - item.b)));
  });
}

/** @param draw in [0, 1) */
function oneOf(draw: number, without: readonly string[]): string {
  const options = OPTIONS.filter((option) => !without.includes(option));
  return options[Math.floor(draw * options.length)]!;
}
