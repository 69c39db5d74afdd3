import type { AttemptClosed } from '@app/contracts';

/** The columns of a closing do not belong together: no package can score it. */
export class ResponsesMalformed extends Error {
  constructor(detail: string) {
    super(`the responses cannot be read: ${detail}`);
    this.name = 'ResponsesMalformed';
  }
}

/** Where the items of a form stand in the columns of a closing. */
export interface FormLayout {
  readonly itemIds: readonly string[];
  readonly place: ReadonlyMap<string, number>;
  readonly sectionIds: ReadonlySet<string>;
  /** Per section the places of its items, in the order of the form. */
  readonly sections: readonly (readonly number[])[];
}

/** @throws ResponsesMalformed where the form's sections do not hold exactly the items */
export function layoutOf({ itemIds, form }: Pick<AttemptClosed, 'itemIds' | 'form'>): FormLayout {
  const place = new Map(itemIds.map((itemId, index) => [itemId, index]));
  const sectioned = form.sections.flatMap((section) => section.itemIds);
  const isWhole = sectioned.length === itemIds.length && new Set(sectioned).size === itemIds.length;
  if (!isWhole || place.size !== itemIds.length || !sectioned.every((itemId) => place.has(itemId))) {
    throw new ResponsesMalformed('the items are not those of the form');
  }
  return {
    itemIds,
    place,
    sectionIds: new Set(form.sections.map(({ sectionId }) => sectionId)),
    sections: form.sections.map((section) => section.itemIds.map((itemId) => place.get(itemId)!)),
  };
}

/** Whether a closing has the same columns and sections as the one that the layout was made of. */
export function fitsLayout(layout: FormLayout, { itemIds, form }: Pick<AttemptClosed, 'itemIds' | 'form'>): boolean {
  return (
    sameTexts(layout.itemIds, itemIds) &&
    form.sections.length === layout.sections.length &&
    form.sections.every(
      ({ sectionId, itemIds: own }, at) =>
        layout.sectionIds.has(sectionId) &&
        own.length === layout.sections[at]!.length &&
        own.every((itemId, item) => itemIds[layout.sections[at]![item]!] === itemId),
    )
  );
}

/** @throws ResponsesMalformed where the columns differ in length or an answer has no number */
export function assertColumns({ itemIds, responses, seqs, receivedAt, revisions }: AttemptClosed): void {
  const lengths = [responses, seqs, receivedAt, revisions].map(({ length }) => length);
  if (lengths.some((length) => length !== itemIds.length)) {
    throw new ResponsesMalformed(`${itemIds.length} items, columns of ${lengths.join(', ')}`);
  }
  for (let at = 0; at < responses.length; at++) {
    if (responses[at] !== null && seqs[at] === null) {
      throw new ResponsesMalformed(`item ${itemIds[at]} has a response without a seq`);
    }
  }
}

function sameTexts(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at++) if (left[at] !== right[at]) return false;
  return true;
}
