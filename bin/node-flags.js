/**
 * The flags of Node.js that the server starts with; the Dockerfile and `npm start` repeat them, and a test compares. The
 * reasons and the figures are in docs/adr.
 */
export const NODE_FLAGS = ['--max-semi-space-size=8'];

/**
 * The bound on the heap, in NODE_OPTIONS so that an operator can replace it: the chart sets one for each profile.
 */
export const NODE_OPTIONS = '--max-old-space-size=192';
