import { type Actor } from '@kubarr/access';

/** One refusal, as often as it happened since the last time notes were taken. */
export interface CountedRefusal {
  readonly actor: Actor;
  /** Method and path of the route, with the names of its parameters. */
  readonly route: string;
  /** The code of the problem. */
  readonly code: string;
  times: number;
}

/** Different refusals that are kept apart; what comes beyond is only counted. */
export const MAX_DISTINCT = 20;

/**
 * Refusals that wait to be recorded: the same person, place and reason is one note, however often it happens. What is
 * kept is bounded, whatever is thrown at the server.
 */
export class RefusalBuffer {
  private notes = new Map<string, CountedRefusal>();
  private others = 0;

  add(refusal: Omit<CountedRefusal, 'times'>): void {
    const { actor, route, code } = refusal;
    const key = JSON.stringify([actor.userId, actor.address, route, code]);
    const known = this.notes.get(key);
    if (known) known.times++;
    else if (this.notes.size < MAX_DISTINCT) this.notes.set(key, { ...refusal, times: 1 });
    else this.others++;
  }

  /** Everything since the last call; `others` = refusals that found no place. */
  drain(): { notes: readonly CountedRefusal[]; others: number } {
    const taken = { notes: [...this.notes.values()], others: this.others };
    this.notes = new Map();
    this.others = 0;
    return taken;
  }
}
