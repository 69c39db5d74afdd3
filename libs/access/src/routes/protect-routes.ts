import { type INestApplication, RequestMethod } from '@nestjs/common';
import { MetadataScanner, ModulesContainer, Reflector } from '@nestjs/core';
import { type AccessRule, accessRuleOf, isEmpty } from './access-rule';
import { AccessGuard, type AccessOptions } from './access.guard';

/** Metadata under which Nest keeps what `@Controller`, `@Get` and their like were given. */
const PATH = 'path';
const METHOD = 'method';

export interface GuardedRoute {
  readonly method: string;
  readonly path: string;
  /** `AttemptsController.submit`, for messages. */
  readonly handler: string;
  readonly rule: AccessRule;
}

/**
 * Guards every route of an app, and refuses to go on where a route says nothing about who may call it, or says what this
 * app cannot check.
 */
export function protectRoutes(app: INestApplication, options: AccessOptions): void {
  const complaints = routesOf(app).flatMap((route) => complaintsAbout(route, options));
  if (complaints.length > 0) throw new Error(`routes are not guarded as they must be:\n${complaints.join('\n')}`);
  app.useGlobalGuards(new AccessGuard(options));
}

/** Every route of an app's controllers with the rule that guards it. */
export function routesOf(app: INestApplication): GuardedRoute[] {
  const reflector = new Reflector();
  const controllers = [...app.get(ModulesContainer).values()].flatMap((module) => [...module.controllers.values()]);
  return controllers.flatMap(({ metatype }) => routesOfController(reflector, metatype as Function));
}

function routesOfController(reflector: Reflector, controller: Function): GuardedRoute[] {
  const prototype = controller.prototype as Record<string, Function>;
  return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
    const handler = prototype[name]!;
    // Handlers of batches have no path.
    if (Reflect.getMetadata(PATH, handler) === undefined) return [];
    const rule = accessRuleOf(reflector, controller, handler);
    const method = RequestMethod[Reflect.getMetadata(METHOD, handler) as RequestMethod] ?? 'ALL';
    return pathsOf(controller).flatMap((base) =>
      pathsOf(handler).map((path) => ({ method, path: join(base, path), handler: `${controller.name}.${name}`, rule })),
    );
  });
}

function complaintsAbout(route: GuardedRoute, options: AccessOptions): string[] {
  const { rule, path } = route;
  const name = `${route.method} ${path} (${route.handler})`;
  const complaints: string[] = [];
  if (isEmpty(rule)) complaints.push(`${name} says nothing about who may call it`);
  if (rule.public && (rule.participant || rule.roles.length > 0)) complaints.push(`${name} is public and is not`);
  if (rule.participant && !path.includes('/:attemptId')) complaints.push(`${name} names no :attemptId`);
  if (rule.participant && !options.attemptTokens) complaints.push(`${name} needs attempt tokens`);
  if (rule.roles.length > 0 && !options.staff) complaints.push(`${name} needs the staff directory`);
  return complaints;
}

function pathsOf(target: Function): string[] {
  const path: string | string[] | undefined = Reflect.getMetadata(PATH, target);
  return [path ?? ''].flat();
}

function join(...parts: string[]): string {
  return `/${parts
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '')
    .join('/')}`;
}
