import { dateAt, momentOf } from './local-time';

const iso = (date: string, time: string, zone: string) => {
  const result = momentOf(date, time, zone);
  return result.ok ? new Date(result.epochMs).toISOString() : result.problem;
};

describe('local time', () => {
  test.each([
    ['Asia/Jakarta', '2022-10-05T01:00:00.000Z'],
    ['Asia/Makassar', '2022-10-05T00:00:00.000Z'],
    ['Asia/Jayapura', '2022-10-04T23:00:00.000Z'],
    ['UTC', '2022-10-05T08:00:00.000Z'],
  ])('08:00 in %s is %s', (zone, expected) => {
    expect(iso('2022-10-05', '08:00', zone)).toBe(expected);
  });

  test('seconds are kept', () => {
    expect(iso('2022-10-05', '08:00:30', 'Asia/Jakarta')).toBe('2022-10-05T01:00:30.000Z');
  });

  test('a time that the clocks skip or show twice is named, not guessed', () => {
    expect(iso('2022-03-27', '02:30', 'Europe/Berlin')).toBe('does-not-exist');
    expect(iso('2022-10-30', '02:30', 'Europe/Berlin')).toBe('occurs-twice');
    expect(iso('2022-10-30', '03:30', 'Europe/Berlin')).toBe('2022-10-30T02:30:00.000Z');
  });

  test('a date that no calendar has does not exist', () => {
    expect(iso('2023-02-29', '08:00', 'Asia/Jakarta')).toBe('does-not-exist');
    expect(iso('2022-10-05', '25:00', 'Asia/Jakarta')).toBe('does-not-exist');
  });

  test('a zone that does not exist is named', () => {
    expect(iso('2022-10-05', '08:00', 'Asia/Nusantara')).toBe('unknown-zone');
  });

  test('the date of a moment is the one at the site', () => {
    const moment = Date.parse('2022-10-04T23:30:00.000Z');
    expect(dateAt(moment, 'Asia/Jakarta')).toBe('2022-10-05');
    expect(dateAt(moment, 'UTC')).toBe('2022-10-04');
  });
});
