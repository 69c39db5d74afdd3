import { receiptKeyFrom, verifyReceipt } from '@app/receipts';
import { Ajv2020, type AnySchema } from 'ajv/dist/2020';
import { type Gateway, answerOf, post, recorded, startTestGateway } from './gateway.harness';
import { frozenPaths, frozenSchema } from '../../../tools/contract-schemas';
import { ScriptedEventLog } from './scripted-event-log';

let gateway: Gateway;

afterEach(() => gateway.stop());

describe('what anybody may read', () => {
  beforeEach(async () => {
    gateway = await startTestGateway();
  });

  test('the published keys verify a receipt', async () => {
    const { receipts } = (await post(gateway, [answerOf(1)])).body as {
      receipts: Parameters<typeof verifyReceipt>[0][];
    };
    const response = await fetch(`${gateway.url}/v1/keys`);
    const { keys } = (await response.json()) as { keys: { kid: string; x: string }[] };
    const key = keys.find(({ kid }) => kid === receipts[0]!.kid)!;
    expect(verifyReceipt(receipts[0]!, receiptKeyFrom(key))).toBe(true);
    expect(response.headers.get('cache-control')).toBe('public, max-age=3600');
  });

  test('an event names the address under which its schema is served, and fits it', async () => {
    await post(gateway, [answerOf(1)]);
    const [event] = await recorded(gateway.log);
    const response = await fetch(gateway.url + event!.dataschema);
    expect(response.headers.get('content-type')).toContain('application/schema+json');
    const fits = new Ajv2020({ strict: false }).compile((await response.json()) as AnySchema);
    expect(fits(event!.data)).toBe(true);
    expect(fits({ ...event!.data, seq: 'x' })).toBe(false);
  });

  test.each(frozenPaths())('the frozen schema %s is served as it is', async (path) => {
    const response = await fetch(`${gateway.url}/contracts/${path}`);
    expect(await response.json()).toEqual(JSON.parse(frozenSchema(path)!));
  });

  test('there is none where no event has one', async () => {
    const response = await fetch(`${gateway.url}/contracts/petabakat.answer.submitted.v1/9.9.json`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'request.not-found' });
  });

  test('the answer route is described with its body, its receipts and its failure', async () => {
    const { openapi, paths } = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<string, { post: { security: object[]; responses: Record<string, { content: object }> } }>;
    };
    const route = paths['/v1/attempts/{attemptId}/answers']!.post;
    expect(openapi).toBe('3.1.0');
    expect(route.security).toEqual([{ attempt: [] }]);
    expect(JSON.stringify(route.responses['200'])).toContain('receipts');
    expect(JSON.stringify(route.responses['503'])).toContain('notAppended');
    expect(JSON.stringify(route)).toContain('"maxItems":100');
  });
});

describe('readiness', () => {
  async function problemsAtReadiness(): Promise<{ status: number; at: string[] }> {
    const response = await fetch(`${gateway.url}/health/ready`);
    const { problems } = (await response.json()) as { problems?: { at: string }[] };
    return { status: response.status, at: (problems ?? []).map(({ at }) => at) };
  }

  test('a gateway with a good clock and a log that answers is ready', async () => {
    gateway = await startTestGateway();
    expect(await problemsAtReadiness()).toEqual({ status: 200, at: [] });
  });

  test('a gateway whose clock differs from the database by more than 500 ms is not', async () => {
    gateway = await startTestGateway({ readDatabaseClock: async () => Date.now() - 1_500 });
    expect(await problemsAtReadiness()).toEqual({ status: 503, at: ['gateway.clock'] });
  });

  test('a gateway that cannot reach the log is not', async () => {
    const log = await ScriptedEventLog.create();
    gateway = await startTestGateway({ log });
    log.isAway = true;
    expect(await problemsAtReadiness()).toEqual({ status: 503, at: ['gateway.log'] });
  });
});
