import { type Socket, connect } from 'node:net';
import { type HttpReply, HttpResponseReader } from './http.response';

/** Longer than the 8 s in which the platform appends or gives up, so that silence means something. */
const REPLY_TIMEOUT_MS = 12_000;

export interface HttpTarget {
  readonly host: string;
  readonly port: number;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token?: string;
  readonly json?: unknown;
}

/** No byte of the request has left: it certainly had no effect. */
export class NotSent extends Error {
  constructor(readonly code: string) {
    super(`not sent: ${code}`);
  }
}

/** The request may have been served. */
export class NoReply extends Error {
  constructor(readonly code: string) {
    super(`no reply: ${code}`);
  }
}

interface Waiting {
  readonly request: string;
  readonly reader: HttpResponseReader;
  readonly timer: NodeJS.Timeout;
  isSent: boolean;
  readonly resolve: (reply: HttpReply) => void;
  readonly reject: (error: NotSent | NoReply) => void;
}

/**
 * One TCP connection that carries one request at a time and is opened again where it was lost, as a browser's is. Node's
 * own client takes twice the CPU, and here CPU is what is being measured.
 */
export class HttpConnection {
  private socket: Socket | null = null;
  private waiting: Waiting | null = null;

  /** @param localAddress the candidate's own address; left out, any */
  constructor(
    private target: HttpTarget,
    private readonly localAddress?: string,
  ) {}

  get url(): string {
    return `http://${this.target.host}:${this.target.port}`;
  }

  get isOpen(): boolean {
    return this.socket?.writable ?? false;
  }

  /** @throws NotSent, NoReply */
  request(request: HttpRequest, timeoutMs = REPLY_TIMEOUT_MS): Promise<HttpReply> {
    if (this.waiting) throw new Error('a connection carries one request at a time');
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.fail('timeout'), timeoutMs);
      const reader = new HttpResponseReader();
      const text = serialized(request, this.target);
      this.waiting = { request: text, reader, timer, isSent: false, resolve, reject };
      if (this.socket?.writable) this.send(this.socket);
      else this.open();
    });
  }

  /** The next request goes to another server. */
  retarget(target: HttpTarget): void {
    this.target = target;
    this.close();
  }

  close(): void {
    const { socket } = this;
    this.socket = null;
    socket?.destroy();
    if (this.waiting) this.fail('closed');
  }

  private open(): void {
    this.socket?.destroy();
    const socket = connect({ ...this.target, localAddress: this.localAddress, noDelay: true });
    this.socket = socket;
    socket.once('connect', () => this.send(socket));
    socket.on('data', (chunk: Buffer) => this.receive(socket, chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => this.lose(socket, error.code ?? 'error'));
    socket.on('close', () => this.lose(socket, 'connection-closed'));
  }

  private send(socket: Socket): void {
    if (!this.waiting || socket !== this.socket) return;
    this.waiting.isSent = true;
    socket.write(this.waiting.request);
  }

  private receive(socket: Socket, chunk: Buffer): void {
    if (!this.waiting || socket !== this.socket) return;
    const reply = this.waiting.reader.push(chunk);
    if (!reply) return;
    const { resolve, timer } = this.waiting;
    clearTimeout(timer);
    this.waiting = null;
    if (reply.closes) this.close();
    resolve(reply);
  }

  private lose(socket: Socket, code: string): void {
    if (socket !== this.socket) return;
    this.socket = null;
    if (this.waiting) this.fail(code);
  }

  /** The connection is of no more use: a late reply would be taken for that to the next request. */
  private fail(code: string): void {
    const { isSent, reject, timer } = this.waiting!;
    clearTimeout(timer);
    this.waiting = null;
    this.close();
    reject(isSent ? new NoReply(code) : new NotSent(code));
  }
}

function serialized({ method, path, token, json }: HttpRequest, { host, port }: HttpTarget): string {
  const body = json === undefined ? '' : JSON.stringify(json);
  const authorization = token === undefined ? '' : `authorization: Bearer ${token}\r\n`;
  const content =
    json === undefined ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nhost: ${host}:${port}\r\n${authorization}${content}\r\n${body}`;
}
