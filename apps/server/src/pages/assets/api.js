/** A refusal, with the server's own sentence as message. `status` 0 means that there was no answer at all. */
export class Problem extends Error {
  constructor(status, { detail, code, issues } = {}) {
    super(detail ?? `The server answered with status ${status}. Try again in a moment.`);
    this.status = status;
    this.code = code ?? '';
    this.issues = issues ?? [];
  }
}

const NO_ANSWER = { detail: 'Kubarr does not answer. Check that it runs and that this device can reach it.' };

export const get = (path, signal) => call('GET', path, undefined, signal);
export const post = (path, body) => call('POST', path, body);
export const put = (path, body) => call('PUT', path, body);
export const patch = (path, body) => call('PATCH', path, body);
export const remove = (path) => call('DELETE', path);

/** A path with a query; empty parameters are left out. */
export function address(path, parameters) {
  const query = new window.URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== ''));
  return query.size > 0 ? `${path}?${query}` : path;
}

/** The next page after sign-in: a path of this server only, whatever the parameter says. */
export function ownAddress(next, origin) {
  if (!next || !URL.canParse(next, origin)) return '/';
  const wanted = new URL(next, origin);
  const isOurs = wanted.origin === origin && !wanted.pathname.startsWith('//') && wanted.pathname !== '/login';
  return isOurs ? wanted.pathname + wanted.search : '/';
}

async function call(method, path, body, signal) {
  const response = await fetch(path, {
    method,
    signal,
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(method !== 'GET' && xsrfHeader()),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch((error) => {
    throw error.name === 'AbortError' ? error : new Problem(0, NO_ANSWER);
  });
  const answer = await response.json().catch(() => undefined);
  if (!response.ok) throw new Problem(response.status, answer);
  return answer;
}

/** The header that every change needs against cross-site requests. */
export const xsrfHeader = () => ({ 'x-xsrf-token': cookie('XSRF-TOKEN') });

function cookie(name) {
  const pairs = document.cookie.split('; ').map((pair) => pair.split('='));
  return pairs.find(([key]) => key === name)?.[1] ?? '';
}
