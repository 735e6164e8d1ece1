import { Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type KubarrError } from '../errors/index.js';

type Observer = (request: FastifyRequest, refusal: KubarrError) => void;

/** Reports every request that is answered 403 to its observers, such as the audit log. */
@Injectable()
export class Refusals {
  private readonly observers: Observer[] = [];

  /** @param observer Must not throw or be slow: the answer waits for it. */
  observe(observer: Observer): void {
    this.observers.push(observer);
  }

  /** For the problem filter only. */
  report(request: FastifyRequest, refusal: KubarrError): void {
    for (const observer of this.observers) observer(request, refusal);
  }
}
