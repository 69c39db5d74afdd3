import { TOPICS, type TopicAlias } from '@app/contracts';
import { applyDecorators, UseFilters } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import type { EventBatch } from '../consumption/event-batch';
import { HandlerErrorFilter } from './handler-error.filter';

type BatchMethodDecorator = <Method extends (batch: EventBatch) => Promise<void>>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/** One transport per consumer group: Nest would otherwise chain the handlers that several groups have for one topic. */
export function transportIdOf(group: string): symbol {
  return Symbol.for(`petabakat.batches.${group}`);
}

/**
 * Makes a controller's method the handler of a topic in a consumer group. It applies the batch in one
 * `BatchTransaction` and returns nothing; what it throws decides over the records (see `BatchServer`).
 */
export function BatchHandler(topic: TopicAlias, group: string): BatchMethodDecorator {
  return applyDecorators(
    EventPattern<string>(TOPICS[topic].name, transportIdOf(group)),
    UseFilters(new HandlerErrorFilter()),
  );
}
