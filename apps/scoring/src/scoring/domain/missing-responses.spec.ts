import { closingOf } from './closing.fixture';
import { layoutOf } from './form-layout';
import { responseKinds } from './missing-responses';

const kinds = (...input: Parameters<typeof closingOf>) => {
  const closed = closingOf(...input);
  return responseKinds(closed, layoutOf(closed).sections);
};

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
    const { form } = closingOf(['1', undefined, undefined, '2']);
    const sections = [
      { sectionId: 's1', itemIds: ['i1', 'i2'] },
      { sectionId: 's2', itemIds: ['i3', 'i4'] },
    ];
    const found = kinds(['1', undefined, undefined, '2'], { closedBy: 'deadline', form: { ...form, sections } });
    expect(found).toEqual(['answered', 'not-reached', 'omitted', 'answered']);
  });

  test('the order of the sections decides, not that of the columns', () => {
    const { form } = closingOf(['1', undefined]);
    const sections = [{ sectionId: 's1', itemIds: ['i2', 'i1'] }];
    const found = kinds(['1', undefined], { closedBy: 'deadline', form: { ...form, sections } });
    expect(found).toEqual(['answered', 'omitted']);
  });

  test('a section without any answer was not reached', () => {
    expect(kinds([undefined, undefined], { closedBy: 'deadline' })).toEqual(['not-reached', 'not-reached']);
  });
});
