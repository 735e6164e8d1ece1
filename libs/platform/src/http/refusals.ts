import { Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type KubarrError } from '../errors/index.js';

type Observer = (request: FastifyRequest, refusal: KubarrError) => void;

/** Tells whoever wants to know that somebody was not allowed to do something. */
@Injectable()
export class Refusals {
  private readonly observers: Observer[] = [];

  /** @param observer Must neither throw nor take long: the answer waits for it. */
  observe(observer: Observer): void {
    this.observers.push(observer);
  }

  /** For the problem filter only. */
  announce(request: FastifyRequest, refusal: KubarrError): void {
    for (const observer of this.observers) observer(request, refusal);
  }
}
