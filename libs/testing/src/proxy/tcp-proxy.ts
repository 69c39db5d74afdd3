import { createServer, connect, type Server, type Socket } from 'node:net';

/** What the proxy does to the bytes of one direction. */
export interface DirectionFaults {
  /** Each chunk arrives this much later. */
  latencyMs: number;
  /** Bytes disappear; the connection stays open. */
  blackHole: boolean;
}

export interface TcpProxyTarget {
  readonly host: string;
  readonly port: number;
}

/**
 * What happens to bytes that the client has sent. `cut` resets both sides, before or after they were passed on;
 * `swallow-response` passes them on and drops the next bytes that come back, as if that response had been lost.
 */
export type RequestDecision = 'forward' | 'cut-after-forward' | 'cut-before-forward' | 'swallow-response';

/**
 * A TCP proxy on 127.0.0.1 for fault tests: latency, a narrow line, black holes (both ways or one), resets after n bytes,
 * swallowed responses, and the cut after a request was forwarded but before its response came, which is what makes an outcome
 * unknown. Faults act on open connections as well as on new ones.
 */
export class TcpProxy {
  readonly toServer: DirectionFaults = { latencyMs: 0, blackHole: false };
  readonly toClient: DirectionFaults = { latencyMs: 0, blackHole: false };
  /** Decides about each chunk from a client; a protocol's small requests come as one chunk. */
  onRequest: (chunk: Buffer) => RequestDecision = () => 'forward';
  private resetAfterBytes: number | null = null;
  private refusing = false;
  private swallowed = 0;
  private forwarded = 0;
  private bytesPerSecond = Infinity;
  /** When the bytes that wait for their turn will have passed, on `performance.now()`. */
  private lineFreeAtMs = 0;
  private readonly links = new Set<Link>();

  private constructor(
    private readonly server: Server,
    private target: TcpProxyTarget,
  ) {
    server.on('connection', (client) => this.accept(client));
  }

  /** @param port 0 takes a free one */
  static async start(target: TcpProxyTarget, port = 0): Promise<TcpProxy> {
    const server = createServer({ pauseOnConnect: true, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    server.unref();
    return new TcpProxy(server, target);
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  get connectionCount(): number {
    return this.links.size;
  }

  get swallowedResponses(): number {
    return this.swallowed;
  }

  /** That clients have sent and that were passed on, or will be in their turn. */
  get forwardedBytes(): number {
    return this.forwarded;
  }

  /** What all clients together send passes at this rate and no faster, in the order in which it came. */
  throttle(bytesPerSecond: number): void {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** New connections go to another place; open ones stay. */
  retarget(target: TcpProxyTarget): void {
    this.target = target;
  }

  latency(latencyMs: number): void {
    this.toServer.latencyMs = latencyMs;
    this.toClient.latencyMs = latencyMs;
  }

  blackHole(): void {
    this.toServer.blackHole = true;
    this.toClient.blackHole = true;
  }

  /** Requests arrive, no response comes back. */
  swallowResponses(): void {
    this.toClient.blackHole = true;
  }

  /** New connections are reset at once, open ones too. */
  refuse(): void {
    this.refusing = true;
    this.resetConnections();
  }

  /** Each open connection is reset once it has passed this many more bytes to the client. */
  resetAfter(bytes: number): void {
    this.resetAfterBytes = bytes;
    for (const link of this.links) link.passedBytes = 0;
  }

  resetConnections(): void {
    for (const link of this.links) link.reset();
  }

  /** Everything passes again. Connections that have lost bytes cannot be mended and are reset. */
  heal(): void {
    Object.assign(this.toServer, { latencyMs: 0, blackHole: false });
    Object.assign(this.toClient, { latencyMs: 0, blackHole: false });
    this.onRequest = () => 'forward';
    this.resetAfterBytes = null;
    this.refusing = false;
    this.bytesPerSecond = Infinity;
    this.lineFreeAtMs = 0;
    for (const link of this.links) if (link.hasLostBytes) link.reset();
  }

  async stop(): Promise<void> {
    this.resetConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    if (this.refusing) {
      client.resetAndDestroy();
      return;
    }
    const link = new Link(client, connect({ ...this.target, noDelay: true }));
    this.links.add(link);
    link.onClosed(() => this.links.delete(link));
    link.client.on('data', (chunk) => this.passToServer(link, chunk));
    link.server.on('data', (chunk) => this.passToClient(link, chunk));
    link.client.resume();
  }

  private passToServer(link: Link, chunk: Buffer): void {
    const decision = this.onRequest(chunk);
    if (decision === 'cut-before-forward') return link.reset();
    if (decision === 'swallow-response') link.responsesToSwallow += 1;
    if (this.toServer.blackHole) {
      link.hasLostBytes = true;
      return;
    }
    link.toServer.deliver(chunk, this.toServer.latencyMs + this.waitOnLine(chunk.length));
    if (decision === 'cut-after-forward') link.cutOffClient();
  }

  private waitOnLine(bytes: number): number {
    this.forwarded += bytes;
    const nowMs = performance.now();
    this.lineFreeAtMs = Math.max(nowMs, this.lineFreeAtMs) + (bytes / this.bytesPerSecond) * 1_000;
    return this.lineFreeAtMs - nowMs;
  }

  private passToClient(link: Link, chunk: Buffer): void {
    if (link.isCutOff) {
      // The response shows that the server has done what it was asked.
      link.reset();
      return;
    }
    if (this.toClient.blackHole || link.responsesToSwallow > 0) {
      if (link.responsesToSwallow > 0) {
        link.responsesToSwallow -= 1;
        this.swallowed += 1;
      }
      link.hasLostBytes = true;
      return;
    }
    link.passedBytes += chunk.length;
    if (this.resetAfterBytes !== null && link.passedBytes > this.resetAfterBytes) return link.reset();
    link.toClient.deliver(chunk, this.toClient.latencyMs);
  }
}

/** One client's connection and ours to the server. */
class Link {
  passedBytes = 0;
  hasLostBytes = false;
  responsesToSwallow = 0;
  /** The client has been reset; the server's side stays until the server has answered. */
  isCutOff = false;
  readonly toServer: DelayLine;
  readonly toClient: DelayLine;

  constructor(
    readonly client: Socket,
    readonly server: Socket,
  ) {
    this.toServer = new DelayLine(server);
    this.toClient = new DelayLine(client);
    client.on('error', () => this.loseClient());
    client.on('end', () => server.end());
    client.on('close', () => this.loseClient());
    server.on('error', () => client.destroy());
    server.on('end', () => client.end());
    server.on('close', () => client.destroySoon());
  }

  onClosed(run: () => void): void {
    const runOnceBothAreClosed = () => {
      if (this.client.closed && this.server.closed) run();
    };
    this.client.once('close', runOnceBothAreClosed);
    this.server.once('close', runOnceBothAreClosed);
  }

  cutOffClient(): void {
    this.isCutOff = true;
    this.client.resetAndDestroy();
  }

  reset(): void {
    if (!this.client.destroyed) this.client.resetAndDestroy();
    if (!this.server.destroyed) this.server.resetAndDestroy();
  }

  private loseClient(): void {
    this.toClient.clear();
    if (!this.isCutOff) this.server.destroySoon();
  }
}

/** Delivers chunks in order, each no earlier than its delay; also when the latency is lowered in between. */
class DelayLine {
  private readonly waiting: { chunk: Buffer; dueAtMs: number }[] = [];
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly destination: Socket) {}

  deliver(chunk: Buffer, delayMs: number): void {
    if (delayMs === 0 && this.waiting.length === 0) {
      this.destination.write(chunk);
      return;
    }
    this.waiting.push({ chunk, dueAtMs: performance.now() + delayMs });
    this.timer ??= setTimeout(() => this.deliverDue(), delayMs);
  }

  clear(): void {
    if (this.timer) clearTimeout(this.timer);
    this.waiting.length = 0;
  }

  private deliverDue(): void {
    this.timer = null;
    const first = this.waiting.shift();
    if (first && this.destination.writable) this.destination.write(first.chunk);
    const next = this.waiting[0];
    if (next) this.timer = setTimeout(() => this.deliverDue(), Math.max(0, next.dueAtMs - performance.now()));
  }
}
