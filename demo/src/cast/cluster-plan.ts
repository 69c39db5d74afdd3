/** Of 600 who come, how many of 60 absentees and 30 who run out of time each cluster has. */
export interface ClusterPlan {
  readonly cluster: number;
  readonly registered: number;
  readonly attending: number;
  readonly runningOutOfTime: number;
}

export const CLUSTERS = 5;
/** The last cluster is smaller, and most who stay away belong to it: below 80 % its gate has to fail. */
const LAST_ATTENDING_SHARE = 0.16;
const ABSENT_SHARE = 0.1;
const LAST_ABSENT_SHARE = 0.44 / 0.6;
const OUT_OF_TIME_SHARE = 0.05;

export function planClusters(people: number): ClusterPlan[] {
  const absent = Math.round(people * ABSENT_SHARE);
  const lastAbsent = Math.round(absent * LAST_ABSENT_SHARE);
  const lastAttending = Math.round(people * LAST_ATTENDING_SHARE);
  const attending = [...shares(people - lastAttending, CLUSTERS - 1), lastAttending];
  const staying = [...shares(absent - lastAbsent, CLUSTERS - 1), lastAbsent];
  const outOfTime = shares(Math.round(people * OUT_OF_TIME_SHARE), CLUSTERS);
  return attending.map((count, index) => ({
    cluster: index + 1,
    registered: count + staying[index]!,
    attending: count,
    runningOutOfTime: outOfTime[index]!,
  }));
}

/** A whole number cut into parts that differ by one at most. */
function shares(total: number, parts: number): number[] {
  return Array.from({ length: parts }, (_, index) => Math.floor((total + index) / parts));
}
