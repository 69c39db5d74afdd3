import type { TcpProxy } from '@app/testing';
import { until } from '../load/platform/staff.client';
import type { FaultRow } from './harness/fault.row';
import type { FaultScene } from './harness/fault.scene';
import { faultSuite } from './harness/fault.suite';
import { SecondHall } from './harness/second.hall';
import { appendsToKafka, appendsToPostgres } from './harness/wire';

/** Each costs the answers of one batch their reply. */
const CUTS = 6;
/** So that the repeats of one do not all meet the next. */
const BETWEEN_CUTS = 5;
/** A busy gateway appends few and large batches. */
const STRIKE_TIMEOUT_MS = 20_000;

const replyToAppendLost: FaultRow = {
  name: 'reply-to-append-lost',
  logs: ['postgres', 'one-broker'],
  short: ['postgres'],
  // Before Kafka the gateway repeats the append by itself, so its candidates get their replies all the same.
  cutsReplies: ['postgres'],
  async arrange(scene) {
    proxies = scene.platform.kafka
      ? await scene.putBrokersBehindProxies('gateway')
      : [await scene.putPostgresBehindProxy('gateway')];
  },
  async harm(scene) {
    await scene.underLoad();
    scene.inject();
    for (const proxy of proxies) await cutReplies(scene, proxy);
    scene.heal();
  },
  problems: ({ check }) =>
    check.findings.some(({ figures }) => (figures['repeats in the log'] ?? 0) > 0)
      ? []
      : ['shows nothing: no repeat of an appended answer stands in the log'],
};
let proxies: readonly TcpProxy[] = [];

async function cutReplies(scene: FaultScene, proxy: TcpProxy): Promise<void> {
  const appends = scene.platform.kafka ? appendsToKafka : appendsToPostgres;
  let seen = 0;
  let cuts = 0;
  proxy.onRequest = (chunk) => {
    if (!appends(chunk) || cuts === CUTS || seen++ % BETWEEN_CUTS > 0) return 'forward';
    cuts += 1;
    scene.hit('reply to an append cut off after it was forwarded');
    return 'cut-after-forward';
  };
  await until('replies are cut', STRIKE_TIMEOUT_MS, async () => cuts === CUTS);
  proxy.heal();
}

const TWIN_CANDIDATES = 6;
const TWIN_ANSWERS = 40;

const sentTwiceAtOnce: FaultRow = {
  name: 'sent-twice-at-once',
  logs: ['postgres', 'one-broker'],
  cutsReplies: [],
  async arrange(scene) {
    hall = await SecondHall.open(scene, TWIN_CANDIDATES);
  },
  async harm(scene) {
    await scene.underLoad();
    scene.inject();
    scene.hit(`the same answers on ${scene.platform.gatewayUrls.length} gateways at once`);
    await hall.answerEverywhereAtOnce(TWIN_ANSWERS);
    scene.heal();
    await hall.submit();
  },
  problems: ({ history }) => {
    const twice = history.operations.filter(
      ({ kind, tries }) => kind === 'answer' && tries.filter(({ outcome }) => outcome?.receipt).length > 1,
    );
    return twice.length >= (TWIN_CANDIDATES * TWIN_ANSWERS) / 2
      ? []
      : [`shows nothing: only ${twice.length} answers have two receipts`];
  },
};
let hall: SecondHall;

faultSuite('an answer that comes twice has its effect once', [replyToAppendLost, sentTwiceAtOnce]);
