import { parentPort, workerData } from 'node:worker_threads';
import { AbilityScorer, type Estimator, type ParameterSet } from '@app/psychometrics';

export interface WorkerTask {
  readonly set: ParameterSet;
  readonly estimator: Estimator;
  readonly scores: Int8Array;
  readonly theta: Float64Array;
  readonly standardError: Float64Array;
  readonly firstPerson: number;
  readonly lastPerson: number;
}

const { set, estimator, scores, theta, standardError, firstPerson, lastPerson } = workerData as WorkerTask;
const items = set.items.length;
const port = parentPort!;

/** Every message is a run of its own, which makes its tables anew. */
port.on('message', () => {
  const table = new AbilityScorer(set, { estimator }).scoreAll({
    persons: lastPerson - firstPerson,
    items,
    scores: scores.subarray(firstPerson * items, lastPerson * items),
  });
  theta.set(table.theta, firstPerson);
  standardError.set(table.standardError, firstPerson);
  port.postMessage('done');
});
port.postMessage('ready');
