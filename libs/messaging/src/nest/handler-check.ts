import type { MessageHandler } from '@nestjs/microservices';

/**
 * What is wrong with the handlers of a group, one sentence each; nothing where every expected topic has exactly one.
 * A topic without handler would be acknowledged unread, and of two handlers one would see the other's commits.
 */
export function problemsOfHandlers(
  handlers: ReadonlyMap<string, MessageHandler>,
  expectedTopics: readonly string[],
): string[] {
  const missing = expectedTopics.filter((topic) => !handlers.has(topic)).map((topic) => `${topic} has no handler`);
  const unexpected = [...handlers.keys()]
    .filter((topic) => !expectedTopics.includes(topic))
    .map((topic) => `${topic} has a handler, but is not expected`);
  const doubled = [...handlers].filter(([, { next }]) => next).map(([topic]) => `${topic} has more than one handler`);
  const noEvent = [...handlers]
    .filter(([, { isEventHandler }]) => !isEventHandler)
    .map(([topic]) => `the handler of ${topic} answers messages; events have a @BatchHandler`);
  return [...missing, ...unexpected, ...doubled, ...noEvent];
}
