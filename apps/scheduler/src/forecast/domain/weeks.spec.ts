import { mondayOf, observedWeeks, plannedWeeks } from './weeks';

const offered = (day: string, seats: number, wasHeld = false) => ({ day, seats, wasHeld });

describe('weeks of a rollout', () => {
  test('a week begins on Monday, over the end of a year too', () => {
    expect(mondayOf('2022-10-03')).toBe('2022-10-03');
    expect(mondayOf('2022-10-09')).toBe('2022-10-03');
    expect(mondayOf('2023-01-01')).toBe('2022-12-26');
  });

  test('weeks that are over are observed; the present one is not', () => {
    const seats = [offered('2022-10-04', 100), offered('2022-10-18', 80), offered('2022-10-25', 50)];
    const people = [
      { day: '2022-10-04', people: 90 },
      { day: '2022-10-19', people: 60 },
      { day: '2022-10-25', people: 40 },
    ];
    expect(observedWeeks(seats, people, '2022-10-26')).toEqual([
      { seats: 100, submitted: 90, stopped: false },
      { seats: 0, submitted: 0, stopped: false },
      { seats: 80, submitted: 60, stopped: false },
    ]);
  });

  test('a week is a stop where nobody came, or where most seats were held', () => {
    const seats = [offered('2022-10-04', 100), offered('2022-10-11', 60, true), offered('2022-10-12', 40)];
    const weeks = observedWeeks(seats, [{ day: '2022-10-12', people: 30 }], '2022-10-17');
    expect(weeks.map(({ stopped }) => stopped)).toEqual([true, true]);
  });

  test('what is left of the present week begins today, and a later period at its first day', () => {
    const seats = [offered('2022-10-04', 100), offered('2022-10-06', 50), offered('2022-10-11', 70)];
    expect(plannedWeeks(seats, '2022-10-05', '2022-01-01')).toEqual([
      { startsOn: '2022-10-05', seats: 50 },
      { startsOn: '2022-10-10', seats: 70 },
    ]);
    expect(plannedWeeks(seats, '2022-10-05', '2022-10-11')).toEqual([{ startsOn: '2022-10-11', seats: 70 }]);
  });
});
