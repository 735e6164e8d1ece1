import { get } from './api.js';

/** Polling interval without a socket, in milliseconds. */
const POLL_EVERY_MS = 30_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * Calls `show` with the number of unread notifications: from the events socket, and by polling while there is none.
 * Returns a function that stops it.
 */
export function followUnread(show) {
  let socket;
  let waitMs = 1_000;
  let timer;
  let isOver = false;

  async function poll() {
    const answer = await get('/api/notifications/inbox/count').catch(() => undefined);
    if (answer && !isOver) show(answer.count);
  }

  function connect() {
    socket = new window.WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/events/ws`);
    socket.addEventListener('open', () => {
      waitMs = 1_000;
      void poll(); // changes while no socket was open
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

  const polling = window.setInterval(() => socket?.readyState !== window.WebSocket.OPEN && void poll(), POLL_EVERY_MS);
  void poll();
  connect();
  return () => {
    isOver = true;
    window.clearInterval(polling);
    window.clearTimeout(timer);
    socket?.close();
  };
}
