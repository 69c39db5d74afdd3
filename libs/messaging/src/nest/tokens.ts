/** Injection tokens shared by all services of a process. */
export const EVENT_LOG = Symbol('EVENT_LOG');
export const RUNTIME = Symbol('RUNTIME');
