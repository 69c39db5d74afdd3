import { canonicalText, contradictionsOf, type PackageContent } from './scoring-package';

const content: PackageContent = {
  packageId: 'package-1',
  version: 1,
  form: { formId: 'form-1', version: 1 },
  estimator: 'sum',
  items: [
    { itemId: 'i1', key: 'A' },
    { itemId: 'i2', key: 'B' },
  ],
  scales: [{ scaleId: 'all', itemIds: ['i1', 'i2'] }],
};

describe('scoring package', () => {
  test('a consistent package has no contradictions', () => {
    expect(contradictionsOf(content)).toEqual([]);
  });

  test('every contradiction is named at its place', () => {
    const problems = contradictionsOf({
      ...content,
      items: [...content.items, { itemId: 'i1', key: 'C' }, { itemId: 'i3', key: 'D' }],
      scales: [...content.scales, { scaleId: 'all', itemIds: ['i2', 'i2', 'i9'] }],
    });
    expect(problems.map(({ at }) => at)).toEqual([
      'items[2]',
      'scales[1]',
      'scales[1].itemIds[1]',
      'scales[1].itemIds[2]',
      'items[3]',
    ]);
  });

  test('the canonical text does not depend on the order of fields', () => {
    const reordered = Object.fromEntries(Object.entries(content).reverse()) as unknown as PackageContent;
    expect(canonicalText(reordered)).toBe(canonicalText(content));
  });

  test('every part of the content stands in the canonical text', () => {
    const variants: PackageContent[] = [
      { ...content, packageId: 'package-2' },
      { ...content, version: 2 },
      { ...content, form: { formId: 'form-1', version: 2 } },
      { ...content, items: [content.items[0]!, { itemId: 'i2', key: 2 }] },
      { ...content, scales: [{ scaleId: 'all', itemIds: ['i2', 'i1'] }] },
    ];
    const texts = [content, ...variants].map(canonicalText);
    expect(new Set(texts).size).toBe(texts.length);
  });
});
