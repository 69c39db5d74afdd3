import { contradictionsOf as contradictionsUnder } from './package-contradictions';
import { canonicalText, keyText, type PackageContent } from './scoring-package';

/** Any function of the key's text will do where nobody guesses. */
const keyHashOf = (item: Parameters<typeof keyText>[0]) => keyText(item);
const contradictionsOf = (content: PackageContent) => contradictionsUnder(content, keyHashOf);

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
      'items[3]',
      'scales[1]',
      'scales[1].itemIds[1]',
      'scales[1].itemIds[2]',
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

  describe('with item parameters', () => {
    const key = (item: PackageContent['items'][number]) => ({ keyHash: keyHashOf(item) });
    const [first, second] = content.items;
    const calibrated: PackageContent = {
      ...content,
      estimator: 'eap',
      scales: [{ scaleId: 'all', itemIds: ['i1', 'i2'], levelCuts: [-1, 1] }],
      calibration: {
        D: 1,
        statement: 'made up',
        items: [
          { itemId: 'i1', model: '2PL', a: 1, b: 0, ...key(first!) },
          { itemId: 'i2', model: '2PL', a: 1.5, b: 1, ...key(second!) },
        ],
      },
    };
    const withParameters = (change: object): PackageContent => {
      const { calibration } = calibrated;
      const items = [{ ...calibration!.items[0]!, ...change }, calibration!.items[1]!] as NonNullable<
        typeof calibration
      >['items'];
      return { ...calibrated, calibration: { ...calibration!, items } };
    };

    test('one whose parameters belong to its keys is consistent', () => {
      expect(contradictionsOf(calibrated)).toEqual([]);
    });

    test('another key needs new parameters, or the item withdrawn', () => {
      const rekeyed = { ...first!, key: 'C' };
      const items = [rekeyed, second!];
      expect(contradictionsOf({ ...calibrated, items })).toMatchObject([{ at: 'calibration.items[0]' }]);
      expect(contradictionsOf({ ...calibrated, items: [{ ...rekeyed, withdrawn: true }, second!] })).toEqual([]);
      expect(contradictionsOf({ ...withParameters(key(rekeyed)), items })).toEqual([]);
    });

    test.each<[string, PackageContent, string]>([
      ['a slope that is not positive', withParameters({ a: 0 }), 'calibration.items[0].a'],
      ['asymptotes that meet', withParameters({ model: '4PL', c: 0.5, d: 0.5 }), 'calibration.items[0].d'],
      ['boundaries out of order', withParameters({ model: 'GRM', b: [1, 0] }), 'calibration.items[0].b[1]'],
      ['more categories than credits', withParameters({ model: 'GRM', b: [0, 1] }), 'calibration.items[0]'],
      ['an unknown metric', { ...calibrated, calibration: { ...calibrated.calibration!, D: 1.6 } }, 'calibration.D'],
      [
        'an item without parameters',
        { ...calibrated, calibration: { ...calibrated.calibration!, items: [] } },
        'items[0]',
      ],
      ['no parameters at all', { ...calibrated, calibration: undefined }, 'calibration'],
      [
        'cuts out of order',
        { ...calibrated, scales: [{ ...calibrated.scales[0]!, levelCuts: [1, 1] }] },
        'scales[0].levelCuts',
      ],
      ['levels of a sum', { ...calibrated, estimator: 'sum' }, 'scales[0].levelCuts'],
      [
        'more answers asked for than there are items',
        { ...calibrated, scales: [{ ...calibrated.scales[0]!, minimumItems: 3 }] },
        'scales[0].minimumItems',
      ],
    ])('%s is named at its place', (_, wrong, at) => {
      expect(contradictionsOf(wrong).map((problem) => problem.at)).toContain(at);
    });

    const rule = {
      ruleId: 'rule',
      version: 1,
      competencies: [{ scaleId: 'all', weight: 1 }],
      capPercent: 100,
      decimals: 2,
      categories: [
        { category: 'optimal', fromPercent: 90 },
        { category: 'rest', fromPercent: 0 },
      ],
    };
    const matched = { ...calibrated, jobPersonMatch: rule, standards: { staff: { all: 2 } } };

    test.each<[string, PackageContent, string[]]>([
      ['nothing', matched, []],
      ['a level above the highest', { ...matched, standards: { staff: { all: 3 } } }, ['standards.staff.all']],
      ['a job level without a requirement', { ...matched, standards: { staff: {} } }, ['standards.staff']],
      [
        'categories that leave people out',
        { ...matched, jobPersonMatch: { ...rule, categories: [{ category: 'optimal', fromPercent: 90 }] } },
        ['jobPersonMatch.categories'],
      ],
      [
        'a competency without levels',
        { ...matched, jobPersonMatch: { ...rule, competencies: [{ scaleId: 'other', weight: 1 }] }, standards: {} },
        ['jobPersonMatch.competencies[0]'],
      ],
      [
        'bands that touch',
        { ...calibrated, potential: { scales: [{ scaleId: 'all', weight: 1 }], edges: [1, 1] } },
        ['potential.edges'],
      ],
    ])('of rules with %s, exactly that is named', (_, wrong, places) => {
      expect(contradictionsOf(wrong).map((problem) => problem.at)).toEqual(places);
    });
  });
});
