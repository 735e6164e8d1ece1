export { AddressRefused, AddressRules } from './address-rules.js';
export { asNoAnswer, NoAnswer, type OutgoingAnswer, type OutgoingRequest, send } from './outgoing-request.js';
