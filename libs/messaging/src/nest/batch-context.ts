import { BaseRpcContext } from '@nestjs/microservices';
import type { RecordBatch } from '../log/event-log';

/** What a handler, guard or interceptor can ask about the batch it was called for: `@Ctx() context: BatchContext`. */
export class BatchContext extends BaseRpcContext<[RecordBatch]> {
  /** The batch as the log handed it over; the handler's slice is a part of it. */
  get recordBatch(): RecordBatch {
    return this.getArgByIndex(0);
  }
}
