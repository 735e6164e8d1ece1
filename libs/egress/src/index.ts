export { AddressRefused, AddressRules } from './address-rules.js';
export { connectTo, type OutgoingConnection } from './outgoing-connection.js';
export { asNoAnswer, NoAnswer, type OutgoingAnswer, type OutgoingRequest, send } from './outgoing-request.js';
