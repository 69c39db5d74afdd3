import { once } from 'node:events';
import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
  createServer,
  request,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { json, text } from 'node:stream/consumers';
import { registerUpstreams } from '../src/upstreams/upstream.proxy';
import { type Gateway, answerOf, post, recorded, startTestGateway } from './gateway.harness';

interface SeenRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let upstream: Server;
let answer: RequestListener;
let seen: SeenRequest[];
let gateway: Gateway;

beforeEach(async () => {
  seen = [];
  answer = (_request, response) => response.end('{}');
  upstream = createServer((incoming, response) => {
    void text(incoming).then((body) => {
      const { method, url, headers } = incoming;
      seen.push({ method, url, headers, body });
      answer(incoming, response);
    });
  }).listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  gateway = await startTestGateway({
    describedUpstreams: [url],
    prepare: (app) =>
      registerUpstreams(app.getHttpAdapter().getInstance(), { assessment: url, scoring: url, scheduler: url }),
  });
});

afterEach(async () => {
  await gateway.stop();
  upstream.closeAllConnections();
  upstream.close();
});

describe('routes of other services', () => {
  test('pass with method, path, query, body and token, and come back as they are', async () => {
    answer = (_request, response) => {
      response.writeHead(201, { 'content-type': 'application/json', 'x-own': 'yes' });
      response.end('{"loggedIn":true}');
    };
    const response = await fetch(`${gateway.url}/v1/logins?trace=a%20b`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer pbk_x' },
      body: '{ "pin" :  "123456" }',
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-own')).toBe('yes');
    expect(await response.json()).toEqual({ loggedIn: true });
    expect(seen).toMatchObject([
      {
        method: 'POST',
        url: '/v1/logins?trace=a%20b',
        headers: { authorization: 'Bearer pbk_x' },
        body: '{ "pin" :  "123456" }',
      },
    ]);
  });

  test.each(['/v1/attempts/a/form', '/v1/sessions/s', '/v1/results', '/v1/clusters/3', '/v1/progress'])(
    'include %s',
    async (path) => {
      expect((await fetch(gateway.url + path)).status).toBe(200);
      expect(seen.map(({ url }) => url)).toEqual([path]);
    },
  );

  test('do not include the answer route, which the gateway answers itself', async () => {
    expect((await post(gateway, [answerOf(1)])).status).toBe(200);
    expect(await recorded(gateway.log)).toHaveLength(1);
    expect(seen).toEqual([]);
  });

  test('do not include what nobody answers', async () => {
    const response = await fetch(`${gateway.url}/v1/unheard-of`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'request.not-found' });
    expect(seen).toEqual([]);
  });

  test('take files that are larger than anything the gateway takes itself', async () => {
    const csv = 'participantNumber,agency\n'.repeat(20_000);
    await fetch(`${gateway.url}/v1/participants`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: csv,
    });
    expect(seen[0]!.body).toBe(csv);
    expect(seen[0]!.headers['content-type']).toBe('text/csv');
  });

  test('are told who asks by the gateway, never by the client', async () => {
    const correlationId = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
    await fetch(`${gateway.url}/v1/plan`, {
      headers: {
        'x-forwarded-for': '10.0.0.1',
        'x-real-ip': '10.0.0.1',
        forwarded: 'for=10.0.0.1',
        'x-correlation-id': correlationId,
      },
    });
    const { headers } = seen[0]!;
    expect(headers['x-forwarded-for']).toBe('127.0.0.1');
    expect(headers['x-real-ip']).toBeUndefined();
    expect(headers.forwarded).toBeUndefined();
    expect(headers['x-correlation-id']).toBe(correlationId);
  });

  test('get no header that concerns the connection, and send none back', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { connection: 'close, x-hop', 'x-hop': '1', 'keep-alive': 'timeout=1', 'x-kept': '1' });
      response.end();
    };
    const outgoing = request(`${gateway.url}/v1/plan`, {
      headers: { connection: 'keep-alive, x-secret-hop', 'x-secret-hop': '1', te: 'trailers', 'x-kept': '1' },
    }).end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    incoming.resume();
    expect(seen[0]!.headers).toMatchObject({ 'x-kept': '1' });
    for (const name of ['x-secret-hop', 'te']) expect(seen[0]!.headers[name]).toBeUndefined();
    expect(incoming.headers['x-kept']).toBe('1');
    expect(incoming.headers['x-hop']).toBeUndefined();
    expect(incoming.headers.connection).toBe('keep-alive');
  });

  test('keep the security headers of the gateway', async () => {
    const { headers } = await fetch(`${gateway.url}/v1/plan`);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test.each(['/v1/plan/..%2f..%2fsecret', '/v1/plan/%2e%2e/%2e%2e/secret', '/v1/plan/..%5csecret', '/v1/plan/%zz'])(
    'do not reach outside their prefix: %s',
    async (path) => {
      // fetch would tidy the path up first.
      const outgoing = request(gateway.url, { path }).end();
      const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
      expect(incoming.statusCode).toBe(404);
      expect(await json(incoming)).toMatchObject({ code: 'request.not-found' });
      expect(seen).toEqual([]);
    },
  );
});

describe('a service that cannot answer', () => {
  test('is told as unavailable, with a time to come back', async () => {
    upstream.closeAllConnections();
    upstream.close();
    await once(upstream, 'close');
    const response = await fetch(`${gateway.url}/v1/logins`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await response.json()).toMatchObject({ code: 'service.unavailable', instance: '/v1/logins' });
  });

  test('and breaks the connection is told as unavailable', async () => {
    answer = (incoming) => incoming.socket.destroy();
    const response = await fetch(`${gateway.url}/v1/logins`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'service.unavailable' });
    expect(seen).toHaveLength(1);
  });

  test('and says so itself is asked once, and its own answer comes back', async () => {
    answer = (_request, response) => {
      response.writeHead(503, { 'retry-after': '7', 'content-type': 'application/problem+json' });
      response.end('{"code":"attempt.catching-up"}');
    };
    const response = await fetch(`${gateway.url}/v1/attempts/a`);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(await response.json()).toEqual({ code: 'attempt.catching-up' });
    expect(seen).toHaveLength(1);
  });
});

describe('the description of the whole API', () => {
  const described = {
    openapi: '3.1.0',
    info: { title: 'x', version: '1' },
    paths: { '/v1/logins': { post: { responses: {} } }, '/v1/keys': { get: { summary: 'not this one' } } },
    components: { schemas: { Login: { type: 'object' } } },
  };

  async function description(): Promise<{ paths: Record<string, unknown>; components: { schemas: object } }> {
    return (await (await fetch(`${gateway.url}/openapi.json`)).json()) as never;
  }

  test('holds the own routes and those of the services, which are asked once', async () => {
    answer = (_request, response) => response.end(JSON.stringify(described));
    await description();
    const { paths, components } = await description();
    expect(paths['/v1/attempts/{attemptId}/answers']).toBeDefined();
    expect(paths['/v1/logins']).toEqual(described.paths['/v1/logins']);
    expect(paths['/v1/keys']).not.toEqual(described.paths['/v1/keys']);
    expect(components.schemas).toMatchObject(described.components.schemas);
    expect(seen).toHaveLength(1);
  });

  test('holds the own routes where a service has no description', async () => {
    answer = (_request, response) => response.writeHead(404).end();
    const { paths } = await description();
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/v1/attempts/{attemptId}/answers', '/v1/keys', '/contracts/{type}/{version}']),
    );
  });
});
