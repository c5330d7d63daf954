/**
 * A key for one form, the same for every try of its page: a second press, or a retry after a lost answer, posts nothing twice.
 * `randomUUID` exists only where the page came over HTTPS; closed networks often speak plain HTTP.
 */
export const newRequestKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('')
