import { ALL_TOPICS } from '@app/contracts';
import type { EventLog } from '../log/event-log';

/** The explicit step that makes the topics: no app makes them by starting. @returns their names */
export async function createTopicsCommand(log: EventLog): Promise<string[]> {
  await log.createTopics(ALL_TOPICS);
  return ALL_TOPICS.map(({ name }) => name);
}
