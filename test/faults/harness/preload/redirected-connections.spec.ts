import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

test('a redirected port is another one for the process, and others stay what they are', async () => {
  const server = createServer((socket) => socket.end('redirected')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const program = `
    const { connect } = require('node:net');
    connect({ host: '127.0.0.1', port: 1 }).on('data', (text) => process.stdout.write(text));
    connect({ host: '127.0.0.1', port: 2 }).on('error', ({ code }) => process.stdout.write(code));`;
  const preload = join(__dirname, 'redirected-connections.cjs');
  const { stdout } = await run(process.execPath, ['--require', preload, '-e', program], {
    env: { PATH: process.env.PATH, FAULT_TEST_REDIRECTED_PORTS: JSON.stringify({ 1: port }) },
  });
  expect(stdout).toContain('redirected');
  expect(stdout).toContain('ECONNREFUSED');
  server.close();
});
