import type { AttemptClosed } from '@app/contracts';

export type ResponseKind = 'answered' | 'omitted' | 'not-reached';

type Responses = Pick<AttemptClosed, 'closedBy' | 'form' | 'itemIds' | 'responses' | 'seqs'>;

/**
 * Says of every item whether it was answered, omitted or not reached.
 *
 * Who submits has seen the end, so every blank is an omission. When time ran out or the finish was forced, the blanks
 * behind the last answer of a section were not reached. A cleared answer is always an omission, and it shows, like any
 * other recorded answer, that the participant had come as far as its item.
 */
export function responseKinds(closed: Responses): Map<string, ResponseKind> {
  const place = new Map(closed.itemIds.map((itemId, index) => [itemId, index]));
  const kinds = new Map<string, ResponseKind>();
  for (const section of closed.form.sections) {
    const places = section.itemIds.map((itemId) => place.get(itemId));
    const reached = closed.closedBy === 'submitted' ? places.length : lengthReached(closed, places);
    section.itemIds.forEach((itemId, at) => kinds.set(itemId, kindOf(closed, places[at], at < reached)));
  }
  return kinds;
}

/** How many items of a section lie up to and with its last recorded answer. */
function lengthReached(closed: Responses, places: readonly (number | undefined)[]): number {
  return places.findLastIndex((index) => index !== undefined && closed.seqs[index] !== null) + 1;
}

function kindOf(closed: Responses, index: number | undefined, reached: boolean): ResponseKind {
  if (index !== undefined && closed.responses[index] !== null) return 'answered';
  return reached ? 'omitted' : 'not-reached';
}
