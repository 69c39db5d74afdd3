import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { TcpProxy } from './tcp-proxy';

describe('TcpProxy', () => {
  let server: Server;
  let received: string[];
  let proxy: TcpProxy;
  const clients: Socket[] = [];

  beforeEach(async () => {
    received = [];
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        received.push(data.toString());
        socket.write(`echo ${data.toString()}`);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await TcpProxy.start({ host: '127.0.0.1', port: (server.address() as { port: number }).port });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await proxy.stop();
    server.close();
  });

  async function client(): Promise<Socket> {
    const socket = connect(proxy.port, '127.0.0.1');
    socket.on('error', () => undefined);
    clients.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  /** Not `once`, which rejects on the error that a reset is. */
  function closed(socket: Socket): Promise<void> {
    return new Promise((resolve) => socket.once('close', () => resolve()));
  }

  async function ask(socket: Socket, text: string): Promise<string> {
    socket.write(text);
    const [data] = (await once(socket, 'data')) as [Buffer];
    return data.toString();
  }

  /** Chunks may arrive joined. */
  async function untilReceived(text: string): Promise<void> {
    await until(() => received.join('').includes(text));
  }

  test('passes bytes both ways', async () => {
    expect(await ask(await client(), 'hello')).toBe('echo hello');
  });

  test('a narrow line lets the requests of all clients through one after the other', async () => {
    const [first, second] = [await client(), await client()];
    proxy.throttle(1_000);
    const startedMs = performance.now();
    await Promise.all([ask(first, 'x'.repeat(50)), ask(second, 'y'.repeat(50))]);
    expect(performance.now() - startedMs).toBeGreaterThan(95);
    expect(proxy.forwardedBytes).toBe(100);
    proxy.heal();
    await ask(first, 'z'.repeat(500));
    expect(performance.now() - startedMs).toBeLessThan(500);
  });

  test('latency delays both directions', async () => {
    proxy.latency(30);
    const socket = await client();
    const startedAtMs = performance.now();
    await ask(socket, 'slow');
    // Timers may fire a millisecond early.
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(58);
  });

  test('a chunk never overtakes an earlier one when latency falls', async () => {
    const socket = await client();
    const seen = new Promise<void>((resolve) => {
      proxy.onRequest = () => {
        resolve();
        return 'forward';
      };
    });
    proxy.toServer.latencyMs = 40;
    socket.write('first');
    await seen;
    proxy.toServer.latencyMs = 0;
    socket.write('second');
    await untilReceived('second');
    expect(received.join('')).toBe('firstsecond');
  });

  test('swallowed responses leave the request delivered and the client waiting', async () => {
    const socket = await client();
    proxy.swallowResponses();
    let answered = false;
    socket.on('data', () => (answered = true));
    socket.write('kept');
    await untilReceived('kept');
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
  });

  test('one response can be swallowed: the request has arrived, and the next one is answered', async () => {
    const socket = await client();
    proxy.onRequest = (chunk) => (chunk.includes('unanswered') ? 'swallow-response' : 'forward');
    socket.write('unanswered');
    await untilReceived('unanswered');
    await until(() => proxy.swallowedResponses === 1);
    expect(await ask(socket, 'answered')).toBe('echo answered');
  });

  test('a black hole towards the server delivers nothing, and healing resets what lost bytes', async () => {
    const socket = await client();
    proxy.toServer.blackHole = true;
    const reset = closed(socket);
    const decided = new Promise<void>((resolve) => {
      proxy.onRequest = () => {
        resolve();
        return 'forward';
      };
    });
    socket.write('lost');
    await decided;
    await new Promise((resolve) => setImmediate(resolve));
    proxy.heal();
    await reset;
    expect(received).toEqual([]);
    expect(await ask(await client(), 'again')).toBe('echo again');
  });

  test('cutting after the request was forwarded resets the client although the server has the request', async () => {
    const socket = await client();
    proxy.onRequest = (chunk) => (chunk.includes('cut') ? 'cut-after-forward' : 'forward');
    let answered = false;
    socket.on('data', () => (answered = true));
    socket.write('cut me');
    await closed(socket);
    await untilReceived('cut me');
    expect(answered).toBe(false);
  });

  test('cutting before forwarding keeps the request from the server', async () => {
    const socket = await client();
    proxy.onRequest = () => 'cut-before-forward';
    socket.write('never arrives');
    await closed(socket);
    expect(received).toEqual([]);
  });

  test('a connection is reset after the bytes agreed', async () => {
    const socket = await client();
    await ask(socket, 'one');
    proxy.resetAfter(5);
    socket.write('more than five bytes come back');
    await closed(socket);
    expect(received.join('')).toContain('more than five bytes come back');
  });

  test('a refusing proxy resets open and new connections until it heals', async () => {
    const socket = await client();
    const reset = closed(socket);
    proxy.refuse();
    await reset;
    const refused = connect(proxy.port, '127.0.0.1');
    refused.on('error', () => undefined);
    clients.push(refused);
    await closed(refused);
    proxy.heal();
    expect(await ask(await client(), 'back')).toBe('echo back');
  });
});

const WAIT_TIMEOUT_MS = 3_000;

async function until(condition: () => boolean): Promise<void> {
  const deadlineMs = Date.now() + WAIT_TIMEOUT_MS;
  while (!condition() && Date.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 2));
}
