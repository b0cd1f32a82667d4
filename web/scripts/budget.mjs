// Prints what each route costs in compressed script and fails beyond its budget.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const dist = new URL('../dist', import.meta.url).pathname
if (!existsSync(join(dist, 'manifest.json'))) {
  console.error('No build found: run `npm run build` first.')
  process.exit(1)
}
const manifest = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8'))

// Name, entry of the manifest, what is loaded before it, kilobytes allowed.
// The first row counts one catalogue, since exactly one is needed.
const routes = [
  ['sign-in, shell and inbox', ['index.html', 'src/locales/zh-TW/main.json'], [], 150],
  ['menus and dialogs', ['src/kit/ui/overlay/MenuPopover.tsx', 'src/kit/ui/overlay/DialogBox.tsx'], ['index.html'], 75],
  ['folders, labels, filters', ['src/rooms/mail/folders/Extras.tsx', 'src/rooms/mail/lists/ListTools.tsx', 'src/rooms/mail/folders/Dialogs.tsx', 'src/locales/zh-TW/folders.json'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx'], 20],
  ['search suggestions', ['src/rooms/mail/find/Suggest.tsx'], ['index.html'], 8],
  ['work on all results', ['src/rooms/mail/bulk/BulkCard.tsx', 'src/rooms/mail/bulk/acts.ts'], ['index.html'], 8],
  ['read HTML mail', ['src/rooms/mail/HtmlBody.tsx'], ['index.html'], 40],
  ['snooze and remind', ['src/rooms/mail/later/LaterDialog.tsx', 'src/rooms/mail/later/LaterNotes.tsx'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx'], 8],
  ['where letters come from', ['src/rooms/mail/trust/TrustNotes.tsx', 'src/rooms/mail/trust/TrustWords.tsx', 'src/rooms/mail/trust/BlockedDialog.tsx', 'src/rooms/mail/trust/report.ts'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx', 'src/rooms/mail/compose/Composer.tsx'], 8],
  ['compose', ['src/rooms/mail/compose/Composer.tsx', 'src/rooms/mail/compose/RichEditor.tsx'], ['index.html', 'src/rooms/mail/HtmlBody.tsx'], 144],
  ['compose: write as a post', ['src/rooms/mail/compose/PostField.tsx', 'src/locales/zh-TW/writeas.json'], ['index.html', 'src/rooms/mail/HtmlBody.tsx', 'src/rooms/mail/compose/Composer.tsx'], 3],
  ['compose: tables, pictures', ['src/rooms/mail/compose/rich/index.ts'], ['index.html', 'src/rooms/mail/HtmlBody.tsx', 'src/rooms/mail/compose/Composer.tsx', 'src/rooms/mail/compose/RichEditor.tsx'], 40],
  ['look at files', ['src/rooms/mail/content/Viewer.tsx', 'src/rooms/mail/content/TextView.tsx', 'src/locales/zh-TW/content.json'], ['index.html'], 30],
  ['look at PDF (worker extra)', ['src/rooms/mail/content/PdfView.tsx'], ['index.html', 'src/rooms/mail/content/Viewer.tsx'], 140],
  ['large files by link', ['src/rooms/mail/parcel/ParcelDialog.tsx', 'src/rooms/mail/parcel/ParcelCards.tsx', 'src/rooms/mail/parcel/send.ts', 'src/locales/zh-TW/parcel.json'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx', 'src/rooms/mail/compose/Composer.tsx'], 25],
  ['large files: one\'s links', ['src/rooms/mail/parcel/ParcelsSection.tsx'], ['index.html', 'src/app/settings/SettingsRoom.tsx', 'src/kit/ui/overlay/DialogBox.tsx'], 5],
  ['approvals', ['src/rooms/approvals/ApprovalsRoom.tsx', 'src/rooms/approvals/SayDialog.tsx', 'src/locales/zh-TW/approvals.json'], ['index.html', 'src/rooms/mail/HtmlBody.tsx', 'src/kit/ui/overlay/DialogBox.tsx', 'src/rooms/mail/compose/Composer.tsx', 'src/rooms/console/PersonForm.tsx'], 14],
  ['review, for the sender', ['src/rooms/mail/review/HeldNote.tsx', 'src/rooms/mail/review/ReviewNote.tsx', 'src/rooms/mail/review/AppealDialog.tsx', 'src/locales/zh-TW/review.json'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx', 'src/rooms/mail/compose/Composer.tsx'], 8],
  ['contacts', ['src/rooms/contacts/ContactsRoom.tsx'], ['index.html'], 25],
  ['merge contacts', ['src/rooms/contacts/MergeDialog.tsx', 'src/locales/zh-TW/merge.json'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx', 'src/rooms/contacts/ContactsRoom.tsx'], 6],
  ['recipient picker', ['src/rooms/mail/picker/RecipientPicker.tsx'], ['index.html', 'src/rooms/mail/compose/Composer.tsx'], 10],
  ['templates and requests', ['src/rooms/mail/templates/TemplateMenu.tsx', 'src/rooms/mail/templates/KindNote.tsx', 'src/rooms/mail/templates/RequestsDialog.tsx'], ['index.html', 'src/rooms/mail/compose/Composer.tsx'], 20],
  ['settings', ['src/app/settings/SettingsRoom.tsx', 'src/app/settings/General.tsx', 'src/app/settings/KeyboardSection.tsx', 'src/locales/zh-TW/settings.json'], ['index.html'], 40],
  ['own sign-ins', ['src/app/settings/SignIns.tsx', 'src/locales/zh-TW/signins.json'], ['index.html', 'src/app/settings/SettingsRoom.tsx'], 5],
  ['rules and answers', ['src/rooms/mail/rules/RulesSection.tsx', 'src/rooms/mail/rules/AwaySection.tsx', 'src/locales/zh-TW/rules.json'], ['index.html', 'src/app/settings/SettingsRoom.tsx'], 40],
  ['sign-in and security', ['src/app/security/SecuritySection.tsx', 'src/locales/zh-TW/security.json'], ['index.html', 'src/app/settings/SettingsRoom.tsx', 'src/kit/ui/overlay/DialogBox.tsx'], 15],
  ['sign on to other systems', ['src/app/sso/SsoPage.tsx', 'src/locales/zh-TW/sso.json'], ['index.html'], 8],
  ['sign in by the agency', ['src/app/sso/AgencyWays.tsx', 'src/app/sso/InPage.tsx', 'src/locales/zh-TW/agency.json'], ['index.html', 'src/app/sso/SsoPage.tsx'], 5],
  ['certificates', ['src/app/certificates/CertificateWay.tsx', 'src/app/certificates/CertificatePage.tsx', 'src/app/certificates/Certificates.tsx', 'src/locales/zh-TW/certificates.json'], ['index.html', 'src/app/sso/SsoPage.tsx', 'src/app/security/SecuritySection.tsx', 'src/kit/ui/overlay/DialogBox.tsx'], 6],
  ['systems signed on to', ['src/app/sso/GrantsSection.tsx', 'src/locales/zh-TW/sso.json'], ['index.html', 'src/app/settings/SettingsRoom.tsx', 'src/kit/ui/overlay/DialogBox.tsx'], 8],
  ['keys, first factor, not me', ['src/app/ways/KeyStep.tsx', 'src/app/ways/EnrolFirst.tsx', 'src/app/ways/FirstCodes.tsx', 'src/app/ways/NotMe.tsx', 'src/app/ways/refused.ts', 'src/locales/zh-TW/ways.json'], ['index.html'], 10],
  ['first password, help', ['src/app/ways/ChoosePassword.tsx', 'src/app/ways/HelpIn.tsx', 'src/app/DueNote.tsx', 'src/app/ways/Reset.tsx', 'src/app/security/SecondAddress.tsx', 'src/locales/zh-TW/life.json', 'src/locales/zh-TW/security.json'], ['index.html'], 10],
  ['codes by SMS', ['src/app/ways/SmsStep.tsx', 'src/app/security/Phone.tsx', 'src/locales/zh-TW/phone.json', 'src/locales/zh-TW/ways.json'], ['index.html', 'src/app/security/SecuritySection.tsx'], 6],
  ['regulations', ['src/app/regulations/ToAccept.tsx', 'src/app/regulations/AcceptStep.tsx', 'src/app/regulations/RegulationsSection.tsx', 'src/app/regulations/RegulationsPage.tsx', 'src/app/regulations/RegulationsLink.tsx', 'src/locales/zh-TW/regulations.json'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx'], 7],
  ['console: rule book', ['src/rooms/console/rulebook/RulebookSection.tsx', 'src/locales/zh-TW/rulebook.json'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx', 'src/rooms/console/ConsoleRoom.tsx', 'src/rooms/console/PersonForm.tsx'], 8],
  ['apply for an account', ['src/app/apply/Apply.tsx', 'src/app/apply/ApplyLink.tsx', 'src/locales/zh-TW/apply.json'], ['index.html'], 6],
  ['console: rules in force', ['src/rooms/console/policy/PolicySection.tsx', 'src/locales/zh-TW/policy.json'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx', 'src/rooms/console/ConsoleRoom.tsx'], 6],
  ['console: applications', ['src/rooms/console/apply/ApplicationsSection.tsx', 'src/locales/zh-TW/apply.json'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx', 'src/rooms/console/ConsoleRoom.tsx'], 6],
  ['console', ['src/rooms/console/ConsoleRoom.tsx', 'src/locales/zh-TW/console.json', 'src/locales/zh-TW/life.json'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx'], 20],
  ['console: people and days', ['src/rooms/console/PersonForm.tsx'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx', 'src/rooms/console/ConsoleRoom.tsx'], 110],
  ['console: sessions', ['src/rooms/console/access/AccessDialog.tsx', 'src/locales/zh-TW/access.json'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx', 'src/rooms/console/ConsoleRoom.tsx'], 4],
  ['console: systems', ['src/rooms/console/sso/PartySection.tsx', 'src/locales/zh-TW/parties.json'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx', 'src/rooms/console/ConsoleRoom.tsx'], 6],
  ['console: how people sign in', ['src/rooms/console/means/MeansDialog.tsx', 'src/locales/zh-TW/means.json'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx', 'src/rooms/console/ConsoleRoom.tsx', 'src/app/security/SecuritySection.tsx'], 5],
  ['console: service levels', ['src/rooms/console/levels/LevelsSection.tsx', 'src/locales/zh-TW/levels.json'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx', 'src/rooms/console/ConsoleRoom.tsx'], 5],
  ['console: categories', ['src/rooms/console/categories/CategoriesSection.tsx', 'src/locales/zh-TW/categories.json'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx', 'src/rooms/console/ConsoleRoom.tsx'], 4],
  ['console: record', ['src/rooms/console/record/RecordSection.tsx', 'src/locales/zh-TW/record.json'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx', 'src/rooms/console/ConsoleRoom.tsx'], 8],
  ['console: removals', ['src/rooms/console/removals/RemovalsSection.tsx', 'src/locales/zh-TW/removals.json'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx', 'src/rooms/console/ConsoleRoom.tsx', 'src/rooms/approvals/ApprovalsRoom.tsx', 'src/rooms/approvals/SayDialog.tsx'], 5],
  ['console: looks', ['src/rooms/console/looks/LooksSection.tsx', 'src/locales/zh-TW/looks.json'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx', 'src/rooms/console/ConsoleRoom.tsx', 'src/rooms/approvals/ApprovalsRoom.tsx', 'src/rooms/approvals/SayDialog.tsx', 'src/rooms/mail/HtmlBody.tsx'], 6],
  ['console: sync', ['src/rooms/console/sync/SyncSection.tsx', 'src/locales/zh-TW/sync.json'], ['index.html', 'src/kit/ui/overlay/DialogBox.tsx', 'src/rooms/console/ConsoleRoom.tsx'], 6],
  ['gallery', ['src/app/gallery/Gallery.tsx'], ['index.html', 'src/kit/ui/overlay/MenuPopover.tsx', 'src/kit/ui/overlay/DialogBox.tsx'], 120],
]

const closure = (entries) => {
  const files = new Set()
  const visit = (name) => {
    const e = manifest[name]
    if (!e) throw new Error(`${name} is not in the build`)
    if (files.has(e.file)) return
    if (e.file.endsWith('.js')) files.add(e.file)
    for (const i of e.imports ?? []) visit(i)
  }
  entries.forEach(visit)
  return files
}
const size = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length

let over = false
for (const [name, entries, loaded, limit] of routes) {
  const before = closure(loaded)
  const kb = [...closure(entries)].filter((f) => !before.has(f)).reduce((n, f) => n + size(f), 0) / 1024
  const bad = kb > limit
  over ||= bad
  console.log(`${bad ? 'OVER ' : 'ok   '}${name.padEnd(28)}${kb.toFixed(1).padStart(8)} KB of ${limit}`)
}
process.exit(over ? 1 : 0)
