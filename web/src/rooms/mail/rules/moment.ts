import { fieldInstant, fieldValue } from '~/kit/i18n/zone'

/** A moment as the field of a form holds it, in the zone the person lives by. */
export const toField = (iso: string | null): string | null => iso && fieldValue(new Date(iso))

/** And back, as JMAP writes it. */
export const fromField = (text: string | null): string | null => fieldInstant(text ?? '')?.toISOString().replace(/\.\d+Z$/, 'Z') ?? null
