import { readSoakOptions } from './soak.options';
import { loadOptionsOf } from './soak.run';

describe('the options of a soak', () => {
  test('mean a million answers and an hour of calm where nothing is said', () => {
    expect(readSoakOptions([])).toMatchObject({ log: 'postgres', answers: 1_000_000, perSecond: 600, calmMinutes: 60 });
    expect(readSoakOptions(['--log', 'kafka'])).toMatchObject({ log: 'kafka', perSecond: 400 });
  });

  test('that mean nothing are refused by name', () => {
    expect(() => readSoakOptions(['--log', 'files'])).toThrow('--log');
    expect(() => readSoakOptions(['--answers', 'many'])).toThrow('--answers');
    expect(() => readSoakOptions(['--kills', '3'])).toThrow('--kills');
    expect(readSoakOptions(['--help'])).toBeNull();
  });

  test('become minutes of load: first those under kills, with some answers to spare, then the calm ones', () => {
    const options = loadOptionsOf(readSoakOptions(['--answers', '60000', '--rate', '500', '--calm-minutes', '3'])!);
    expect(options).toMatchObject({ underKills: 3, minutes: 6, rates: [500, 500, 500, 100, 100, 100], brokers: 1 });
    expect(loadOptionsOf(readSoakOptions(['--log', 'kafka'])!)).toMatchObject({
      log: 'kafka',
      brokers: 3,
      gateways: 2,
    });
  });
});
