import type { AttemptClosed } from '@app/contracts';
import { closingOf } from '../scoring/domain/closing.fixture';
import type { Sat12 } from '../../tools/sat12-packages';

const AGENCIES = ['bkn', 'kemenkeu', 'kemenkes'];

/** The real answers as closed attempts, spread over agencies and sessions. */
export function sat12Closings({ itemIds, answers }: Sat12): AttemptClosed[] {
  return answers.map((row, index) => ({ ...closingOf(row), ...sitting(index), ...formOf(itemIds) }));
}

function sitting(index: number) {
  const number = String(index + 1).padStart(3, '0');
  return {
    attemptId: `attempt-${number}`,
    analyticsId: `person-${number}`,
    agency: AGENCIES[index % AGENCIES.length]!,
    sessionId: `session-${(index % 4) + 1}`,
    jobLevel: index % 2 === 0 ? 'administrator' : 'pelaksana',
  };
}

function formOf(itemIds: readonly string[]) {
  const sections = [{ sectionId: 'science', itemIds: [...itemIds] }];
  return { itemIds: [...itemIds], form: { formId: 'sat12', version: 1, hash: 'b'.repeat(64), sections } };
}
