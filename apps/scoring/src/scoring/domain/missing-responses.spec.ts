import { closingOf } from './closing.fixture';
import { responseKinds } from './missing-responses';

const kinds = (...input: Parameters<typeof closingOf>) => [...responseKinds(closingOf(...input)).values()];

describe('missing responses', () => {
  test('who submits has omitted every blank, those at the end too', () => {
    expect(kinds(['1', undefined, '2', undefined, undefined])).toEqual([
      'answered',
      'omitted',
      'answered',
      'omitted',
      'omitted',
    ]);
  });

  test.each(['deadline', 'forced'] as const)(
    'after a %s finish blanks behind the last answer were not reached',
    (by) => {
      expect(kinds([undefined, '1', undefined, '2', undefined, undefined], { closedBy: by })).toEqual([
        'omitted',
        'answered',
        'omitted',
        'answered',
        'not-reached',
        'not-reached',
      ]);
    },
  );

  test('a cleared answer is omitted and shows how far the participant came', () => {
    expect(kinds(['1', undefined, null, undefined], { closedBy: 'deadline' })).toEqual([
      'answered',
      'omitted',
      'omitted',
      'not-reached',
    ]);
  });

  test('each section has its own last answer', () => {
    const closed = closingOf(['1', undefined, undefined, '2'], { closedBy: 'deadline' });
    const sections = [
      { sectionId: 's1', itemIds: ['i1', 'i2'] },
      { sectionId: 's2', itemIds: ['i3', 'i4'] },
    ];
    const found = responseKinds({ ...closed, form: { ...closed.form, sections } });
    expect([...found.values()]).toEqual(['answered', 'not-reached', 'omitted', 'answered']);
  });

  test('the order of the sections decides, not that of the columns', () => {
    const closed = closingOf(['1', undefined], { closedBy: 'deadline' });
    const sections = [{ sectionId: 's1', itemIds: ['i2', 'i1'] }];
    const found = responseKinds({ ...closed, form: { ...closed.form, sections } });
    expect(found).toEqual(
      new Map([
        ['i2', 'omitted'],
        ['i1', 'answered'],
      ]),
    );
  });

  test('a section without any answer was not reached', () => {
    expect(kinds([undefined, undefined], { closedBy: 'deadline' })).toEqual(['not-reached', 'not-reached']);
  });
});
