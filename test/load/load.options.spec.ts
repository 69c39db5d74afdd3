import { inEqualParts } from './driver/answer.schedule';
import { UsageError, readOptions } from './load.options';

describe('options of the load run', () => {
  test('a large run gets the gateways that its connections need', () => {
    expect(readOptions([])).toMatchObject({ candidates: 200, gateways: 1, log: 'postgres', peakPerSecond: null });
    const args = ['--candidates', '40000', '--peak-rate', '2900', '--log', 'kafka', '--brokers', '3'];
    expect(readOptions(args)).toMatchObject({ gateways: 3, brokers: 3, peakPerSecond: 2_900, loginSeconds: 400 });
  });

  test('rates follow one another in equal parts of the run', () => {
    const options = readOptions(['--rates', '25,100,1000', '--minutes', '1.5', '--submit-seconds', '7'])!;
    expect(options).toMatchObject({ rates: [25, 100, 1_000], submitSeconds: 7, formSeconds: 1, holdFile: null });
    const part = (perSecond: number) => ({ durationMs: 30_000, perSecond });
    expect(inEqualParts(options.rates!, options.minutes).steps).toEqual([part(25), part(100), part(1_000)]);
  });

  test('faults are read by action, component, moment and duration', () => {
    expect(readOptions(['--faults', 'kill:gateway-2@20+5,freeze:assessment@40.5+10'])!.faults).toEqual([
      { action: 'kill', component: 'gateway-2', atSeconds: 20, forSeconds: 5 },
      { action: 'freeze', component: 'assessment', atSeconds: 40.5, forSeconds: 10 },
    ]);
  });

  test.each([
    [['--candidates', 'many']],
    [['--log', 'paper']],
    [['--rates', '25,fast']],
    [['--brokers', '3']],
    [['--faults', 'burn:all']],
    [['--x']],
  ])('%j is refused', (args) => {
    expect(() => readOptions(args)).toThrow(UsageError);
  });
});
