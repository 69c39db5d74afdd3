import { createRandomStream, normalQuantile } from '@app/psychometrics';
import { calibratedPackage, mendedKey, type Sat12 } from './sat12-packages';

const SEED = 32;
const OPTIONS = ['1', '2', '3', '4', '5'];

/**
 * Options chosen by people of N(0, 1) who answer SAT12 as its calibration under the mended key says; a wrong answer is any
 * other option. The same number of people gives the same choices.
 */
export function simulateChoices(sat12: Sat12, people: number): string[][] {
  const key = mendedKey(sat12);
  const truth = calibratedPackage(sat12, key, 2).calibration!.items.map((item) => {
    if (item.model !== '2PL') throw new Error('the calibration is a 2PL');
    return item;
  });
  const stream = createRandomStream(SEED);
  return Array.from({ length: people }, () => {
    const theta = normalQuantile(stream.next() + 2 ** -33);
    return truth.map(({ a, b }, item) => {
      const isRight = stream.next() < 1 / (1 + Math.exp(-a * (theta - b)));
      const wrong = OPTIONS.filter((option) => option !== key[item]);
      return isRight ? key[item]! : wrong[Math.floor(stream.next() * wrong.length)]!;
    });
  });
}
