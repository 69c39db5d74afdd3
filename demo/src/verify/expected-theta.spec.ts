import type { Attendee } from '../cast/cast';
import type { Sat12 } from '../cast/sat12';
import { expectedTheta } from './expected-theta';

const sat12: Sat12 = { itemIds: ['i1', 'i2'], key: ['1', '2'], respondents: [] };
const items = sat12.itemIds.map((itemId) => ({ itemId, a: 1, b: 0 }));
const content = { packageId: 'p', version: 1, calibration: { statement: '', items } };
const answering = (...answers: (string | null)[]) => ({ respondent: { row: 1, answers } }) as unknown as Attendee;

test('one right and one wrong answer to equal items say nothing, and narrow the prior', () => {
  const { theta, standardError } = expectedTheta(answering('1', '5'), sat12, content);
  expect(theta).toBeCloseTo(0, 12);
  expect(standardError).toBeGreaterThan(0.7);
  expect(standardError).toBeLessThan(0.9);
});

test('right answers lift, and a missing answer counts as wrong', () => {
  const right = expectedTheta(answering('1', '2'), sat12, content).theta;
  expect(right).toBeGreaterThan(0.5);
  expect(expectedTheta(answering(null, null), sat12, content).theta).toBeCloseTo(-right, 12);
});
