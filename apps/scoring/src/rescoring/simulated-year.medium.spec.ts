import { ALL_TOPICS, buildEvent, type EventName, TOPICS, type TopicAlias } from '@app/contracts';
import { MemoryEventLog } from '@app/messaging';
import { calibratedPackage, mendedKey, readSat12, sumPackage } from '../../tools/sat12-packages';
import { simulateChoices } from '../../tools/simulated-sat12';
import { readPackage } from '../packages/package-file';
import { collectAnswers, countingItems } from '../quality/collected-answers';
import { reportScale } from '../quality/domain/quality-report';
import { score } from '../scoring/domain/score';
import { closingOf } from '../scoring/domain/closing.fixture';
import { differenceFiles } from './difference-files';
import { dryRun, type DryRunPart, dryRunRanges } from './dry-run';

const PEOPLE = 40_000;
const BATCH = 500;
const EVERYBODY = { kind: 'all', id: 'all' } as const;
const TIMEOUT_MS = 600_000;

const sat12 = readSat12();
const key = mendedKey(sat12);
const itemIds = [...sat12.itemIds];
const idOf = (person: number) => `attempt-${String(person).padStart(5, '0')}`;
const sections = [{ sectionId: 'science', itemIds }];
const closing = (choices: readonly string[], person: number) =>
  closingOf(choices, {
    itemIds,
    attemptId: idOf(person),
    analyticsId: idOf(person),
    form: { formId: 'sat12', version: 1, hash: 'b'.repeat(64), sections },
  });

describe('a year of 40,000 people and one wrong key', () => {
  const people = simulateChoices(sat12, PEOPLE);
  const log = new MemoryEventLog();

  beforeAll(async () => {
    await log.createTopics(ALL_TOPICS);
    await appendAll('responses', 'attemptClosed', (person) => closing(people[person]!, person));
  }, TIMEOUT_MS);

  afterAll(() => log.close());

  async function appendAll(topic: TopicAlias, name: EventName, dataOf: (person: number) => object): Promise<void> {
    for (let first = 0; first < PEOPLE; first += BATCH) {
      const records = Array.from({ length: BATCH }, (_, index) => {
        const subject = idOf(first + index);
        const data = dataOf(first + index);
        const fields = { id: subject, source: '/petabakat/test', subject, time: '2026-01-01T03:00:00.000Z', data };
        return { key: subject, value: JSON.stringify(buildEvent(name, fields)) };
      });
      await log.append(TOPICS[topic].name, records);
    }
  }

  async function compare(before: object, after: object) {
    const [earlier, later] = [readPackage(before), readPackage(after)];
    await appendAll('results', 'resultScored', (person) => score(closing(people[person]!, person), earlier));
    const parts: DryRunPart[] = [];
    const request = { package: later, scope: EVERYBODY, packageOf: async () => earlier };
    const ranges = await dryRunRanges(log);
    await dryRun(log, request, { ranges, finished: async () => [], save: async (part) => void parts.push(part) });
    const { summary } = differenceFiles({ package: later, earlier: [earlier], scope: EVERYBODY, parts });
    const changed = parts.flatMap(({ rows }) => rows.filter((row) => row.changed).map(({ attemptId }) => attemptId));
    return { summary, changed: new Set(changed) };
  }

  test(
    'item analysis points at the item and at the option',
    async () => {
      const printed = readPackage(sumPackage(sat12, sat12.key, 1));
      const attempts = await collectAnswers(log, printed);
      const items = countingItems(printed, printed.scales[0]!);
      const report = reportScale(
        'science',
        items,
        attempts.map(({ scales }) => scales[0]!),
      );
      expect(report.items.filter(({ flags }) => flags.includes('another-option-is-better'))).toMatchObject([
        { itemId: 'i32' },
      ]);
    },
    TIMEOUT_MS,
  );

  test(
    'under sum scores exactly those change who chose either option',
    async () => {
      const { summary, changed } = await compare(sumPackage(sat12, sat12.key, 1), sumPackage(sat12, key, 2));
      const concerned = people.flatMap((choices, person) =>
        ['3', '5'].includes(choices.at(-1)!) ? [idOf(person)] : [],
      );
      expect(summary.attempts).toBe(PEOPLE);
      expect(changed).toEqual(new Set(concerned));
      expect(summary.items).toMatchObject([{ itemId: 'i32', people: concerned.length }]);
    },
    TIMEOUT_MS,
  );

  test(
    'under recalibrated parameters everybody changes',
    async () => {
      const { summary } = await compare(calibratedPackage(sat12, sat12.key, 1), calibratedPackage(sat12, key, 2));
      expect(summary).toMatchObject({ attempts: PEOPLE, changed: PEOPLE });
    },
    TIMEOUT_MS,
  );
});
