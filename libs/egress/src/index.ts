export { AddressForbidden, AddressRules, type AddressRulesOptions, LOOPBACK } from './address-rules.js';
export { ConnectionFailed, explainConnectionFailure } from './connection-failure.js';
export {
  Egress,
  type EgressOptions,
  type EgressRequest,
  type EgressResponse,
  type ResponseHeaders,
  type StreamRequest,
  type StreamResponse,
} from './egress.js';
