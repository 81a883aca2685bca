// The few HTTP requests of the page: same origin, with the token that proves they came from it.

export class HttpProblem extends Error {
  /** @param {number} status @param {any} body */
  constructor(status, body) {
    super(`HTTP ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** @param {string} method @param {string} path @param {object} [body] @param {string} [csrf] @returns {Promise<any>} */
export async function request(method, path, body, csrf) {
  const answer = await fetch(path, {
    method,
    credentials: 'same-origin',
    headers: { accept: 'application/json', ...(body ? { 'content-type': 'application/json' } : {}), ...(csrf && method !== 'GET' ? { 'x-csrf-token': csrf } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await answer.text();
  let value = null;
  try {
    value = text ? JSON.parse(text) : null;
  } catch {
    value = null; // a proxy's own error page is not ours to read
  }
  if (!answer.ok) throw new HttpProblem(answer.status, value);
  return value;
}

/** What this browser remembers about how its user likes the page. @param {string} name @returns {string | null} */
export function remembered(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string} value */
export function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // storage may be switched off; the choice then lasts as long as the page
  }
}
