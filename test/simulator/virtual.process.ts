/** Never settles: what a dead process waits for. */
const NEVER = new Promise<never>(() => undefined);

/**
 * Something that can die as `kill -9` kills: from that moment none of its calls begins, and none that is under way comes
 * back, although it may still have its effect.
 */
export class VirtualProcess {
  /** Resolves when the process dies. */
  readonly death: Promise<void>;
  private dead = false;
  private announceDeath: () => void = () => undefined;

  constructor() {
    this.death = new Promise((resolve) => (this.announceDeath = resolve));
  }

  get isDead(): boolean {
    return this.dead;
  }

  die(): void {
    this.dead = true;
    this.announceDeath();
  }

  /** A port as this process sees it. */
  sees<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...parameters: unknown[]) => {
          if (this.dead) return NEVER;
          const result: unknown = Reflect.apply(member, target, parameters);
          return result instanceof Promise ? this.whileAlive(result) : result;
        };
      },
    });
  }

  private async whileAlive<T>(result: Promise<T>): Promise<T> {
    try {
      const value = await result;
      return this.dead ? await NEVER : value;
    } catch (error) {
      return this.dead ? NEVER : Promise.reject(error as Error);
    }
  }
}
