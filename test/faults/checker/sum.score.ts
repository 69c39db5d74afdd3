interface Closed {
  readonly closedBy: string;
  readonly form: { readonly sections: readonly { readonly itemIds: readonly string[] }[] };
  readonly itemIds: readonly string[];
  readonly responses: readonly unknown[];
  readonly seqs: readonly (number | null)[];
}

interface SumPackage {
  readonly items: readonly { readonly itemId: string; readonly key: unknown }[];
  readonly scales: readonly { readonly scaleId: string; readonly itemIds: readonly string[] }[];
}

/** The sum scales of a closing, computed anew: one point for exactly the key, blanks told apart by who ended it. */
export function scalesOf(
  closing: Readonly<Record<string, unknown>>,
  content: Readonly<Record<string, unknown>>,
): object[] {
  const closed = closing as unknown as Closed;
  const { items, scales } = content as unknown as SumPackage;
  const keys = new Map(items.map(({ itemId, key }) => [itemId, key]));
  const blanks = blanksOf(closed);
  const responseOf = (itemId: string) => closed.responses[closed.itemIds.indexOf(itemId)];
  return scales.map(({ scaleId, itemIds }) => {
    const [omitted, notReached] = ['omitted', 'not-reached'].map(
      (kind) => itemIds.filter((itemId) => blanks.get(itemId) === kind).length,
    );
    return {
      scaleId,
      score: itemIds.filter((itemId) => responseOf(itemId) === keys.get(itemId)).length,
      maximum: itemIds.length,
      answered: itemIds.length - omitted! - notReached!,
      omitted,
      notReached,
    };
  });
}

/** A blank is an omission where its participant has submitted, or has answered something behind it in its section. */
function blanksOf({ closedBy, form, itemIds, responses, seqs }: Closed): Map<string, 'omitted' | 'not-reached'> {
  const blanks = new Map<string, 'omitted' | 'not-reached'>();
  for (const section of form.sections) {
    let isBehindAll = closedBy !== 'submitted';
    for (const itemId of [...section.itemIds].reverse()) {
      const place = itemIds.indexOf(itemId);
      if (seqs[place] !== null) isBehindAll = false;
      if (responses[place] === null) blanks.set(itemId, isBehindAll ? 'not-reached' : 'omitted');
    }
  }
  return blanks;
}
