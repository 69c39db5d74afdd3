import { type Server, type Socket, createServer } from 'node:net';
import { HttpConnection, NoReply, NotSent } from './http.connection';

describe('a connection of the driver', () => {
  let server: Server;
  let answer: (socket: Socket, request: string) => void;
  let connections: string[];
  let target: { host: string; port: number };

  beforeEach(async () => {
    connections = [];
    server = createServer((socket) => {
      connections.push(socket.remoteAddress!);
      socket.on('data', (data) => answer(socket, data.toString()));
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    target = { host: '127.0.0.1', port: (server.address() as { port: number }).port };
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  test('requests share one connection from the address of the candidate', async () => {
    answer = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
    const connection = new HttpConnection(target, '127.0.0.3');
    for (let nth = 0; nth < 3; nth++) {
      expect(await connection.request({ method: 'GET', path: '/' })).toMatchObject({ status: 200, body: '{}' });
    }
    expect(connections).toEqual(['127.0.0.3']);
    connection.close();
  });

  test('a reply that comes in pieces and chunks is put together', async () => {
    const pieces = [
      'HTTP/1.1 503 X\r\nretry-af',
      'ter: 2\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"a\r',
      '\n4\r\n":1}\r\n0\r\n\r\n',
    ];
    answer = (socket) => pieces.forEach((piece, nth) => setTimeout(() => socket.write(piece), nth * 5));
    const connection = new HttpConnection(target);
    const reply = await connection.request({ method: 'POST', path: '/', json: { b: 2 } });
    expect(reply).toEqual({ status: 503, body: '{"a":1}', retryAfterMs: 2_000, closes: false });
    connection.close();
  });

  test('a connection that ends before the reply leaves the outcome unknown, and the next request opens another', async () => {
    answer = (socket) => socket.destroy();
    const connection = new HttpConnection(target);
    await expect(connection.request({ method: 'GET', path: '/' })).rejects.toBeInstanceOf(NoReply);
    answer = (socket) => socket.end('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n');
    expect(await connection.request({ method: 'GET', path: '/' })).toMatchObject({ status: 204, closes: true });
    expect(connections).toHaveLength(2);
  });

  test('silence is unknown, a refused connection is certain', async () => {
    answer = (socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n');
    const connection = new HttpConnection(target);
    await connection.request({ method: 'GET', path: '/' });
    answer = () => undefined;
    await expect(connection.request({ method: 'GET', path: '/' }, 20)).rejects.toEqual(new NoReply('timeout'));
    const refusing = await new Promise<number>((resolve) => {
      const other = createServer().listen(0, '127.0.0.1', () => {
        const { port } = other.address() as { port: number };
        other.close(() => resolve(port));
      });
    });
    connection.retarget({ host: '127.0.0.1', port: refusing });
    await expect(connection.request({ method: 'GET', path: '/' })).rejects.toEqual(new NotSent('ECONNREFUSED'));
  });
});
