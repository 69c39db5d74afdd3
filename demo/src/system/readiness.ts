import { HttpClient } from '../client/http.client';
import { until } from '../client/waiting';
import type { NodeProcess } from './node-process';

/** Longer than crash recovery of a busy database takes on a slow machine. */
const READY_TIMEOUT_MS = 90_000;
const POLL_MS = 50;

/** Waits until a process answers that it is ready. */
export async function untilReady(name: string, url: string, process: NodeProcess): Promise<void> {
  const client = new HttpClient(url);
  let hasEnded: unknown = null;
  try {
    await until(
      `${name} becomes ready`,
      READY_TIMEOUT_MS,
      async () => {
        hasEnded = endOf(process);
        return hasEnded !== null || (await client.send({ method: 'GET', path: '/health/ready' })).status === 200;
      },
      POLL_MS,
    );
  } finally {
    client.close();
  }
  if (hasEnded !== null) throw hasEnded;
}

function endOf(process: NodeProcess): unknown {
  try {
    process.assertRunning();
    return null;
  } catch (error) {
    return error;
  }
}

/** Waits until a system that somebody else runs answers that it is ready. */
export async function untilAnswers(url: string): Promise<void> {
  const client = new HttpClient(url);
  try {
    const ready = async () => (await client.send({ method: 'GET', path: '/health/ready' })).status === 200;
    await until(`${url} becomes ready`, READY_TIMEOUT_MS, ready, POLL_MS);
  } finally {
    client.close();
  }
}
