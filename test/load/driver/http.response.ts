const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');

export interface HttpReply {
  readonly status: number;
  readonly body: string;
  readonly retryAfterMs: number | null;
  /** The server ends the connection after this reply. */
  readonly closes: boolean;
}

interface Head {
  readonly reply: Omit<HttpReply, 'body'>;
  readonly bodyStart: number;
  /** Null where the body comes in chunks. */
  readonly bodyBytes: number | null;
}

/** Puts one HTTP/1.1 response together from what a socket brings. */
export class HttpResponseReader {
  private bytes: Buffer = Buffer.alloc(0);
  private head: Head | null = null;

  /** @returns the response once it is whole */
  push(chunk: Buffer): HttpReply | null {
    this.bytes = this.bytes.length === 0 ? chunk : Buffer.concat([this.bytes, chunk]);
    this.head ??= readHead(this.bytes);
    if (!this.head) return null;
    const { bodyStart, bodyBytes, reply } = this.head;
    const rest = this.bytes.subarray(bodyStart);
    if (bodyBytes === null) {
      const body = joinChunks(rest);
      return body && { ...reply, body: body.toString('utf8') };
    }
    return rest.length < bodyBytes ? null : { ...reply, body: rest.toString('utf8', 0, bodyBytes) };
  }
}

function readHead(bytes: Buffer): Head | null {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return null;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = new Map(lines.map(headerOf));
  const retryAfterSeconds = Number(headers.get('retry-after') ?? NaN);
  return {
    reply: {
      status: Number(statusLine.split(' ')[1]),
      retryAfterMs: Number.isFinite(retryAfterSeconds) ? retryAfterSeconds * 1_000 : null,
      closes: headers.get('connection') === 'close',
    },
    bodyStart: end + HEAD_END.length,
    bodyBytes: headers.get('transfer-encoding') === 'chunked' ? null : Number(headers.get('content-length') ?? 0),
  };
}

function headerOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

/** RFC 9112, section 7.1. Null while the last chunk is missing. */
function joinChunks(bytes: Buffer): Buffer | null {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf(LINE_END, at);
    if (lineEnd < 0) return null;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const start = lineEnd + LINE_END.length;
    const next = start + size + LINE_END.length;
    if (bytes.length < next) return null;
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(start, start + size));
    at = next;
  }
}
