export { LiveEvents, type Listener, type LiveEvent } from './live-events.js';
export { RealtimeModule } from './realtime.module.js';
