/** A decimal as a fraction of whole numbers, so that 0.07 × 100 is 7 and not a little more. */
export interface ExactDecimal {
  readonly numerator: number;
  /** A power of ten. */
  readonly denominator: number;
}

/** Digits after the point: a millimetre of a kilometre has six, nine leave sums of 100,000 people exact. */
export const FRACTION_DIGITS_MAX = 9;

const DECIMAL = new RegExp(`^(\\d{0,6})(?:\\.(\\d{1,${FRACTION_DIGITS_MAX}}))?$`);

/** @returns null where the text is not a plain decimal such as 12, 0.06 or .5 */
export function parseDecimal(text: string): ExactDecimal | null {
  const [, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined || whole + fraction === '') return null;
  const digits = fraction.replace(/0+$/, '');
  return { numerator: Number(whole + digits), denominator: 10 ** digits.length };
}

/** @returns ⌊decimal × count⌋ */
export function floorOf({ numerator, denominator }: ExactDecimal, count: number): number {
  const product = numerator * count;
  return (product - (product % denominator)) / denominator;
}

/** @returns ⌈decimal × count⌉ */
export function ceilingOf(decimal: ExactDecimal, count: number): number {
  const rest = (decimal.numerator * count) % decimal.denominator;
  return floorOf(decimal, count) + (rest > 0 ? 1 : 0);
}
