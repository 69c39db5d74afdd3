import fc from 'fast-check';
import { encodeFields } from './field-encoding';

describe('the encoding of fields', () => {
  test('writes length and content of each field', () => {
    expect(encodeFields('é', Buffer.of(7), 258, 2n ** 64n - 1n).toString('hex')).toBe(
      ['00000002c3a9', '0000000107', '000000080000000000000102', '00000008ffffffffffffffff'].join(''),
    );
  });

  test('different lists of texts never share their bytes', () => {
    const texts = fc.array(fc.string({ maxLength: 5 }), { maxLength: 4 });
    fc.assert(
      fc.property(texts, texts, (left, right) => {
        fc.pre(left.length !== right.length || left.some((text, at) => text !== right[at]));
        return !encodeFields(...left).equals(encodeFields(...right));
      }),
    );
  });

  test.each([-1, 0.5, 2 ** 53, Number.NaN])('the number %p has no encoding', (value) => {
    expect(() => encodeFields(value)).toThrow(RangeError);
  });
});
