import type { ComponentType } from 'react'
import { ADMIN, APPROVALS } from '~/api/jmap'
import { withTexts, type Key } from '~/kit/i18n'
import { Mail, Stamp, UserCog, Users, type LucideIcon } from '~/kit/ui/icons'
import type { MailEngine } from '~/rooms/mail/engine'

/*
 * The rooms of the frame, in the order of the rail. To add one, add an entry
 * below: `id` names it, `path` is the first part of its addresses, `labelKey`
 * is a text of main.json (the rail is drawn before any room is loaded), `icon`
 * comes from kit/ui/icons, and `load` fetches the room:
 * `() => withTexts('contacts', () => import('~/rooms/contacts/ContactsRoom'))`,
 * whose default export takes RoomProps and draws itself inside <Frame>. A room
 * reads its address by wouter's useLocation; while another room is shown, it
 * keeps the last address of its own. `keep` leaves it mounted then, for rooms
 * that hold what must not be lost; the others are taken down. A number beside
 * its icon is set by `setBadge(id, count)` of app/badges. `bar: false` keeps
 * it out of the bottom bar of a phone, which has place for few.
 */

/** What the application hands to every room. */
export interface RoomProps {
  engine: MailEngine
}

export interface RoomEntry {
  id: string
  path: string
  labelKey: Key
  icon: LucideIcon
  /** Absent for the mail room alone, which comes with the first script. */
  load?: () => Promise<{ default: ComponentType<RoomProps> }>
  keep?: boolean
  bar?: boolean
  /** The capability without which the room is not shown. */
  needs?: string
}

export const rooms: readonly RoomEntry[] = [
  { id: 'mail', path: '/mail', labelKey: 'room.mail', icon: Mail, keep: true },
  { id: 'contacts', path: '/contacts', labelKey: 'room.contacts', icon: Users, load: () => withTexts('contacts', () => import('~/rooms/contacts/ContactsRoom')) },
  { id: 'approvals', path: '/approvals', labelKey: 'room.approvals', icon: Stamp, needs: APPROVALS, load: () => withTexts('content', () => withTexts('approvals', () => import('~/rooms/approvals/ApprovalsRoom'))) },
  { id: 'console', path: '/console', labelKey: 'room.console', icon: UserCog, needs: ADMIN, load: () => withTexts('console', () => withTexts('life', () => import('~/rooms/console/ConsoleRoom'))) },
]

/** The rooms for a person to whom the server offers these capabilities. */
export function roomsFor(offered: Record<string, unknown>): readonly RoomEntry[] {
  return rooms.filter((r) => !r.needs || r.needs in offered)
}

/** The room an address belongs to; the first one for the bare address. */
export function roomOf(path: string): string {
  const [first] = path.split('/').filter(Boolean)
  if (first === 'settings') return 'settings'
  return rooms.find((r) => r.path === `/${first}`)?.id ?? 'mail'
}
