/**
 * Employee number of a civil servant: 8 digits birth date, 6 digits beginning of service, sex, 3 digits serial (Perka BKN
 * 22/2007); for contract staff, year of appointment, 2, frequency, sex, serial. It has no check digit, so only its
 * structure can be judged; a well-formed NIP may belong to nobody.
 */
const SHAPE = /^(\d{4})(\d{2})(\d{2})(\d{4})(\d{2})([12])(\d{3})$/;

/** @returns the 18 digits without spaces, or null where the structure is wrong */
export function normalizeNip(text: string): string | null {
  const digits = text.replaceAll(' ', '');
  const match = SHAPE.exec(digits);
  if (!match) return null;
  const [, year, month, day, , code, , serial] = match;
  return isDate(Number(year), Number(month), Number(day)) && isMonthOrContract(Number(code)) && serial !== '000'
    ? digits
    : null;
}

function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** 01-12: the month in which a permanent servant began; 21-29: contract, appointed for the first to ninth time. */
function isMonthOrContract(code: number): boolean {
  return (code >= 1 && code <= 12) || (code >= 21 && code <= 29);
}
