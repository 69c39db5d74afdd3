import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { ForParticipant, Public, Roles, protectRoutes } from '@app/access';
import { DomainError } from '@app/contracts';
import { HealthRegistry, correlationId } from '@app/observability';
import { Body, Controller, Get, Module, Post, Query } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { IsInt, Min } from 'class-validator';
import { BodyLimit } from './body-limit.decorator';
import { FileBody } from './file-body.decorator';
import { createHttpApplication, listen } from './http-application';

const NIP = '197801012005011001';
const SILENT = { log() {}, error() {}, warn() {}, debug() {}, verbose() {}, fatal() {} };

class CreateThing {
  @IsInt()
  @Min(1)
  count: number;
}

@Public()
@Controller('v1/things')
class ThingsController {
  @Post()
  create(@Body() body: CreateThing): { count: number; correlation: string | undefined } {
    return { count: body.count, correlation: correlationId() };
  }

  @Post('import')
  @BodyLimit(2_000)
  import(@FileBody() text: string): { characters: number } {
    return { characters: text.length };
  }

  @Get('refused')
  refuse(@Query('name') _name: string): never {
    throw new DomainError('service.unavailable', `No place for ${NIP}.`, { retryAfterSeconds: 4 });
  }

  @Get('broken')
  break(): never {
    throw new TypeError(`cannot read ${NIP} of undefined`);
  }

  @Get('outage')
  outage(): never {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

describe('an HTTP application', () => {
  let app: NestFastifyApplication;
  let url: string;

  beforeAll(async () => {
    const options = { name: 'things', bodyLimitBytes: 200, logger: SILENT, random: () => 0.5 };
    app = await createHttpApplication(ThingsModule, options);
    protectRoutes(app, { staff: null, attemptTokens: null });
    url = await listen(app, { host: '127.0.0.1', port: 0 });
  });

  afterAll(() => app.close());

  const post = (path: string, body: string, contentType = 'application/json', headers = {}) =>
    fetch(url + path, { method: 'POST', body, headers: { 'content-type': contentType, ...headers } });

  test.each([
    ['broken JSON', '/v1/things', '{"count":', 'application/json', 400, 'request.invalid-json'],
    ['an empty body', '/v1/things', '', 'application/json', 400, 'request.invalid-json'],
    [
      'a body over the limit',
      '/v1/things',
      `{"count":1,"x":"${'y'.repeat(300)}"}`,
      'application/json',
      413,
      'request.too-large',
    ],
    ['a form', '/v1/things', 'count=1', 'application/x-www-form-urlencoded', 415, 'request.unsupported-media-type'],
    ['plain text', '/v1/things', 'count=1', 'text/plain', 415, 'request.unsupported-media-type'],
    ['JSON where a file belongs', '/v1/things/import', '{}', 'application/json', 415, 'request.unsupported-media-type'],
    ['a value that is not allowed', '/v1/things', '{"count":0}', 'application/json', 400, 'request.invalid'],
    ['an unknown route', '/v1/nothing', '{}', 'application/json', 404, 'request.not-found'],
  ])('%s is refused with its code, and the next request works', async (_, path, body, type, status, code) => {
    const refused = await post(path, body, type);
    expect(refused.status).toBe(status);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(await refused.json()).toMatchObject({ type: `/errors#${code}`, status, code, instance: path });
    const next = await post('/v1/things', '{"count":3}');
    expect(next.status).toBe(201);
  });

  test('a field that no class names is refused by its path', async () => {
    const refused = await post('/v1/things', '{"count":1,"other":2}');
    const { problems } = (await refused.json()) as { problems: unknown };
    expect(problems).toEqual([{ at: 'other', message: 'should not exist' }]);
  });

  test('a route with a limit of its own takes what the others refuse', async () => {
    const accepted = await post('/v1/things/import', 'x'.repeat(1_500), 'text/csv');
    expect(await accepted.json()).toEqual({ characters: 1_500 });
    const refused = await post('/v1/things/import', 'x'.repeat(2_500), 'text/csv');
    expect(refused.status).toBe(413);
  });

  test('a refusal says when to come back, spread by chance, and shows no identity number', async () => {
    const refused = await fetch(`${url}/v1/things/refused?name=Siti`);
    expect(refused.headers.get('retry-after')).toBe('6');
    const text = await refused.text();
    expect(text).not.toContain(NIP);
    expect(text).not.toContain('Siti');
  });

  test('a defect says nothing about itself', async () => {
    const refused = await fetch(`${url}/v1/things/broken`);
    expect(refused.status).toBe(500);
    const problem = (await refused.json()) as object;
    expect(problem).toMatchObject({ code: 'service.internal', detail: 'Something unexpected went wrong.' });
    expect(JSON.stringify(problem)).not.toContain('undefined');
  });

  test('a database that does not answer is an outage, not a defect', async () => {
    const refused = await fetch(`${url}/v1/things/outage`);
    expect(await refused.json()).toMatchObject({ code: 'service.unavailable' });
    expect(refused.headers.get('retry-after')).toBe('3');
  });

  test('the correlation id of a caller reaches the handler and comes back; a text of another form does not', async () => {
    const id = '0b5c7a52-7a51-4f6e-8a55-2f6d3d0f9c11';
    const answer = await post('/v1/things', '{"count":3}', 'application/json', { 'x-correlation-id': id });
    expect(answer.headers.get('x-correlation-id')).toBe(id);
    expect(await answer.json()).toEqual({ count: 3, correlation: id });
    const other = await post('/v1/things', '{"count":3}', 'application/json', { 'x-correlation-id': NIP });
    expect(other.headers.get('x-correlation-id')).not.toBe(NIP);
    const { correlation } = (await other.json()) as { correlation: string };
    expect(correlation).toBe(other.headers.get('x-correlation-id'));
  });

  test('answers are not stored and are not framed', async () => {
    const { headers } = await fetch(`${url}/health/live`);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('a process that is stopping is alive, but not ready, and ends each connection with its reply', async () => {
    const ready = await fetch(`${url}/health/ready`);
    expect([ready.status, ready.headers.get('connection')]).toEqual([200, 'keep-alive']);
    app.get(HealthRegistry).stopAccepting();
    const refused = await fetch(`${url}/health/ready`);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ problems: [{ at: 'process', message: 'is stopping' }] });
    const live = await fetch(`${url}/health/live`);
    expect([live.status, live.headers.get('connection')]).toEqual([200, 'close']);
  });

  test('requests are counted by route, never by address', async () => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain(
      'petabakat_http_request_seconds_count{method="GET",route="/v1/things/refused",status="503"} 1',
    );
    expect(metrics).not.toContain('Siti');
  });

  test('headers over the limit and what is not HTTP are refused as problems', async () => {
    const oversized = await new Promise<number | undefined>((resolve, reject) => {
      httpRequest(`${url}/health/live`, { headers: { 'x-long': 'x'.repeat(9_000) } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(oversized).toBe(413);
    const broken = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write('HELLO\r\n\r\n'));
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('error', reject).on('close', () => resolve(text));
    });
    expect(broken).toContain('"code":"request.invalid"');
  });
});

describe('routes', () => {
  const boot = async (controller: new () => object) => {
    @Module({ controllers: [controller] })
    class TestModule {}
    const app = await createHttpApplication(TestModule, { name: 'test', bodyLimitBytes: 100, logger: SILENT });
    try {
      protectRoutes(app, { staff: null, attemptTokens: null });
    } finally {
      await app.close();
    }
  };

  @Controller('v1/open')
  class SilentController {
    @Get()
    read(): void {}
  }

  @Controller('v1/staff')
  class StaffController {
    @Roles('operations')
    @Get()
    read(): void {}
  }

  @Controller('v1/mine')
  class ParticipantController {
    @ForParticipant()
    @Get(':id')
    read(): void {}
  }

  test.each([
    ['without a rule', SilentController, 'GET /v1/open (SilentController.read) says nothing about who may call it'],
    [
      'for staff in an app without staff',
      StaffController,
      'GET /v1/staff (StaffController.read) needs the staff directory',
    ],
    [
      'for participants that names no attempt',
      ParticipantController,
      'GET /v1/mine/:id (ParticipantController.read) names no :attemptId',
    ],
  ])('a route %s keeps the app from starting', async (_, controller, complaint) => {
    await expect(boot(controller)).rejects.toThrow(complaint);
  });
});
