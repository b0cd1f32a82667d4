export type Args = Record<string, unknown>
export type Patch = Record<string, unknown>

/** Asks the server; rejects when there is no line. */
export type Ask = <T>(name: string, args: Args) => Promise<T>

/** Whether an id was given here and the server does not know it. */
export const isLocal = (id: string): boolean => id.startsWith('local-')

/** Applies a patch of RFC 8620 section 5.3 to an object. */
export function patched<T extends object>(value: T, patch: Patch): T {
  const out = structuredClone(value) as Args
  for (const [path, v] of Object.entries(patch)) {
    const steps = path.split('/').map((p) => p.replaceAll('~1', '/').replaceAll('~0', '~'))
    const last = steps.pop() as string
    let at = out
    for (const s of steps) {
      const next = { ...(at[s] as Args | undefined) }
      at[s] = next
      at = next
    }
    // At the top a null is a value of its own; deeper it takes the member away.
    if (v === null && steps.length > 0) delete at[last]
    else at[last] = v
  }
  return out as T
}
