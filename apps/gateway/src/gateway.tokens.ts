export const GATEWAY_LOG = Symbol('gateway log');
