import type { AttemptClosed } from '@app/contracts';

export type ResponseKind = 'answered' | 'omitted' | 'not-reached';

type Responses = Pick<AttemptClosed, 'closedBy' | 'responses' | 'seqs'>;

/**
 * Says of every item whether it was answered, omitted or not reached.
 *
 * Who submits has seen the end, so every blank is an omission. When time ran out or the finish was forced, the blanks
 * behind the last answer of a section were not reached. A cleared answer is always an omission, and it shows, like any
 * other recorded answer, that the participant had come as far as its item.
 *
 * @param sections places of the sections' items in the closing's columns
 * @returns one kind per column
 */
export function responseKinds(closed: Responses, sections: readonly (readonly number[])[]): ResponseKind[] {
  const kinds: ResponseKind[] = closed.responses.map(() => 'not-reached');
  for (const places of sections) {
    const reached = closed.closedBy === 'submitted' ? places.length : lengthReached(closed, places);
    places.forEach((place, at) => (kinds[place] = kindOf(closed, place, at < reached)));
  }
  return kinds;
}

/** How many items of a section lie up to and with its last recorded answer. */
function lengthReached(closed: Responses, places: readonly number[]): number {
  return places.findLastIndex((place) => closed.seqs[place] !== null) + 1;
}

function kindOf(closed: Responses, place: number, reached: boolean): ResponseKind {
  if (closed.responses[place] !== null) return 'answered';
  return reached ? 'omitted' : 'not-reached';
}
