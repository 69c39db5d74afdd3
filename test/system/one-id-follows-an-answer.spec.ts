import { randomUUID } from 'node:crypto';
import { SEQ_EPOCH_FACTOR, TOPICS, buildEvent } from '@app/contracts';
import { type AppName, APPS, findRedis, requirePart } from '@app/testing';
import { ITEMS, type Login, openCluster, planSession, prepareRollout, sitDown } from './support/sitting';
import { TestPlatform, until } from './support/test-platform';

jest.setTimeout(180_000);

interface Line {
  readonly message: string;
  readonly service: string;
  readonly correlationId?: string;
  readonly name?: string;
  readonly [field: string]: unknown;
}

const parts = requirePart('Redis', () => findRedis());

parts('the log lines of all services', () => {
  let platform: TestPlatform;
  let login: Login;

  beforeAll(async () => {
    platform = await TestPlatform.start(0, { PETABAKAT_LOG_LEVEL: 'debug' });
    await prepareRollout(platform, 1);
    await planSession(platform, 'sesi-1');
    await openCluster(platform);
    login = await sitDown(platform, 'sesi-1', 'a1');
  });
  afterAll(() => platform?.stop());

  /** A request of the participant under an id that the client has chosen. */
  async function send(path: string, correlationId: string, body?: object): Promise<number> {
    const response = await fetch(`${platform.url}/v1/attempts/${login.attemptId}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${login.token}`,
        'x-correlation-id': correlationId,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    expect(response.headers.get('x-correlation-id')).toBe(correlationId);
    return response.status;
  }

  function answers(counter: number, response: string): object {
    const seq = login.firstSeq - 1 + counter;
    expect(seq).toBeGreaterThan(SEQ_EPOCH_FACTOR);
    return { answers: [{ itemId: ITEMS[0]!, seq, response, answeredAt: new Date().toISOString() }] };
  }

  function linesOf(app: AppName, correlationId: string): Line[] {
    return allLinesOf(app).filter((line) => line.correlationId === correlationId);
  }

  function allLinesOf(app: AppName): Line[] {
    const texts = platform.processes.logOf(app).split('\n').filter(Boolean);
    return texts.map((text) => JSON.parse(text) as Line);
  }

  const told = (lines: readonly Line[]) => lines.map(({ message, name }) => (name ? `${message}: ${name}` : message));

  test('carry one id from the HTTP request to the scored result, through all four', async () => {
    const id = randomUUID();
    expect(await send('/answers', id, answers(1, 'A'))).toBe(200);
    expect(await send('/submit', id)).toBe(200);
    await until('the scheduler has counted the result', async () =>
      told(linesOf('scheduler', id)).includes('a record was applied: resultScored'),
    );
    expect(told(linesOf('gateway', id))).toContain('an answer was recorded');
    expect(told(linesOf('assessment', id))).toEqual(
      expect.arrayContaining([
        'a record was applied: answerSubmitted',
        'a record was applied: closeRequested',
        'an attempt closed',
      ]),
    );
    expect(told(linesOf('scoring', id))).toEqual(
      expect.arrayContaining(['a record was applied: attemptClosed', 'a closing was scored']),
    );
    for (const app of APPS) expect(linesOf(app, id).every(({ service }) => service === app)).toBe(true);
  });

  test('name a late answer and a conflict under the ids of the requests that brought them', async () => {
    const [late, conflicting] = [randomUUID(), randomUUID()];
    // The attempt is closed; a gateway that knows refuses, the log is told all the same by one that does not.
    const behindTheGateway = async (id: string, counter: number, response: string) => {
      const { attemptId, firstSeq } = login;
      const time = new Date().toISOString();
      const seq = firstSeq - 1 + counter;
      const commitment = `${counter}${response.charCodeAt(0)}`.padEnd(64, '0');
      const data = { attemptId, itemId: ITEMS[0]!, seq, response, answeredAt: time, receivedAt: time, commitment };
      const event = buildEvent('answerSubmitted', {
        id: `${attemptId}/${seq}/${commitment.slice(0, 12)}`,
        source: '/petabakat/gateway',
        subject: attemptId,
        time,
        correlationId: id,
        data,
      });
      await platform.log.append(TOPICS.attempts.name, [{ key: attemptId, value: JSON.stringify(event) }]);
    };
    await behindTheGateway(late, 2, 'B');
    await behindTheGateway(conflicting, 2, 'C');
    await until('both were told', async () => linesOf('assessment', conflicting).length >= 2);
    expect(told(linesOf('assessment', late))).toContain('an answer came late');
    expect(told(linesOf('assessment', conflicting))).toContain('an answer conflicts with the first one of its seq');
  });

  test('name a record that was set aside under the id that still can be read in it', async () => {
    const id = randomUUID();
    const value = `{"specversion":"1.0","correlationid":"${id}","data":{"cut`;
    await platform.log.append(TOPICS.attempts.name, [{ key: 'nobody', value }]);
    await until('it was set aside', async () => told(linesOf('assessment', id)).includes('a record was set aside'));
  });

  test('are JSON, every one', () => {
    for (const app of APPS) expect(allLinesOf(app).length).toBeGreaterThan(0);
  });
});
