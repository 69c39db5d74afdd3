import { DomainError } from '@app/contracts';
import { type Refusal, ServiceRefusal } from '../console/refusal';

/** Imports of a year's roster and sealing of a large session are the slowest requests there are. */
const REQUEST_TIMEOUT_MS = 60_000;

interface RequestBody {
  readonly contentType: string;
  readonly text: string;
}

type Query = Readonly<Record<string, string | undefined>>;

/** Talks to the gateway in the name of one staff account. */
export class ApiClient {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  get<Answer>(path: string, query: Query = {}): Promise<Answer> {
    return this.request('GET', path, query);
  }

  post<Answer>(path: string, body: object = {}): Promise<Answer> {
    return this.request('POST', path, {}, { contentType: 'application/json', text: JSON.stringify(body) });
  }

  postCsv<Answer>(path: string, text: string, query: Query = {}): Promise<Answer> {
    return this.request('POST', path, query, { contentType: 'text/csv', text });
  }

  /** @returns the parsed answer where it is JSON, its text where it is not, undefined where there is none */
  private async request<Answer>(method: string, path: string, query: Query, body?: RequestBody): Promise<Answer> {
    const response = await this.send(method, path, query, body);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    const answer: unknown = isJson && text !== '' ? JSON.parse(text) : text || undefined;
    if (!response.ok) throw new ServiceRefusal(refusalIn(answer, response.status));
    return answer as Answer;
  }

  private async send(method: string, path: string, query: Query, body?: RequestBody): Promise<Response> {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const search = given.length > 0 ? `?${new URLSearchParams(given).toString()}` : '';
    try {
      return await fetch(`${this.url}${path}${search}`, {
        method,
        headers: { authorization: `Bearer ${this.token}`, ...(body ? { 'content-type': body.contentType } : {}) },
        body: body?.text ?? null,
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
    } catch (cause) {
      throw new DomainError('service.unavailable', `${this.url} does not answer.`, { cause });
    }
  }
}

/** A path of segments that may hold any character. */
export function pathOf(...segments: (string | number)[]): string {
  return `/${segments.map((segment) => encodeURIComponent(segment)).join('/')}`;
}

function refusalIn(answer: unknown, status: number): Refusal {
  const problem = answer as Partial<Refusal> | undefined;
  if (typeof problem === 'object' && typeof problem.code === 'string') return problem as Refusal;
  return { code: 'service.internal', detail: `An answer with status ${status} that is no problem document.` };
}
