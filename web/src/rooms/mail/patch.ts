import type { Email } from '~/api/jmap'

/** A PatchObject of RFC 8620 section 5.3, for the two maps of an Email that can change. */
export type EmailPatch = Record<string, true | null>

const maps = ['mailboxIds', 'keywords'] as const

/** What the email will be once the server has accepted the patch. */
export function applyPatch(email: Email, patch: EmailPatch): Email {
  const next: Email = { ...email, mailboxIds: { ...email.mailboxIds }, keywords: { ...email.keywords } }
  for (const [path, value] of Object.entries(patch)) {
    for (const map of maps) {
      if (!path.startsWith(`${map}/`)) continue
      const key = unescape(path.slice(map.length + 1))
      if (value) next[map][key] = true
      else delete next[map][key]
    }
  }
  return next
}

/** The patch that leads back to the email as it is now. */
export function inversePatch(email: Email, patch: EmailPatch): EmailPatch {
  const back: EmailPatch = {}
  for (const path of Object.keys(patch)) {
    for (const map of maps) {
      if (!path.startsWith(`${map}/`)) continue
      back[path] = email[map][unescape(path.slice(map.length + 1))] ? true : null
    }
  }
  return back
}

/** A patch key; RFC 6901 section 3 escapes what would look like a path. */
export function key(map: (typeof maps)[number], name: string): string {
  return `${map}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

function unescape(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~')
}
