import { readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessName, TcpProxy } from '@app/testing';
import { until } from '../load/platform/staff.client';
import type { FaultRow } from './harness/fault.row';
import type { FaultScene } from './harness/fault.scene';
import { faultSuite } from './harness/fault.suite';
import { answerTries, faultWindow } from './harness/history.questions';

const MEGABYTE = 1_048_576;
const DISK_MEGABYTES = 768;
const FULL_MS = 8_000;
/** What is left is used up by some hundred answers. */
const FILLED_TIMEOUT_MS = 30_000;
const REFUSED_MIN = 20;

/** The disk under the log and the tables is full; PostgreSQL may stop for it, and is started again once there is room. */
const diskFull: FaultRow = {
  name: 'disk-full',
  logs: ['postgres'],
  diskMegabytes: DISK_MEGABYTES,
  cutsReplies: [],
  load: { minutes: 0.9 },
  async harm(scene) {
    const { platform } = scene;
    const ballast = join(platform.folder, 'ballast');
    await scene.underLoad();
    scene.inject();
    const { bavail, bsize } = statfsSync(platform.folder);
    fill(ballast, bavail * bsize - MEGABYTE);
    scene.hit(`${Math.round((bavail * bsize) / MEGABYTE)} MB of ballast leave no room`);
    const server = platform.postgres;
    let hasEnded = false;
    void server.ended.then(() => (hasEnded = true));
    const { notAppended: before } = scene.parts.run.timeline.total;
    await until('the log refuses', FILLED_TIMEOUT_MS, async () => {
      return hasEnded || scene.parts.run.timeline.total.notAppended >= before + REFUSED_MIN;
    });
    await sleep(FULL_MS);
    rmSync(ballast);
    if (hasEnded) {
      scene.hit('PostgreSQL has stopped for want of room');
      await server.stop();
      await platform.startPostgres();
    }
    scene.heal();
  },
  problems({ history }) {
    const { fromMs, untilMs } = faultWindow(history);
    const refused = answerTries(history).filter(
      ({ outcome }) => outcome?.outcome === 'fail' && outcome.atMs > fromMs && outcome.atMs < untilMs,
    ).length;
    return refused >= REFUSED_MIN ? [] : [`shows nothing: only ${refused} answers were refused on a full disk`];
  },
};

/** Sparse files take no room, so every byte is written. */
function fill(file: string, bytes: number): void {
  const block = Buffer.alloc(MEGABYTE, 1);
  for (let written = 0; written + MEGABYTE < bytes; written += MEGABYTE) {
    writeFileSync(file, block, { flag: 'a' });
  }
}

const HEAP_MEGABYTES = 96;
/** What Node needs besides its heap: code, buffers, threads. */
const RESIDENT_MEGABYTES_MAX = 288;
const QUEUE_RECORDS_MAX = 300;
const SILENT_MS = 12_000;
const AFTERWARDS_MS = 5_000;
const GATEWAYS: readonly ProcessName[] = ['gateway', 'gateway-2'];

let pids: readonly number[] = [];
let peaks: readonly number[] = [];

/** The log is silent and more comes than the gateway may keep: it refuses before it runs out of memory. */
const memoryCapped: FaultRow = {
  name: 'memory-capped',
  logs: ['postgres', 'one-broker'],
  environment: {
    gateway: {
      NODE_OPTIONS: `--max-old-space-size=${HEAP_MEGABYTES}`,
      PETABAKAT_ANSWER_QUEUE_RECORDS_MAX: String(QUEUE_RECORDS_MAX),
    },
  },
  cutsReplies: ['postgres', 'one-broker'],
  load: { minutes: 0.7, intervalSeconds: 0.5 },
  async arrange(scene) {
    proxies = scene.platform.kafka
      ? await scene.putBrokersBehindProxies('gateway')
      : [await scene.putPostgresBehindProxy('gateway')];
  },
  async harm(scene) {
    pids = pidsOf(scene);
    await scene.underLoad();
    scene.inject();
    scene.hit(`the log is silent, ${GATEWAYS.length} gateways have ${HEAP_MEGABYTES} MB each`);
    for (const proxy of proxies) proxy.swallowResponses();
    await sleep(SILENT_MS);
    for (const proxy of proxies) proxy.heal();
    scene.heal();
    await sleep(AFTERWARDS_MS);
    peaks = pidsOf(scene).map(peakMegabytes);
  },
  problems({ scene, history }) {
    const overloaded = answerTries(history).filter(({ outcome }) => outcome?.code === 'answer.overloaded').length;
    return [
      ...(overloaded > 0 ? [] : ['shows nothing: nothing was refused as overload']),
      ...(String(pidsOf(scene)) === String(pids) ? [] : ['a gateway has died and was started again']),
      ...peaks
        .filter((peak) => peak > RESIDENT_MEGABYTES_MAX)
        .map((peak) => `a gateway has taken ${peak} MB, ${RESIDENT_MEGABYTES_MAX} MB are allowed`),
    ];
  },
};
let proxies: readonly TcpProxy[] = [];

function pidsOf(scene: FaultScene): number[] {
  return GATEWAYS.map((name) => scene.platform.processes.pidOf(name));
}

/** @throws where the process is gone */
function peakMegabytes(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1];
  return Math.round(Number(kilobytes) / 1_024);
}

faultSuite('scarcity refuses and loses nothing', [diskFull, memoryCapped]);
