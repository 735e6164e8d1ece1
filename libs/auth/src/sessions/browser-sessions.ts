import { Injectable } from '@nestjs/common';
import { type Cookies } from '@kubarr/platform/http';
import { activeToken, readSlots, type SessionSlots } from './session-cookies.js';
import { type ResolvedSession } from './session-directory.js';
import { SessionStrategy } from './session.strategy.js';

/** A live session with the slot whose cookie carries its token. */
export interface SlotSession extends ResolvedSession {
  readonly slot: number;
  readonly token: string;
}

/** The sessions in the cookies of one browser. */
export interface BrowserSessions {
  readonly slots: SessionSlots;
  /** Live sessions in slot order. */
  readonly live: readonly SlotSession[];
  /** The session of the active slot. */
  readonly current: ResolvedSession | undefined;
}

/** Reads all sessions of a browser and verifies each. */
@Injectable()
export class BrowserSessionReader {
  constructor(private readonly strategy: SessionStrategy) {}

  async read(cookies: Cookies): Promise<BrowserSessions> {
    const slots = readSlots(cookies);
    const live: SlotSession[] = [];
    for (const [slot, token] of slots.tokens.entries()) {
      const session = token && (await this.strategy.resolve(token));
      if (session) live.push({ ...session, slot, token });
    }
    const token = activeToken(slots);
    const current =
      live.find((entry) => entry.token === token) ?? (token ? await this.strategy.resolve(token) : undefined);
    return { slots, live, current };
  }
}
