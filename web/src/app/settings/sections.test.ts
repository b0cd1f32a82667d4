import { expect, test } from 'vitest'
import { sections, sectionsFor } from './sections'

test('a section whose part the server left out is not shown', () => {
  const ids = (offered: Record<string, unknown>): string[] => sectionsFor(offered).map((s) => s.id)
  expect(ids({})).not.toContain('systems')
  expect(ids({})).not.toContain('links')
  expect(ids({})).toContain('security')
  expect(ids({ 'urn:chancery:params:jmap:sign-on': {} })).toContain('systems')
  expect(ids({ 'urn:chancery:params:jmap:parcel': {} })).toContain('links')
  expect(ids({ 'urn:chancery:params:jmap:sign-on': {}, 'urn:chancery:params:jmap:parcel': {} })).toHaveLength(sections.length)
})
