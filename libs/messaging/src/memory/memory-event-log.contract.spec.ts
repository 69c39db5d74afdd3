import { describeEventLog } from '../log/event-log.contract';
import { MemoryEventLog } from './memory-event-log';

describeEventLog('memory', async () => {
  const log = new MemoryEventLog();
  return {
    open: async () => log,
    trim: async (topic, partition, beforeOffset) => log.trim(topic, partition, beforeOffset),
    stop: () => log.close(),
  };
});
