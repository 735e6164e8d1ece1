import { type Actor } from '@kubarr/access';

/** One refusal, as often as it happened since the buffer was drained. */
export interface CountedRefusal {
  readonly actor: Actor;
  /** Method and path of the route, with the names of its parameters. */
  readonly route: string;
  /** The code of the problem. */
  readonly code: string;
  times: number;
}

/** Distinct refusals in the buffer; further ones are only counted. */
export const MAX_DISTINCT = 20;

/**
 * Refusals to be recorded, bounded in number: those of one person, address, route and code are counted as one.
 */
export class RefusalBuffer {
  private refusals = new Map<string, CountedRefusal>();
  private others = 0;

  add(refusal: Omit<CountedRefusal, 'times'>): void {
    const { actor, route, code } = refusal;
    const key = JSON.stringify([actor.userId, actor.address, route, code]);
    const known = this.refusals.get(key);
    if (known) known.times++;
    else if (this.refusals.size < MAX_DISTINCT) this.refusals.set(key, { ...refusal, times: 1 });
    else this.others++;
  }

  /** Everything since the last call; `others` = how many more there were than {@link MAX_DISTINCT}. */
  drain(): { refusals: readonly CountedRefusal[]; others: number } {
    const taken = { refusals: [...this.refusals.values()], others: this.others };
    this.refusals = new Map();
    this.others = 0;
    return taken;
  }
}
