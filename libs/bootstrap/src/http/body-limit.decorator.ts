import { RouteConfig } from '@nestjs/platform-fastify';

export interface BodyLimitConfig {
  readonly bodyLimitBytes?: number;
}

/** This route takes bodies up to another size than the app's other routes. */
export function BodyLimit(bodyLimitBytes: number): MethodDecorator {
  const config: BodyLimitConfig = { bodyLimitBytes };
  return RouteConfig(config);
}
