export { type Listener, type LiveEvent } from './live-event.js';
export { LiveEvents } from './live-events.js';
export { RealtimeModule } from './realtime.module.js';
