import type { FaultRow } from './fault.row';
import { isChosen, type Selection } from './selection';

const row: FaultRow = {
  name: 'gateway-killed',
  logs: ['postgres', 'one-broker'],
  short: ['postgres'],
  cutsReplies: ['postgres'],
  harm: async () => undefined,
};
const everything: Selection = { root: null, commit: 'abc', only: null, short: false, passed: [], seed: 1 };

describe('which rows run', () => {
  test('those that have not passed yet', () => {
    const selection = { ...everything, passed: ['gateway-killed/postgres'] };
    expect(isChosen(row, 'postgres', selection)).toBe(false);
    expect(isChosen(row, 'one-broker', selection)).toBe(true);
  });

  test('those that are named, passed or not, on one log or on all', () => {
    const passed = ['gateway-killed/postgres'];
    const onOne = { ...everything, passed, only: ['gateway-killed/postgres'] };
    expect([isChosen(row, 'postgres', onOne), isChosen(row, 'one-broker', onOne)]).toEqual([true, false]);
    const onAll = { ...everything, passed, only: ['gateway-killed'] };
    expect([isChosen(row, 'postgres', onAll), isChosen(row, 'one-broker', onAll)]).toEqual([true, true]);
    expect(isChosen(row, 'postgres', { ...everything, only: ['gateway'] })).toBe(false);
  });

  test('of the short set those on the logs that belong to it', () => {
    const short = { ...everything, short: true };
    expect([isChosen(row, 'postgres', short), isChosen(row, 'one-broker', short)]).toEqual([true, false]);
  });
});
