import { parentPort } from 'node:worker_threads';
import { TOPICS } from '@app/contracts';
import { partitionOf } from '@app/messaging';
import { Commitments } from '@app/receipts';
import { type ClosingsTask, buildClosings } from './closings';

/** Made up, so that everybody can recompute the demonstration's roots. */
const SECRET = Buffer.from('petabakat rollout demonstration: no secret at all');
const commitments = new Commitments(SECRET);

parentPort!.on('message', ({ number, task }: { readonly number: number; readonly task: ClosingsTask }) => {
  const built = buildClosings(task, commitments, (attemptId) => partitionOf(attemptId, TOPICS.attempts.partitions));
  parentPort!.postMessage({ number, built });
});
