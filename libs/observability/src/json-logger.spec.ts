import { runWithCorrelation } from './correlation';
import { JsonLogger } from './json-logger';
import { redactText } from './redaction';

const NIP = '197801012005011001';
const NIK = '3174012345678901';

describe('the JSON logger', () => {
  const lines: string[] = [];

  beforeEach(() => {
    lines.length = 0;
    for (const stream of [process.stdout, process.stderr]) {
      jest.spyOn(stream, 'write').mockImplementation((chunk) => {
        lines.push(String(chunk));
        return true;
      });
    }
  });

  afterEach(() => jest.restoreAllMocks());

  const recordOf = (line: string | undefined) => JSON.parse(line ?? '') as Record<string, unknown>;

  test('a message is one line with its parameters, the service and the correlation id', () => {
    const logger = new JsonLogger('scheduler');
    runWithCorrelation('c-1', () => logger.log('seats assigned', { sessionId: 's-1', count: 3 }));
    expect(lines).toHaveLength(1);
    expect(recordOf(lines[0])).toMatchObject({
      level: 'log',
      service: 'scheduler',
      message: 'seats assigned',
      sessionId: 's-1',
      count: 3,
      correlationId: 'c-1',
    });
  });

  test('all levels can go to standard error, where an answer has standard output for itself', () => {
    const standardOutput = jest.spyOn(process.stdout, 'write');
    const logger = new JsonLogger('petabakat', 'warn', 'stderr');
    logger.log('not said');
    logger.debug('not said either');
    logger.warn('the broker is slow');
    logger.error('the broker is away');
    expect(lines.map((line) => recordOf(line).message)).toEqual(['the broker is slow', 'the broker is away']);
    expect(standardOutput).not.toHaveBeenCalled();
  });

  test('a message given as an object is a line of the same form', () => {
    const logger = new JsonLogger('scheduler');
    logger.warn({ message: 'a record was set aside', offset: 7, correlationId: 'c-2' });
    expect(recordOf(lines[0])).toMatchObject({
      level: 'warn',
      service: 'scheduler',
      message: 'a record was set aside',
      offset: 7,
      correlationId: 'c-2',
    });
  });

  test('identity numbers, PINs and tokens do not reach the line, wherever they stand', () => {
    const logger = new JsonLogger('assessment');
    const error = new Error(`duplicate key (nip)=(${NIP})`);
    logger.error('import failed', error, { pin: '48151623', nested: { Authorization: 'Bearer pbk_x' }, note: NIK });
    const text = lines.join('');
    expect(text).not.toMatch(/48151623|pbk_x/);
    expect(text).not.toContain(NIP);
    expect(text).not.toContain(NIK);
    expect(recordOf(lines[0])).toMatchObject({ pin: '[redacted]', error: { name: 'Error' } });
  });

  test('rows and statements that a database error quotes are left out, at any depth', () => {
    const quoting = { code: '23502', detail: 'Failing row contains (Siti Rahayu).', query: "INSERT … 'Siti Rahayu'" };
    const cause = Object.assign(new Error('null value in column "agency"'), quoting);
    new JsonLogger('assessment').error('import failed', new Error('import failed', { cause }));
    expect(lines.join('')).toContain('23502');
    expect(lines.join('')).not.toContain('Siti');
  });

  test('how the framework starts is said only to who asks for it', () => {
    new JsonLogger('scheduler').log('Mapped {/v1/plan, GET} route', 'RouterExplorer');
    expect(lines).toEqual([]);
    new JsonLogger('scheduler', 'debug').log('Mapped {/v1/plan, GET} route', 'RouterExplorer');
    expect(recordOf(lines[0])).toMatchObject({ level: 'debug', context: 'RouterExplorer' });
    new JsonLogger('scheduler').log('seats assigned', 'PlanService');
    expect(lines).toHaveLength(2);
  });

  test('a level below the lowest is not written', () => {
    const logger = new JsonLogger('scheduler', 'warn');
    logger.log('quiet');
    logger.warn('loud');
    expect(lines.map((line) => recordOf(line).message)).toEqual(['loud']);
  });
});

describe('redaction', () => {
  test.each([
    ['a NIP', NIP],
    ['a NIK', NIK],
    ['a NIP in groups', '19780101 200501 1 001'],
  ])('%s is taken out', (_, number) => {
    expect(redactText(`row of ${number}.`)).toBe('row of [redacted].');
  });

  test.each([
    ['a hash', '1234567890123456abcdef'],
    ['a time in microseconds', '1763700000000000000'],
    ['a seq', '1048577'],
  ])('%s stays', (_, text) => {
    expect(redactText(text)).toBe(text);
  });
});
