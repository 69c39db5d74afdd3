import type { QualityReport } from './quality.service';

const COLUMNS = [
  'scaleId',
  'itemId',
  'mean',
  'p',
  'itemRestCorrelation',
  'alphaIfDeleted',
  'omitted',
  'notReached',
  'flags',
  'illustrative',
] as const;

/** One line per item. */
export function renderItems({ scales, illustrative }: QualityReport): string {
  const lines = scales.flatMap(({ scaleId, items }) =>
    items.map((item) => {
      const { itemId, mean, p, itemRestCorrelation, alphaIfDeleted, omitted, notReached, flags } = item;
      const cells = [scaleId, itemId, mean, p, itemRestCorrelation, alphaIfDeleted, omitted, notReached];
      return [...cells, flags.join(' '), illustrative].map((cell) => cell ?? '').join();
    }),
  );
  return `${[COLUMNS.join(), ...lines].join('\n')}\n`;
}
