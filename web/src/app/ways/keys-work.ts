/** Whether keys can work here: they are bound to a name, so not at a bare address. */
export function keysWork(): boolean {
  return 'PublicKeyCredential' in globalThis && isSecureContext && !/^[\d.]+$|^\[/.test(location.hostname)
}
