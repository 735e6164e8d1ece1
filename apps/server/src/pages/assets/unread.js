import { get } from './api.js';

/** Polling interval without a socket, in milliseconds. */
const ASK_EVERY_MS = 30_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * Keeps `show` informed of the number of unread notifications: by the events socket, and by asking while there is none.
 * Answers a function that ends it.
 */
export function followUnread(show) {
  let socket;
  let waitMs = 1_000;
  let timer;
  let isOver = false;

  async function ask() {
    const answer = await get('/api/notifications/inbox/count').catch(() => undefined);
    if (answer && !isOver) show(answer.count);
  }

  function connect() {
    socket = new window.WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/events/ws`);
    socket.addEventListener('open', () => {
      waitMs = 1_000;
      void ask(); // what happened while nobody listened
    });
    socket.addEventListener('message', ({ data }) => {
      const event = JSON.parse(data);
      if (event.channel === 'inbox') show(event.data.unread);
    });
    socket.addEventListener('close', ({ code }) => {
      if (isOver || code === 4401) return;
      timer = setTimeout(connect, waitMs);
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    });
  }

  const asking = window.setInterval(() => socket?.readyState !== window.WebSocket.OPEN && void ask(), ASK_EVERY_MS);
  void ask();
  connect();
  return () => {
    isOver = true;
    window.clearInterval(asking);
    window.clearTimeout(timer);
    socket?.close();
  };
}
