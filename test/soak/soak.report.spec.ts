import { killsOf } from './kill.plan';
import { readSoakOptions } from './soak.options';
import { memoryOf, problemsOf } from './soak.report';

type Judged = Parameters<typeof problemsOf>[0];

const options = readSoakOptions(['--answers', '1000'])!;
const kills: Judged['kills'] = killsOf('postgres', 1).map(({ component }, nth) => {
  return { component, second: nth, inFlight: 5, leftUnknown: 0, secondsToRecover: 1 };
});
/** A soak in which everything held. */
const sound: Judged = {
  commit: '',
  startedAt: '',
  machine: { cores: 2, memoryGb: 24, node: '', kernel: '' },
  options,
  answers: { acknowledged: 1_000, offered: 1_060, unknown: 3, refused: 2, records: 1_003 },
  kills,
  calm: {
    minutes: 60,
    memory: [{ process: 'gateway 7', thirdsMb: [90, 100, 110], growth: 1.1 }],
    latency: [],
    tables: [],
  },
  check: { acknowledged: 1_000, unknown: 3, broken: 0, parts: 1, seconds: 1, residentMb: 1, findings: [] },
};

describe('what a soak has to show', () => {
  test('nothing is wrong where everything held', () => {
    expect(problemsOf(sound)).toEqual([]);
  });

  test('an answer too few is one', () => {
    expect(problemsOf({ ...sound, answers: { ...sound.answers, acknowledged: 999 } })).toEqual([
      '999 distinct answers were acknowledged, not 1000',
    ]);
  });

  test('a kill that met nothing in flight does not count', () => {
    const missed = kills.map((kill) => (kill.component === 'redis' ? { ...kill, inFlight: 0 } : kill));
    expect(problemsOf({ ...sound, kills: missed })).toEqual(['redis was killed 0 times with requests in flight']);
    const few = kills.map((kill, nth) => (nth % 4 === 0 ? { ...kill, inFlight: 0 } : kill));
    expect(problemsOf({ ...sound, kills: few })[0]).toBe('18 kills met requests in flight, not 20');
  });

  test('a process that grew is named', () => {
    const memory = [{ process: 'scoring 9', thirdsMb: [90, 100, 111], growth: 1.11 }];
    expect(problemsOf({ ...sound, calm: { ...sound.calm, memory } })).toEqual([
      'scoring 9 grew from 100 to 111 MB in the calm',
    ]);
  });

  test('so is what the checker found', () => {
    const breaks = [{ record: 'record x', problem: 'is gone' }];
    const findings = [{ property: 'P1' as const, checked: 9, broken: 2, breaks, figures: {} }];
    const [problem] = problemsOf({ ...sound, check: { ...sound.check, broken: 2, findings } });
    expect(problem).toBe('P1 (no acknowledged answer is lost) is broken 2 times: record x is gone');
  });
});

test('memory is compared by the means of its thirds', () => {
  const sample = (mb: number) => ({ atMs: 0, residentMb: new Map([['gateway 7', mb]]) });
  const [gateway] = memoryOf([[sample(10), sample(20)], [sample(20)], [sample(30), sample(10)]]);
  expect(gateway).toEqual({ process: 'gateway 7', thirdsMb: [15, 20, 20], growth: 1 });
});
