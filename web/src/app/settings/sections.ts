import type { ComponentType } from 'react'
import type { Area, Key } from '~/kit/i18n'
import { BookOpen, Download, FileDown, FileText, FileUp, Keyboard, Link, ListFilter, Pencil, Plane, Settings, ShieldAlert, UserCheck, type LucideIcon } from '~/kit/ui/icons'
import { PARCELS } from '~/rooms/mail/parcel/links'
import type { RoomProps } from '../rooms'

/*
 * The sections of the settings, in their order. To add one, add an entry
 * below: `id` is its address (/settings/<id>), `area` is the file of texts it
 * uses (locales/<lang>/<area>.json), in which `labelKey` stands too (the
 * areas of all sections are fetched when the settings open), `icon` comes from
 * kit/ui/icons, and `load` fetches the section: a module whose default export
 * takes RoomProps and draws the body under the heading, built of the controls
 * of kit/ui (Choice, Switch, Field, Group). Whatever a person chooses takes
 * effect at once; there is no "save" for the whole page.
 */

export interface SettingsSection {
  id: string
  labelKey: Key
  icon: LucideIcon
  area: Area
  /** The capability without which the section is not shown. */
  needs?: string
  load: () => Promise<{ default: ComponentType<RoomProps> }>
}

/** This server signs people on to other systems. */
const SIGN_ON = 'urn:chancery:params:jmap:sign-on'

export const sections: readonly SettingsSection[] = [
  { id: 'general', labelKey: 'settings.general', icon: Settings, area: 'settings', load: () => import('./General') },
  { id: 'reading', labelKey: 'settings.reading', icon: BookOpen, area: 'settings', load: () => import('./Reading') },
  { id: 'rules', labelKey: 'rules.title', icon: ListFilter, area: 'rules', load: () => import('~/rooms/mail/rules/RulesSection') },
  { id: 'away', labelKey: 'away.title', icon: Plane, area: 'rules', load: () => import('~/rooms/mail/rules/AwaySection') },
  { id: 'signatures', labelKey: 'signature.settings', icon: Pencil, area: 'templates', load: () => import('~/rooms/mail/templates/SignaturesSection') },
  { id: 'templates', labelKey: 'template.settings', icon: FileText, area: 'templates', load: () => import('~/rooms/mail/templates/TemplatesSection') },
  { id: 'files', labelKey: 'files.section', icon: FileDown, area: 'content', load: () => import('~/rooms/mail/content/FilesSection') },
  { id: 'links', labelKey: 'parcel.title', icon: FileUp, area: 'parcel', needs: PARCELS, load: () => import('~/rooms/mail/parcel/ParcelsSection') },
  { id: 'keyboard', labelKey: 'settings.keyboard', icon: Keyboard, area: 'settings', load: () => import('./KeyboardSection') },
  { id: 'security', labelKey: 'security.title', icon: ShieldAlert, area: 'security', load: () => import('../security/SecuritySection') },
  { id: 'device', labelKey: 'settings.device', icon: Download, area: 'offline', load: () => import('./Device') },
  { id: 'signins', labelKey: 'signins.title', icon: UserCheck, area: 'signins', load: () => import('./SignIns') },
  { id: 'regulations', labelKey: 'regulations.title', icon: BookOpen, area: 'regulations', load: () => import('../regulations/RegulationsSection') },
  { id: 'systems', labelKey: 'sso.grants', icon: Link, area: 'sso', needs: SIGN_ON, load: () => import('../sso/GrantsSection') },
]

/** The sections for a person to whom the server offers these capabilities. */
export function sectionsFor(offered: Record<string, unknown>): readonly SettingsSection[] {
  return sections.filter((s) => !s.needs || s.needs in offered)
}
