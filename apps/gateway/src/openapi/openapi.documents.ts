import type { OpenAPIObject } from '@nestjs/swagger';
import type { Runtime } from '@app/messaging';

/** Documents change with a deployment only. */
const FRESH_MS = 60_000;
/** After a failed fetch; a service that restarts is back soon. */
const RETRY_AFTER_MS = 5_000;
/** A service that is slow to describe itself is left out rather than waited for. */
const FETCH_TIMEOUT_MS = 2_000;

interface FetchedDocument {
  readonly document: OpenAPIObject | null;
  readonly freshUntilMs: number;
}

/** This app's own description and, where other services stand behind it, theirs: one document for one public API. */
export class OpenApiDocuments {
  private own: OpenAPIObject | null = null;
  private readonly fetched = new Map<string, FetchedDocument>();

  /** @param upstreams base addresses of the services behind this one */
  constructor(
    private readonly upstreams: readonly string[],
    private readonly runtime: Runtime,
  ) {}

  /** Nest can describe an app only once it is made. */
  describe(own: OpenAPIObject): void {
    this.own = own;
  }

  /** A service that is away is described as last seen, or left out. */
  async merged(): Promise<OpenAPIObject> {
    if (!this.own) throw new Error('the app was never described');
    const others = await Promise.all(this.upstreams.map((upstream) => this.documentOf(upstream)));
    return others.filter((document) => document !== null).reduce(merge, this.own);
  }

  private async documentOf(upstream: string): Promise<OpenAPIObject | null> {
    const known = this.fetched.get(upstream);
    const nowMs = this.runtime.monotonicMs();
    if (known && nowMs < known.freshUntilMs) return known.document;
    const fresh = await fetchDocument(upstream);
    const document = fresh ?? known?.document ?? null;
    this.fetched.set(upstream, { document, freshUntilMs: nowMs + (fresh ? FRESH_MS : RETRY_AFTER_MS) });
    return document;
  }
}

async function fetchDocument(upstream: string): Promise<OpenAPIObject | null> {
  try {
    const response = await fetch(new URL('/openapi.json', upstream), { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
    return response.ok ? ((await response.json()) as OpenAPIObject) : null;
  } catch {
    return null;
  }
}

/** What both describe (health, metrics) is described as the first does. */
function merge(first: OpenAPIObject, second: OpenAPIObject): OpenAPIObject {
  return {
    ...first,
    paths: { ...second.paths, ...first.paths },
    tags: [...(first.tags ?? []), ...(second.tags ?? [])],
    components: {
      ...first.components,
      schemas: { ...second.components?.schemas, ...first.components?.schemas },
      securitySchemes: { ...second.components?.securitySchemes, ...first.components?.securitySchemes },
    },
  };
}
